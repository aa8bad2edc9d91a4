// How the kernel lets everything that can run now run: one real turn of the event loop (safe for any client), or the in-place
// drain of nextTicks and microtasks (nine times cheaper, for our own engine). Both give the same history.
// The only file of the virtual world that touches the real loop and the process object.
import { OwnBugError } from '../core/errors.ts';

export type SettleMode = 'turn' | 'drain';
/** Where an error came from that nobody caught. */
export type UncaughtKind = 'unhandled-rejection' | 'uncaught-exception';
export type UncaughtHandler = (kind: UncaughtKind, error: unknown) => void;

type Drain = () => void;
/** Taken at import: a sandbox may replace the globals afterwards to catch a client that reaches for them. */
const { setImmediate, setTimeout, performance } = globalThis;
/** nextTick throws that one drain may report before we call it a loop. */
const MAX_THROWS = 1_000;

/** Runs `callback` in a macrotask of its own: by then every microtask and nextTick before it has run. */
export function nextTurn(callback: () => void): void {
  setImmediate(callback);
}

/** A pause of real time, for work the virtual clock cannot see. */
export function realPause(ms: number, callback: () => void): void {
  setTimeout(callback, ms);
}

/** Monotonic real time, ms: for limits only, never for anything a history holds. */
export function realNow(): number {
  return performance.now();
}

/**
 * The in-place drain. Errors thrown by nextTick callbacks (which is what an error in an abort listener becomes) come out of the
 * drain itself; they are handed to `onError` and the drain goes on. In a process that runs foreign clients Node must be started
 * with --no-force-async-hooks-checks, else such a throw ends the process natively.
 */
export function drain(onError: UncaughtHandler): void {
  const run = drainOf();
  for (let throws = 0; throws < MAX_THROWS; throws++) {
    try {
      run();
      return;
    } catch (error) {
      onError('uncaught-exception', error);
    }
  }
}

/** A drain inside a microtask silently does nothing; this proves that we are not in one. Throws an own-bug error otherwise. */
export function assertDrainWorks(): void {
  const probe = { ran: false };
  queueMicrotask(() => (probe.ran = true));
  drainOf()();
  if (!probe.ran) throw new OwnBugError('the drain was called inside a microtask');
}

/** Undocumented but present in Node 20 to 26; without it every settle is a turn. */
export function drainAvailable(): boolean {
  return typeof (process as { _tickCallback?: Drain })._tickCallback === 'function';
}

function drainOf(): Drain {
  return (process as unknown as { _tickCallback: Drain })._tickCallback;
}

/** Whose code runs now in this thread: worlds take turns, never overlap, so the one that took the last step owns the error. */
const active: { handler: UncaughtHandler | undefined; users: number; kept: Map<string, ((...args: never[]) => void)[]> } = {
  handler: undefined,
  users: 0,
  kept: new Map(),
};
const TRAPS = {
  unhandledRejection: (reason: unknown) => active.handler?.('unhandled-rejection', reason),
  uncaughtException: (error: unknown) => active.handler?.('uncaught-exception', error),
} as const;

/** Directs uncaught errors of this thread to `handler` until another world takes a step. */
export function activate(handler: UncaughtHandler): void {
  active.handler = handler;
}

/** Catches what nobody caught while at least one world runs; the returned function gives the process its own listeners back. */
export function trapUncaught(): () => void {
  if (active.users++ === 0) {
    for (const [event, trap] of Object.entries(TRAPS)) {
      active.kept.set(event, process.listeners(event as 'exit') as ((...args: never[]) => void)[]);
      process.removeAllListeners(event);
      process.on(event, trap);
    }
  }
  return release;
}

function release(): void {
  if (--active.users > 0) return;
  active.handler = undefined;
  for (const [event, trap] of Object.entries(TRAPS)) {
    process.off(event, trap);
    for (const listener of active.kept.get(event) ?? []) process.on(event, listener as () => void);
  }
}
