// For a job of the operating system, which knows how long it may be until the next one: renews a token that would not last so long, and
// says what came of it. The rules of every other refresh hold: one flight, the device's lock, back-off, durable before it is used.
import type { Flight } from './flight.ts';
import { reconcile } from './keeper.ts';
import { flightOf } from './refresh.ts';
import { Room } from './room.ts';
import { isOnline, type Runtime } from './runtime.ts';

/** `good`: it lasts. `failed`: it could not be renewed now, the session lives on. `ended`: nobody is signed in, or not any more. */
export type DueEnd = 'good' | 'renewed' | 'failed' | 'ended';
/** Ms for which a token that began with `life` ms must be good yet; undefined = nobody knows how long it lives. */
export type Lasting = (life: number | undefined) => number;

/** Whoever gives up by `signal` stops nothing but further attempts: an answer under way is kept. */
export async function renewIfDue(rt: Runtime, lasting: Lasting, signal: AbortSignal): Promise<DueEnd> {
  const { session } = rt;
  if (session === undefined) return rt.state === 'loading' ? 'failed' : 'ended';
  await session.writing;
  const stored = await reconcile(rt, session);
  // Also when a sibling has signed somebody else in.
  if (session.ended !== undefined) return await renewIfDue(rt, lasting, signal);
  const ahead = lasting(session.tokens.life);
  let end: DueEnd = 'good';
  if (session.untilAhead() <= ahead && session.tokens.refreshToken !== undefined) {
    if (stored === 'locked' || stored === 'unreadable' || !isOnline(rt) || rt.stopped || signal.aborted) return 'failed';
    end = await landing(flightOf(rt, session), ahead, signal);
  }
  // A rotation that only memory holds is lost with the process, which may end with the job.
  while (session.dirty && session.ended === undefined && !rt.stopped && !signal.aborted) await rt.timers.pause(DIRTY_PAUSE);
  return session.dirty && session.ended === undefined ? 'failed' : end;
}

/** Ms between two looks whether the store has taken what it refused. */
const DIRTY_PAUSE = 200;

async function landing(flight: Flight, ahead: number, signal: AbortSignal): Promise<DueEnd> {
  flight.ahead = Math.max(flight.ahead, ahead);
  const leave = flight.need();
  const room = new Room();
  const giveUp = (): void => {
    flight.halted = true;
    leave();
    room.open();
  };
  signal.addEventListener('abort', giveUp);
  void flight.done.then(() => room.open());
  await room.wait();
  signal.removeEventListener('abort', giveUp);
  return flight.end;
}
