// Locks the app by itself: after too long without interaction on screen, or away from it. All of it is counted on the monotonic clock, so
// a wall clock that is set neither locks nor unlocks; a timer that slept is made up for by whoever comes next (refresh-bugs N3).
import { fire, type Locking, monoOf, type Runtime } from './runtime.ts';

const NEVER = Number.POSITIVE_INFINITY;

export function autoLockOf(rt: Runtime): Locking {
  const { idle = NEVER, background = NEVER } = rt.settings.lock ?? rt.host.config.lock ?? {};
  /** Monotonic ms at which too long has passed without interaction; not counted in background, where only what was left of it is known. */
  let due = NEVER;
  let left = NEVER;
  /** Monotonic ms since when the app is off screen. */
  let away: number | undefined;
  let cancel = (): void => {};

  const stop = (): void => {
    cancel();
    due = NEVER;
  };
  const begin = (ms: number): void => {
    stop();
    left = ms;
    if (away !== undefined) return;
    due = monoOf(rt) + ms;
    cancel = rt.timers.after(ms, () => fire(rt, 'idle-timeout'));
  };
  const isDue = (): boolean => monoOf(rt) >= due;
  const check = (): void => {
    if (isDue()) fire(rt, 'idle-timeout');
  };
  return {
    heed: (state) => (state === 'active' ? begin(idle) : stop()),
    isOn: Math.min(idle, background) < NEVER,
    isDue,
    check,
    interaction: () => {
      check();
      if (rt.state === 'active') begin(idle);
    },
    background: () => {
      check();
      if (away !== undefined) return;
      away = monoOf(rt);
      left = due - away;
      stop();
    },
    foreground: () => {
      const since = away;
      away = undefined;
      if (since === undefined || rt.state !== 'active') return;
      if (monoOf(rt) - since >= background) fire(rt, 'background-timeout');
      else begin(left);
    },
  };
}
