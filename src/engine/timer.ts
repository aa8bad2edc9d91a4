// Optional refresh-ahead by the clock, for apps that want no request to wait. Off by default. Re-armed after every end, good or
// bad (refresh-bugs E13, J6); the host's clock takes delays of any length (I1).
import { flightOf } from './refresh.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** After a refresh that failed, the timer leaves it to requests for this long, ms. */
const AFTER_FAILURE = 60_000;

export class AheadTimer {
  readonly #rt: Runtime;
  #cancel: (() => void) | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  arm(session: Session, least = 0): void {
    this.stop();
    const until = session.untilAhead(this.#rt.host.clock.monotonic());
    if (!this.#rt.settings.timer || this.#rt.stopped || !Number.isFinite(until)) return;
    this.#cancel = this.#rt.timers.after(Math.max(least, until), () => this.#fire(session));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #fire(session: Session): void {
    if (session.ended !== undefined || session.tokens.refreshToken === undefined) return;
    if (session.untilAhead(this.#rt.host.clock.monotonic()) > 0) return this.arm(session);
    void flightOf(this.#rt, session).done.then(() => {
      if (session.ended === undefined) this.arm(session, session.isFresh(this.#rt.host.clock.monotonic()) ? 0 : AFTER_FAILURE);
    });
  }
}
