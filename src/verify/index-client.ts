// The client half of the index: processes, sessions, stores, requests, and what the world did to them.
import type { EventOf } from '../core/events.ts';
import { adopt, empty, forget, give, isOverruled, restock, youngest } from './index-hands.ts';
import { learn, learnFromStore, reaches, revive } from './index-sessions.ts';
import { deviceOf, type Handlers, type Index } from './indexer.ts';
import { endFlights, mint } from './index-wire.ts';
import type { Moment, Span } from './moments.ts';
import type { DeviceInfo, Operation, ProcessInfo, StoreWrite } from './records.ts';

/** Handlers of everything that happens at a client's end, and of the world around it. A fresh table per history: it keeps store contents. */
export function clientHandlers(): Handlers {
  return { ...CALLS, ...WORLD, ...storeHandlers() };
}

const CALLS: Handlers = {
  'client.declared'(index, event) {
    index.declared = { features: new Set(event.features), refreshAhead: event.refreshAhead, missing: event.missing };
  },
  'start.called': (index, event) => begin(index, event, 'start'),
  'start.done': (index, event) => finish(index, event, 'start'),
  'signIn.called'(index, event) {
    const { family, user, actor, at, rt } = event;
    const device = index.device(deviceOf(actor));
    begin(index, event, 'signIn');
    const origin = { event, family, user, device: device.device, x: undefined, parent: undefined };
    mint(index, at, origin);
    if (rt !== undefined) mint(index, rt, origin);
    closeSession(device, event);
    device.sessions.push({ generation: generations(device) + 1, family, user, from: event, began: event.seq, to: undefined });
    give(index, event);
    learn(index, event, family);
  },
  'signIn.done': (index, event) => finish(index, event, 'signIn'),
  'signOut.called'(index, event) {
    const device = index.device(deviceOf(event.actor));
    const canReach = reaches(index, event.actor, device);
    begin(index, event, 'signOut');
    learn(index, event, undefined);
    if (!canReach) return;
    closeSession(device, event);
    device.signOuts.push(event);
    for (const process of device.processes) empty(index, process, event);
  },
  'signOut.done': (index, event) => finish(index, event, 'signOut'),
  'request.called'(index, event) {
    index.request(event.n, event.actor).called ??= event;
    const info = index.process(event.actor);
    info.calls.push(event);
    info.triggers.push(event);
  },
  'request.settled'(index, event) {
    const request = index.request(event.n, event.actor);
    if (request.settled !== undefined) return;
    request.settled = event;
    index.process(request.process).settles.push(event);
  },
  aborted(index, event) {
    index.aborts.push(event);
    index.request(event.n, event.actor).aborted ??= event;
  },
  state: (index, event) => void index.process(event.actor).states.push(event),
  'prompt.closed': (index, event) => void index.prompts.push(event),
  text: (index, event) => void index.texts.push(event),
};

const WORLD: Handlers = {
  online: (index, event) => close(index.device(event.actor).offline, event, index.device(event.actor).triggers),
  offline: (index, event) => open(index.device(event.actor).offline, event),
  'store.locked': (index, event) => open(index.device(event.actor).locked, event),
  'store.unlocked': (index, event) => close(index.device(event.actor).locked, event, index.device(event.actor).triggers),
  'clock.jump': (index, event) => void index.device(event.actor).jumps.push(event),
  foreground: (index, event) => void index.device(deviceOf(event.actor)).triggers.push(event),
  'process.launch'(index, event) {
    const info = index.process(event.actor);
    newLife(index, info, event);
    info.running = true;
    info.launches.push(event);
    info.triggers.push(event);
  },
  'process.kill': (index, event) => endProcess(index, event),
  'process.stop': (index, event) => endProcess(index, event),
  'process.suspend': (index, event) => open(index.process(event.actor).suspended, event),
  'process.resume': (index, event) => close(index.process(event.actor).suspended, event, index.process(event.actor).triggers),
  step: (index, event) => void index.steps.push(event),
  'run.end': (index, event) => void (index.runEnd ??= event),
};

