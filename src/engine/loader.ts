// Restores what the store holds, at launch and later when a sibling may have signed in, and makes sure of it before anything is shown.
// A store that cannot be read leaves the state `loading` and is asked again: a locked phone is not a signed-out user (refresh-bugs K1, K15).
import { revoke } from './exchange.ts';
import { leave, repeat, takeOver } from './keeper.ts';
import { isOver } from './leftovers.ts';
import type { SessionRecord } from './record.ts';
import { finish, flightOf } from './refresh.ts';
import { fire, isOnline, monoOf, observe, openSession, quit, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import { refreshLifeLeft } from './tokens.ts';
import { isReinstalled, type Reading, readStore } from './vault.ts';

/** Reads once; if that fails, goes on in the background. Ends when the state is known, or cannot be yet. */
export async function start(rt: Runtime): Promise<void> {
  const first = rt.recheck();
  void repeat(rt, () => rt.state === 'loading' && rt.session === undefined, rt.recheck);
  await first;
  await rt.session?.verifying;
}

/** Looks into the store, once for all who ask at the same time. True once it has answered, or somebody signed in or out meanwhile. */
export function loaderOf(rt: Runtime): () => Promise<boolean> {
  let reading: Promise<boolean> | undefined;
  return () => {
    reading ??= read(rt).finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

async function read(rt: Runtime): Promise<boolean> {
  const { epoch } = rt;
  const reading = await readStore(rt);
  const launching = rt.state === 'loading';
  if (reading.kind === 'unreadable') return !launching;
  const reinstalled = launching && reading.kind === 'record' && (await isReinstalled(rt, reading.record));
  if (rt.epoch !== epoch || rt.session !== undefined) return true;
  if (reading.kind !== 'record' || isOver(rt, reading.record)) noSession(rt, reading, launching);
  else if (reinstalled && rt.settings.afterReinstall === 'discard') await discard(rt, reading.record);
  else if (launching) launch(rt, openSession(rt, reading.record, true));
  else takeOver(rt, reading.record);
  return true;
}

/** Once a session that the server ended is in the store no more, not even as a note, somebody signed out. */
function noSession(rt: Runtime, reading: Reading, launching: boolean): void {
  if (!launching) {
    if (reading.kind === 'empty' && rt.state === 'expired' && rt.last?.durable !== false) quit(rt, 'sibling-signed-out');
  } else if (reading.kind === 'ended') {
    fire(rt, reading.reason);
  } else if (reading.kind === 'corrupt') {
    observe(rt, { type: 'store-corrupt' });
    fire(rt, 'store-corrupt');
  } else {
    fire(rt, 'store-empty');
  }
}

/** What was there before the app was installed anew may be somebody else's. */
async function discard(rt: Runtime, { tokens }: SessionRecord): Promise<void> {
  if (tokens.refreshToken !== undefined) void revoke(rt, tokens.refreshToken);
  await leave(rt, 'reinstalled');
}

function launch(rt: Runtime, session: Session): void {
  if (rt.autoLock.isOn) fire(rt, 'cold-start');
  session.verifying = verify(rt, session).then(() => {
    session.verifying = undefined;
    if (session.ended === undefined && !rt.stopped) fire(rt, 'restored');
  });
}

/**
 * A token that is no longer good is renewed before anything is shown. What cannot be done now, offline or within a few seconds, is no
 * reason to keep anybody out (refresh-bugs M5, M13): the session may well be good.
 */
async function verify(rt: Runtime, session: Session): Promise<unknown> {
  if (session.isAlive()) return undefined;
  const { tokens } = session;
  const left = refreshLifeLeft(tokens, monoOf(rt));
  if (tokens.refreshToken === undefined) return await finish(rt, session, 'no-refresh-token');
  if (tokens.certain && left !== undefined && left <= 0) return await finish(rt, session, 'refresh-token-expired');
  return isOnline(rt) ? await rt.timers.within(rt.settings.startPatience, flightOf(rt, session).spare(), 'failed') : undefined;
}
