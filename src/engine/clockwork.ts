// What the engine does by the clock for the session in hand: refresh-ahead without a request, where that is wanted, and telling the app
// that the session nears its end or has reached an age. Off without options. The host's clock takes delays of any length (refresh-bugs I1).
import { flightOf } from './refresh.ts';
import { monoOf, observe, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import type { TokenSet } from './record.ts';
import { refreshLifeLeft } from './tokens.ts';

/** Returns what sets the clock for the session in hand, again after every change; it stands still while there is none. */
export function clockworkOf(rt: Runtime): () => void {
  const cancels: (() => void)[] = [];
  /** Those whose end was told. */
  let told: TokenSet | undefined;
  const later = (ms: number, fn: () => void): void => void cancels.push(rt.timers.after(ms, fn));

  /** Re-armed after every end, good or bad (refresh-bugs E13, J6). */
  const refresh = async (session: Session): Promise<void> => {
    if (session.ended !== undefined || session.tokens.refreshToken === undefined) return;
    if (!session.isFresh()) await flightOf(rt, session).done;
    if (session.ended === undefined) arm();
  };
  const armAlerts = (session: Session): void => {
    const { nearExpiry, sessionAges } = rt.settings;
    const { tokens } = session;
    const end = endOf(rt, session);
    if (end !== undefined && told !== tokens) {
      const before = Math.min(end.left, nearExpiry, end.whole / 2);
      later(end.left - before, () => {
        told = tokens;
        observe(rt, { type: 'near-expiry', in: before });
      });
    }
    const age = monoOf(rt) - session.record.since.mono;
    for (const mark of sessionAges) if (mark > age) later(mark - age, () => observe(rt, { type: 'session-age', age: mark }));
  };
  const arm = (): void => {
    for (const cancel of cancels.splice(0)) cancel();
    const { session } = rt;
    if (session === undefined) return;
    // A stream is a request that never ends: it needs its token renewed ahead (refresh-bugs class S).
    if (rt.settings.timer || rt.streams.size > 0)
      later(Math.max(0, session.untilAhead(), session.untilRested()), () => void refresh(session));
    armAlerts(session);
  };
  return arm;
}

/** A session ends with its refresh token; one without ends with its access token. Nobody may have told when. */
function endOf(rt: Runtime, session: Session): { whole: number; left: number } | undefined {
  const { tokens } = session;
  const isRenewed = tokens.refreshToken !== undefined;
  const whole = isRenewed ? tokens.refreshLife : tokens.life;
  const left = isRenewed ? refreshLifeLeft(tokens, monoOf(rt)) : session.untilDead();
  return whole === undefined || left === undefined ? undefined : { whole, left: Math.max(0, left) };
}
