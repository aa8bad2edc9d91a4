// The clock of a server over sockets: real time plus whatever was added, or a standstill. Never reads real time by itself.
// All of it is virtual ms since the start; what it does not move are sockets: delays and time-outs on the wire are real.
import { UsageError } from '../src/core/errors.ts';

/** Real time, lent by the edge. */
export interface RealTime {
  /** Monotonic ms since any fixed moment. */
  now(): number;
  /** Runs `fn` once after `ms` real ms; returns its cancel. */
  after(ms: number, fn: () => void): () => void;
}

export interface WireClock {
  /** Virtual ms since the server started, whole. */
  now(): number;
  readonly frozen: boolean;
  freeze(): void;
  resume(): void;
  /** Moves forward by whole `ms` >= 0, frozen or not. */
  advance(ms: number): void;
  /** Moves forward to `ms` since the start. Throws a UsageError for the past: a journal never runs backwards. */
  set(ms: number): void;
  /** Puts the clock to `ms`, also back: only for who brings back everything else too. Alarms keep their moments. */
  restore(ms: number): void;
  /** What a device's wall clock shows minus true time, ms: the server's `Date` is told to it so much earlier. Sets it when `ms` is given. */
  deviceOffset(device: string, ms?: number): number;
  /** Whether any device has an offset. */
  readonly hasOffsets: boolean;
  /** Runs `fn` once when virtual time has come to `now() + ms`, by itself or by an advance; returns its cancel. */
  after(ms: number, fn: () => void): () => void;
  readonly real: RealTime;
}

interface Alarm {
  at: number;
  fn: () => void;
  cancel: () => void;
}

/** A clock at 0; `frozen` = it stands still from the start. */
export function createWireClock(real: RealTime, frozen: boolean): WireClock {
  return new RunningClock(real, frozen);
}

/** Longest sleep in one piece; Node's timers end at 2^31 - 1 ms. */
const LONGEST_SLEEP = 2_000_000_000;

class RunningClock implements WireClock {
  readonly real: RealTime;
  readonly #offsets = new Map<string, number>();
  readonly #alarms = new Set<Alarm>();
  /** Virtual time at `#since`, the real moment from which it runs; undefined while it stands. */
  #base = 0;
  #since: number | undefined;

  constructor(real: RealTime, frozen: boolean) {
    this.real = real;
    this.#since = frozen ? undefined : real.now();
  }

  now(): number {
    return this.#base + (this.#since === undefined ? 0 : Math.max(0, Math.floor(this.real.now() - this.#since)));
  }

  get frozen(): boolean {
    return this.#since === undefined;
  }

  freeze(): void {
    this.#base = this.now();
    this.#since = undefined;
    this.#rearm();
  }

  resume(): void {
    this.#since ??= this.real.now();
    this.#rearm();
  }

  advance(ms: number): void {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new UsageError('TW_CLOCK', `the clock cannot move by ${ms} ms`, { hint: 'whole milliseconds from 0: time only runs forward' });
    }
    this.#base += ms;
    this.#rearm();
  }

  set(ms: number): void {
    this.advance(ms - this.now());
  }

  restore(ms: number): void {
    this.#base = ms;
    if (this.#since !== undefined) this.#since = this.real.now();
    this.#rearm();
  }

  deviceOffset(device: string, ms?: number): number {
    if (ms !== undefined) this.#offsets.set(device, ms);
    return this.#offsets.get(device) ?? 0;
  }

  get hasOffsets(): boolean {
    return this.#offsets.size > 0;
  }

  after(ms: number, fn: () => void): () => void {
    const alarm: Alarm = { at: this.now() + ms, fn, cancel: () => undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => this.#drop(alarm);
  }

  #rearm(): void {
    for (const alarm of [...this.#alarms].sort((a, b) => a.at - b.at)) {
      alarm.cancel();
      if (alarm.at <= this.now()) this.#ring(alarm);
      else this.#arm(alarm);
    }
  }

  #arm(alarm: Alarm): void {
    if (this.frozen) return;
    const wait = Math.max(0, alarm.at - this.now());
    alarm.cancel = this.real.after(Math.min(wait, LONGEST_SLEEP), () => (alarm.at <= this.now() ? this.#ring(alarm) : this.#arm(alarm)));
  }

  #ring(alarm: Alarm): void {
    if (this.#alarms.delete(alarm)) alarm.fn();
  }

  #drop(alarm: Alarm): void {
    alarm.cancel();
    this.#alarms.delete(alarm);
  }
}
