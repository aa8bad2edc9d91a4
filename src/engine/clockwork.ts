// What the engine does by the clock for the session in hand: refresh-ahead without a request, where that is wanted, and telling the app
// that the session nears its end or has reached an age. Off without options. The host's clock takes delays of any length (refresh-bugs I1).
import { nextAlert } from './alert.ts';
import { flightOf } from './refresh.ts';
import { monoOf, observe, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import type { TokenSet } from './record.ts';

/** After a refresh that failed, the timer leaves it to requests for this long, ms. */
const AFTER_FAILURE = 60_000;

export class Clockwork {
  readonly #rt: Runtime;
  #cancelAhead: (() => void) | undefined;
  #cancelAlert: (() => void) | undefined;
  /** Those whose end was told. */
  #told: TokenSet | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  /** Sets everything for the session in hand; nothing for none. */
  arm(): void {
    const { session } = this.#rt.holder;
    this.#cancelAhead?.();
    this.#cancelAlert?.();
    if (session === undefined) return;
    this.#armAhead(session);
    this.#armAlert(session);
  }

  /** Re-armed after every end, good or bad (refresh-bugs E13, J6). */
  #armAhead(session: Session, least = 0): void {
    this.#cancelAhead?.();
    const until = session.untilAhead(monoOf(this.#rt));
    // A stream is a request that never ends: it needs its token renewed ahead (refresh-bugs class S).
    if ((this.#rt.settings.timer || this.#rt.streams.size > 0) && Number.isFinite(until))
      this.#cancelAhead = this.#rt.timers.after(Math.max(least, until), () => this.#refresh(session));
  }

  #refresh(session: Session): void {
    if (session.ended !== undefined || session.tokens.refreshToken === undefined) return;
    if (session.untilAhead(monoOf(this.#rt)) > 0) return this.#armAhead(session);
    void flightOf(this.#rt, session).done.then(() => {
      if (session.ended === undefined) this.#armAhead(session, session.isFresh(monoOf(this.#rt)) ? 0 : AFTER_FAILURE);
    });
  }

  #armAlert(session: Session): void {
    const rt = this.#rt;
    const { nearExpiry, sessionAges } = rt.settings;
    const told = this.#told === session.tokens;
    const next = nextAlert(session, { mono: monoOf(rt), nearExpiry, sessionAges, told });
    if (next === undefined) return;
    this.#cancelAlert = rt.timers.after(next.after, () => {
      if (next.event.type === 'near-expiry') this.#told = session.tokens;
      observe(rt, next.event);
      this.#armAlert(session);
    });
  }
}
