// For a job of the operating system, which knows how long it may be until the next one: renews a token that would not last so long, and
// says what came of it. The rules of every other refresh hold: one flight, the device's lock, back-off, durable before it is used.
import { reconcile } from './keeper.ts';
import { flightOf } from './refresh.ts';
import { isOnline, type Runtime } from './runtime.ts';

/** `good`: it lasts. `failed`: it could not be renewed now, the session lives on. `ended`: nobody is signed in, or not any more. */
export type DueEnd = 'good' | 'renewed' | 'failed' | 'ended';
/** Ms for which a token that began with `life` ms must be good yet; undefined = nobody knows how long it lives. */
export type Lasting = (life: number | undefined) => number;

/** Whoever gives up by `signal` stops nothing but further attempts: an answer under way is waited for, and kept. */
export async function renewIfDue(rt: Runtime, lasting: Lasting, signal: AbortSignal): Promise<DueEnd> {
  const { session } = rt;
  if (session === undefined) return rt.state === 'loading' ? 'failed' : 'ended';
  await session.writing;
  const stored = await reconcile(rt, session);
  // Also when a sibling has signed somebody else in.
  if (session.ended !== undefined) return await renewIfDue(rt, lasting, signal);
  const ahead = lasting(session.tokens.life);
  let end: DueEnd = 'good';
  if (!session.isSettled(ahead) && session.tokens.refreshToken !== undefined) {
    if (stored === 'locked' || stored === 'unreadable' || !isOnline(rt) || signal.aborted) return 'failed';
    const flight = flightOf(rt, session);
    flight.ahead = Math.max(flight.ahead, ahead);
    const leave = flight.need();
    const halt = (): void => {
      flight.halted = true;
      leave();
    };
    signal.addEventListener('abort', halt);
    end = await flight.done;
    signal.removeEventListener('abort', halt);
  }
  // A rotation that only memory holds is lost with the process, which may end with the job.
  const isOwed = (): boolean => session.dirty && session.ended === undefined;
  while (isOwed() && !rt.stopped && !signal.aborted) await rt.timers.pause(DIRTY_PAUSE);
  return isOwed() ? 'failed' : end;
}

/** Ms between two looks whether the store has taken what it refused. */
const DIRTY_PAUSE = 200;
