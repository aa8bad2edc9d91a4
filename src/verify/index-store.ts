// The stores' part of the index: reads, writes, what each device's stores hold, and what somebody outside the client did to them.
// A refresh token in the plain tier is a leak (no-token-leak) and never counts as kept: that tier is gone after a reinstall.
import type { EventOf, TokenLabel } from '../core/events.ts';
import { adopt, forget, isOverruled, youngest } from './index-hands.ts';
import { comeBack, leaveServer, ofServer } from './index-servers.ts';
import { learnFromStore } from './index-sessions.ts';
import { deviceOf, type Handlers, type Index } from './indexer.ts';
import type { DeviceInfo, StoreContent, StoreWrite, Tier } from './records.ts';

/** Tier and key -> the tokens kept there. */
type Kept = Map<string, readonly TokenLabel[]>;

/** Handlers of everything that touches a store. A fresh table per history: it keeps what the stores hold. */
export function storeHandlers(): Handlers {
  const devices = new Map<string, Kept>();
  const keptOf = (device: string): Kept => {
    let kept = devices.get(device);
    if (kept === undefined) devices.set(device, (kept = new Map()));
    return kept;
  };
  return {
    'store.begin'(index, event) {
      const write = noteWrite(index, event, event);
      const device = index.device(write.device);
      if (write.tier === 'secure' && write.labels.some(isRefreshToken)) device.observable = true;
    },
    'store.end'(index, event) {
      if (event.op === 'get') return event.tier === 'plain' ? readPlain(index, event) : read(index, event);
      const write = index.writes.get(event.w) ?? noteWrite(index, event, undefined);
      if (write.end !== undefined) return;
      write.end = event;
      if (event.ok) written(index, write, event, keptOf(write.device));
    },
    'store.changed'(index, event) {
      const device = index.device(deviceOf(event.actor));
      device.changes.push(event);
      replace(keptOf(device.device), event.tier, event.labels);
      restock(index, device, outside(event, device, event.tier, event.labels), event, keptOf(device.device));
    },
    'app.installed'(index, event) {
      const device = index.device(deviceOf(event.actor));
      device.installs.push(event);
      if (event.how !== 'reinstall') return;
      replace(keptOf(device.device), 'plain', []);
      restock(index, device, outside(event, device, 'plain', []), event, keptOf(device.device));
    },
    'server.switched'(index, event) {
      const device = index.device(deviceOf(event.actor));
      leaveServer(index, device, event);
      restock(index, device, outside(event, device, 'secure', []), event, keptOf(device.device));
      comeBack(index, device, event);
    },
  };
}

function noteWrite(index: Index, event: EventOf<'store.begin'> | EventOf<'store.end'>, begin: EventOf<'store.begin'> | undefined) {
  const { actor, key, labels, w, tier = 'secure' } = event;
  const { device, life } = index.process(actor);
  const op = event.op === 'delete' ? 'delete' : 'set';
  const write: StoreWrite = { seq: event.seq, process: actor, device, life, op, key, tier, labels, begin, end: undefined };
  index.writes.set(w, write);
  index.device(device).writes.push(write);
  return write;
}

function written(index: Index, write: StoreWrite, end: EventOf<'store.end'>, kept: Kept): void {
  const labels = durable(write.tier, write.labels);
  if (write.op === 'set') kept.set(`${write.tier} ${write.key}`, labels);
  else kept.delete(`${write.tier} ${write.key}`);
  restock(index, index.device(write.device), write, end, kept);
  if (write.op !== 'set') return;
  for (const label of labels) if (!index.persisted.has(label)) index.persisted.set(label, end);
  adopt(index, end, { ...youngest(index, ofServer(index, index.device(write.device), labels)), source: 'store' });
}

function read(index: Index, event: EventOf<'store.end'>): void {
  const info = index.process(event.actor);
  info.looks.push(event);
  if (!event.ok) return;
  const pair = youngest(index, ofServer(index, index.device(info.device), event.labels));
  info.reads.push(event);
  learnFromStore(index, event, index.tokens.get(pair.rt ?? pair.at ?? '')?.family);
  if (pair.rt !== undefined) index.device(info.device).observable = true;
  if (isOverruled(index, event)) forget(index, event);
  adopt(index, event, { ...pair, source: 'store' });
}

/** What is there by design is an access token at most; that nothing is there says nothing about the session. */
function readPlain(index: Index, event: EventOf<'store.end'>): void {
  const { at } = youngest(index, ofServer(index, index.device(index.process(event.actor).device), event.labels));
  if (event.ok && at !== undefined) adopt(index, event, { at, rt: undefined, source: 'store' });
}

/** What the stores of the device hold from `at` on. */
function restock(index: Index, device: DeviceInfo, write: StoreWrite, at: { seq: number; t: number }, kept: Kept): void {
  const labels = [...kept.values()].flat();
  const content: StoreContent = { seq: at.seq, t: at.t, labels, ...youngest(index, ofServer(index, device, labels)), write };
  device.stores.push(content);
  if (content.rt !== undefined) device.observable = true;
}

/** Each key keeps what is left of its tokens; what none had (an older backup came back) lies under the first. */
function replace(kept: Kept, tier: Tier, labels: readonly TokenLabel[]): void {
  const keys = [...kept.keys()].filter((key) => key.startsWith(`${tier} `));
  const had = new Set(keys.flatMap((key) => kept.get(key) ?? []));
  const others = durable(tier, labels).filter((label) => !had.has(label));
  const [first = `${tier} session`] = keys;
  for (const key of keys)
    kept.set(
      key,
      (kept.get(key) ?? []).filter((label) => labels.includes(label)),
    );
  if (others.length > 0) kept.set(first, [...(kept.get(first) ?? []), ...others]);
}

function outside(event: { seq: number; actor: string }, { device }: DeviceInfo, tier: Tier, labels: readonly TokenLabel[]): StoreWrite {
  return {
    seq: event.seq,
    process: event.actor,
    device,
    life: 0,
    op: 'set',
    key: '',
    tier,
    labels,
    begin: undefined,
    end: undefined,
  };
}

function durable(tier: Tier, labels: readonly TokenLabel[]): readonly TokenLabel[] {
  return tier === 'secure' ? labels : labels.filter((label) => !isRefreshToken(label));
}

function isRefreshToken(label: TokenLabel): boolean {
  return label.startsWith('RT-');
}
