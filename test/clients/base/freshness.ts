// When the base client renews a token before anybody is refused: before a request, by a timer while somebody uses the app, and when the
// API offers a new one. All of it on the monotonic clock.
import type { HostResponse } from '../../../src/core/contract.ts';
import { LockScreen } from './lock-screen.ts';
import type { Session } from './session.ts';

const noop = (): void => undefined;

export abstract class Freshness extends LockScreen {
  #armedFor: string | undefined;
  #disarm: () => void = noop;
  #lastUse = 0;

  protected abstract get isListening(): boolean;

  /** Near its end: a refresh begins beside the request; at its end: the request waits for it. */
  protected fresh(session: Session, caller: AbortSignal | undefined): Promise<Session> | Session {
    this.#lastUse = this.monotonic();
    const left = this.remaining(session);
    if (left > this.aheadOf(session)) {
      this.arm(session);
      return session;
    }
    const next = this.refresh(session.accessToken, session, caller);
    if (left <= Math.min(10_000, this.aheadOf(session) * 0.2)) return next;
    next.then((renewed) => this.arm(renewed), noop);
    return session;
  }

  /** Ms of life left, on the monotonic clock: a jump or skew of the wall clock changes nothing. */
  protected remaining(session: Session): number {
    if (session.lifetime === undefined) return Number.POSITIVE_INFINITY;
    const age = this.monotonic() - session.issuedAt;
    return age < 0 ? 0 : session.lifetime - age;
  }

  /** Ms before expiry at which the refresh begins: never more than a third of a life. */
  protected aheadOf(session: Session): number {
    return Math.min(270_000 + 25_000 * session.early, (session.lifetime ?? 0) * 0.3);
  }

  protected arm(session: Session): void {
    if (this.#armedFor === session.accessToken || session.lifetime === undefined) return;
    this.#disarm();
    this.#armedFor = session.accessToken;
    this.#disarm = this.timer(() => this.onTimer(session), this.remaining(session) - this.aheadOf(session));
  }

  protected disarm(): void {
    this.#disarm();
    this.#armedFor = undefined;
  }

  protected timer(fn: () => void, ms: number): () => void {
    return this.host.clock.setTimeout(fn, ms);
  }

  /** An app that nobody used for half a token's life, and that listens to nothing, stops refreshing by itself. */
  protected onTimer(session: Session): void {
    if (!this.isListening && this.monotonic() - this.#lastUse > (session.lifetime ?? 0) / 2) return;
    this.refresh(session.accessToken, session).then((next) => this.arm(next), noop);
  }

  /** The API may offer a new access token beside any answer. It comes late, twice or reordered: only one for the token in hand counts. */
  protected offered({ ok, headers }: HostResponse, sentWith: Session): void {
    const { silentRefreshHeader: name } = this.host.config;
    const accessToken = name === undefined ? null : headers.get(name);
    if (!ok || accessToken === null || accessToken === '') return;
    const lifetime = Number(headers.get(`${name}-expires-in`) ?? Number.NaN) * 1_000;
    if (!this.isNews(accessToken, sentWith)) return;
    void this.exclusively(async () => {
      await this.sync();
      const { session } = this;
      if (session === undefined || session.id !== sentWith.id || !this.isNews(accessToken, sentWith)) return;
      const { lifetime: _, ...rest } = session;
      const told = Number.isFinite(lifetime) ? { lifetime } : {};
      await this.adopt({ ...rest, accessToken, issuedAt: this.monotonic(), early: this.host.random(), ...told });
    }).catch(noop);
  }

  protected isNews(accessToken: string, sentWith: Session): boolean {
    return this.session?.accessToken === sentWith.accessToken && accessToken !== sentWith.accessToken;
  }
}
