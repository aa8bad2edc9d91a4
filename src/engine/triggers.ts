// What may lead to a refresh besides a request: coming back on screen, the network returning, a silent push. All of them end in the one
// flight of the session, and none refreshes a token that is good, unless a push asks for just that.
import { relieved } from './backoff.ts';
import { reconcile } from './keeper.ts';
import { canRefresh, flightOf } from './refresh.ts';
import { isOnline, monoOf, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** A push that asks for a refresh is believed to be answered by a token no older than this, ms, or a quarter of its life. */
const BRAND_NEW = 60_000;

/** Whatever made refreshes fail may be over: the next attempt need not wait for the back-off of the last one. */
export function relieve({ session }: Runtime): void {
  if (session === undefined) return;
  const { flight } = session;
  const { outage } = session.record;
  if (outage !== undefined) {
    session.note(relieved(outage));
    if (flight !== undefined) flight.fresh = true;
  }
  flight?.pausing.open();
}

/** A sibling may have rotated or signed in meanwhile, and a token near its end is better renewed before somebody waits. */
export async function freshen(rt: Runtime): Promise<void> {
  const { session } = rt;
  if (session === undefined && rt.state !== 'loading') await rt.recheck();
  if (session === undefined || session.writing !== undefined || session.flight !== undefined) return;
  await reconcile(rt, session);
  const isOver = session.ended !== undefined || rt.stopped;
  if (!isOver && !session.isSettled() && isOnline(rt) && canRefresh(rt, session)) flightOf(rt, session);
}

/** A silent push, in any state of the app. One of type `refresh` asks for a new token. */
export async function pushed(rt: Runtime, payload: unknown): Promise<void> {
  while (rt.state === 'loading' && rt.session === undefined && !rt.stopped) await rt.changed.wait();
  const { session } = rt;
  const wanted = (payload as { type?: unknown } | null | undefined)?.type === 'refresh';
  if (wanted && session !== undefined && !isBrandNew(rt, session)) session.hasten();
  await freshen(rt);
}

function isBrandNew(rt: Runtime, { tokens }: Session): boolean {
  return monoOf(rt) - tokens.receivedAt.mono < Math.min(BRAND_NEW, (tokens.life ?? BRAND_NEW) / 4);
}
