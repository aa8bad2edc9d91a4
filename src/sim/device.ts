// A device and its processes: clocks, connectivity, one store that survives a kill, locks that a kill frees.
import type { Client, JobOutcome, PromptOutcome } from '../core/contract.ts';
import type { Item, Owner } from './item.ts';
import type { System } from './phone.ts';
import type { ClientOptions } from './phone-plan.ts';
import type { DevicePlan } from './plan.ts';

/** Unix time of virtual 0: 2026-01-01T00:00:00Z. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** Ms a person takes to answer a prompt. */
export const PROMPT_TAKES = 2_000;

export class Device {
  readonly name: string;
  readonly plan: DevicePlan;
  readonly processes: Process[];
  /** The secure tier. */
  readonly store = new Map<string, string>();
  /** The plain tier. */
  readonly plain = new Map<string, string>();
  /** What prompts answer, in order; the last answer stays. */
  prompts: { biometric: readonly PromptOutcome[]; password: readonly PromptOutcome[]; takes: number };
  readonly locks = new Map<string, DeviceLock>();
  /** Wall clock minus true time, ms. */
  skew: number;
  online = true;
  /** Pointed at the other of two authorization servers. */
  isElsewhere = false;
  /** Its operating system, where the plan names one: it decides which processes live and which jobs run. */
  phone: System | undefined;
  /** Ms of sleep in which the monotonic clock stood still. */
  slept = 0;
  storeLocked = false;
  /** Before the first unlock the files of an app look empty, and nothing is kept in them. */
  sealed = false;
  /** Ms a store operation takes. */
  storeDelay = 1;
  /** Operations of the secure tier that fail next. */
  readonly failing = { reads: { left: 0, code: '' }, writes: { left: 0, code: '' } };
  /** Characters that the secure tier holds. */
  quota = Number.POSITIVE_INFINITY;
  /** What a kill in the middle of a write leaves: the old value, half of the new one, or nothing. */
  writes: WriteMode = 'atomic';
  /** +1 at every sign-in and sign-out, and when the session ends. */
  generation = 0;
  /** What the installed version of the app is lent otherwise than the first one. */
  lent: ClientOptions = {};
  user: string;
  /** Name of the newest session granted to it. */
  session: string | undefined;
  /** True time at which the newest access token of this device expires. */
  newestExpiry: number | undefined;

  constructor(plan: DevicePlan) {
    this.name = plan.name;
    this.plan = plan;
    this.skew = plan.clockSkew;
    this.user = plan.user;
    this.prompts = { biometric: ['unavailable'], password: ['unavailable'], takes: PROMPT_TAKES };
    this.processes = plan.processes.map((name) => new Process(this, name));
  }

  /** What a client is lent on it where the first version of the app was lent `first`; undefined when nobody says anything. */
  options(first: ClientOptions | undefined): ClientOptions | undefined {
    const options = { ...first, ...this.lent };
    return Object.keys(options).length === 0 ? first : options;
  }

  tier(tier: Tier): Map<string, string> {
    return tier === 'secure' ? this.store : this.plain;
  }

  /** What both tiers hold; keys of the plain one begin with `plain:`. */
  everything(): [string, string][] {
    return [...this.store, ...[...this.plain].map(([key, value]): [string, string] => [`plain:${key}`, value])];
  }

  /** The wall clock shown to the device's processes. */
  wall(now: number): number {
    return EPOCH + now + this.skew;
  }

  /** The wall clock where it differs from true time, as events carry it. */
  wallIfSkewed(now: number): number | undefined {
    return this.skew === 0 ? undefined : this.wall(now);
  }
}

export type WriteMode = 'atomic' | 'torn' | 'clear-first';
export type Tier = 'secure' | 'plain';
/** A write that a kill can fall into. */
export interface PendingWrite {
  tier: Tier;
  key: string;
  value: string;
  mode: WriteMode;
}

/** One waiting or holding call of `host.lock`. */
export interface LockClaim {
  process: Process;
  epoch: number;
  grant(): void;
}
export interface DeviceLock {
  holder: LockClaim | undefined;
  queue: LockClaim[];
}

/** A timer that is due later than it was set for. */
export interface HeldTimer {
  item: Item;
  run: () => void;
}

export type ProcessState = 'dead' | 'running' | 'suspended';

/** One process of a device. Killing it is epoch + 1: nothing from a dead epoch touches the world. */
export class Process implements Owner {
  readonly device: Device;
  readonly name: string;
  epoch = 1;
  state: ProcessState = 'dead';
  client: Client | undefined;
  /** Clients mounted before it that nobody let go of. */
  elder: Client[] = [];
  /** Whether there is a client, or one is being made. */
  mounted = false;
  /** Last session state seen, and the reason the client gave for it. */
  shown = 'loading';
  reason: string | undefined;
  /** What the client last emitted of its session: `{ type: 'session-state', to, reason }`. */
  told: { to: string; reason: string } | undefined;
  readonly listeners = new Set<(online: boolean) => void>();
  /** Timers run at whole multiples of this, ms; 0 = when they are due. */
  throttle = 0;
  /** Timers that are due and held back. */
  readonly heldTimers = new Set<HeldTimer>();
  /** Writes to the store that have begun and not ended. */
  readonly writing = new Set<PendingWrite>();
  readonly jobs = new Map<string, (signal: AbortSignal) => Promise<JobOutcome>>();

  constructor(device: Device, name: string) {
    this.device = device;
    this.name = `${device.name}/${name}`;
  }

  alive(epoch: number): boolean {
    return this.epoch === epoch && this.state !== 'dead';
  }

  suspended(): boolean {
    return this.state === 'suspended';
  }
}