function storeHandlers(): Handlers {
  const contents = new Map<string, Map<string, readonly string[]>>();
  return {
    'store.begin'(index, event) {
      const { actor, op, labels, w } = event;
      const { device, life } = index.process(actor);
      const write: StoreWrite = { seq: event.seq, process: actor, device, life, op, labels, begin: event, end: undefined };
      index.writes.set(w, write);
      index.device(device).writes.push(write);
      if (labels.some((label) => label.startsWith('RT-'))) index.device(device).observable = true;
    },
    'store.end'(index, event) {
      if (event.op === 'get') return read(index, event);
      const device = index.device(deviceOf(event.actor));
      const write = index.writes.get(event.w) ?? lateWrite(index, event, device);
      if (write.end !== undefined) return;
      write.end = event;
      if (!event.ok) return;
      let keys = contents.get(device.device);
      if (keys === undefined) contents.set(device.device, (keys = new Map()));
      restock(index, device, write, event, keys);
      if (event.op === 'set') {
        for (const label of event.labels) if (!index.persisted.has(label)) index.persisted.set(label, event);
        adopt(index, event, { ...youngest(index, event.labels), source: 'store' });
      }
    },
  };
}

function read(index: Index, event: EventOf<'store.end'>): void {
  if (!event.ok) return;
  const pair = youngest(index, event.labels);
  index.process(event.actor).reads.push(event);
  learnFromStore(index, event, index.tokens.get(pair.rt ?? pair.at ?? '')?.family);
  if (pair.rt !== undefined) index.device(deviceOf(event.actor)).observable = true;
  if (isOverruled(index, event)) forget(index, event);
  adopt(index, event, { ...pair, source: 'store' });
}

/** A history that only has the ends of writes. */
function lateWrite(index: Index, event: EventOf<'store.end'>, device: DeviceInfo): StoreWrite {
  const op = event.op === 'delete' ? 'delete' : 'set';
  const { life } = index.process(event.actor);
  const write: StoreWrite = {
    seq: event.seq,
    process: event.actor,
    device: device.device,
    life,
    op,
    labels: event.labels,
    begin: undefined,
    end: undefined,
  };
  index.writes.set(event.w, write);
  device.writes.push(write);
  return write;
}

function begin(index: Index, event: Moment & { actor: string }, name: Operation['name']): void {
  const info = index.process(event.actor);
  info.opened.push({ name, called: event, life: info.life, done: undefined });
  info.triggers.push(event);
}

function finish(index: Index, event: Moment & { actor: string; ok: boolean }, name: Operation['name']): void {
  const operation = index.process(event.actor).opened.findLast((one) => one.name === name && one.done === undefined);
  if (operation !== undefined) operation.done = event;
}

function endProcess(index: Index, event: Moment & { actor: string }): void {
  const info = index.process(event.actor);
  endFlights(index, event.actor, event);
  close(info.suspended, event, info.triggers);
  revive(index, info, event);
  newLife(index, info, event);
  info.running = false;
  info.kills.push(event);
}

function newLife(index: Index, info: ProcessInfo, event: Moment): void {
  info.life += 1;
  info.lives.push(event);
  learn(index, { ...event, actor: info.process }, undefined);
  empty(index, info.process, event);
}

function closeSession(device: DeviceInfo, event: EventOf<'signIn.called'> | EventOf<'signOut.called'>): void {
  const session = device.sessions.at(-1);
  if (session !== undefined) session.to ??= event;
}

function generations(device: DeviceInfo): number {
  return device.sessions.length + device.signOuts.length;
}

function open(spans: Span[], event: Moment): void {
  const last = spans.at(-1);
  if (last === undefined || last.to !== undefined) spans.push({ from: event });
}

function close(spans: Span[], event: Moment, triggers: Moment[]): void {
  const last = spans.at(-1);
  if (last === undefined || last.to !== undefined) return;
  last.to = event;
  triggers.push(event);
}
