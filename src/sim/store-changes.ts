// What happens to a store from outside the client: locked, failing, full, damaged, emptied, put back from a backup, torn by a kill.
import type { Device, PendingWrite, Process, Tier } from './device.ts';
import type { StoreChange } from './plan.ts';
import type { Recorder } from './recorder.ts';

/** What a store held when it was saved. */
export type Snapshot = Readonly<Record<Tier, ReadonlyMap<string, string>>>;
type How = 'corrupted' | 'truncated' | 'torn' | 'cleared' | 'restored' | 'replaced';

export interface StoreWorld {
  recorder: Recorder;
  snapshots: Map<string, Snapshot>;
  /** Ms since the run began. */
  now: number;
}

/** Carries out a `store` step on one device. */
export function changeStore(change: StoreChange, device: Device, world: StoreWorld): void {
  const wall = device.wallIfSkewed(world.now);
  switch (change.kind) {
    case 'lock':
    case 'unlock':
      device.storeLocked = change.kind === 'lock';
      return void world.recorder.follow(device.name, { type: device.storeLocked ? 'store.locked' : 'store.unlocked' }, wall);
    case 'fail':
      return void Object.assign(device.failing[change.what], { left: change.times, code: change.code });
    case 'delay':
      device.storeDelay = change.ms;
      return undefined;
    case 'quota':
      device.quota = change.size;
      return undefined;
    case 'writes':
      device.writes = change.mode;
      return undefined;
    case 'save':
      return void world.snapshots.set(change.name, { secure: new Map(device.store), plain: new Map(device.plain) });
    default:
      return damage(change, device, world);
  }
}

type Damage = Extract<StoreChange, { tiers: unknown }>;

function damage(change: Damage, device: Device, world: StoreWorld): void {
  for (const tier of change.tiers) {
    const held = device.tier(tier);
    const before = new Map(held);
    held.clear();
    if (change.kind !== 'clear') for (const [key, value] of contentOf(change, tier, before, world)) held.set(key, value);
    noteChange(device, tier, HOW[change.kind], world);
  }
}

const HOW: Readonly<Record<Damage['kind'], How>> = {
  clear: 'cleared',
  corrupt: 'corrupted',
  truncate: 'truncated',
  overwrite: 'replaced',
  restore: 'restored',
};
/** Bytes that no encoding knows. */
const GARBAGE = '\uFFFD'.repeat(24);

function contentOf(change: Damage, tier: Tier, before: ReadonlyMap<string, string>, world: StoreWorld): Iterable<[string, string]> {
  if (change.kind === 'restore') return world.snapshots.get(change.name)?.[tier] ?? [];
  const all = [...before];
  if (change.kind === 'truncate') return all.map(([key, value]) => [key, value.slice(0, change.keep)]);
  if (change.kind === 'overwrite') {
    const text = filled(change.text, [...before.values()].join(' '), world.recorder);
    return all.map(([key]) => [key, text]);
  }
  return all.map(([key]) => [key, GARBAGE]);
}

/** The newest tokens of what was there stand in for the words. */
function filled(text: string, held: string, { labels }: Recorder): string {
  return text.replaceAll('{access-token}', labels.newestInside(held, 'AT')).replaceAll('{refresh-token}', labels.newestInside(held, 'RT'));
}

/** A kill falls into the writes that had begun. */
export function tearWrites(process: Process, world: StoreWorld): void {
  const { device } = process;
  for (const write of process.writing) {
    leaveBehind(device, write);
    noteChange(device, write.tier, 'torn', world);
  }
  process.writing.clear();
}

function leaveBehind(device: Device, { tier, key, value, mode }: PendingWrite): void {
  if (mode === 'torn') device.tier(tier).set(key, value.slice(0, Math.ceil(value.length / 2)));
}

/** A new installation: the plain tier is gone, and the secure one with it where it is not the keychain of an iPhone. */
export function reinstall(device: Device, world: StoreWorld): void {
  const tiers: readonly Tier[] = device.plan.platform === 'ios' ? ['plain'] : ['plain', 'secure'];
  world.recorder.follow(device.name, { type: 'app.installed', how: 'reinstall' }, device.wallIfSkewed(world.now));
  for (const tier of tiers) {
    if (device.tier(tier).size === 0) continue;
    device.tier(tier).clear();
    noteChange(device, tier, 'cleared', world);
  }
}

function noteChange(device: Device, tier: Tier, how: How, { recorder, now }: StoreWorld): void {
  const labels = recorder.labels.inside([...device.tier(tier).values()].join(' "'));
  recorder.follow(device.name, { type: 'store.changed', how, tier, labels }, device.wallIfSkewed(now));
}
