// The base client's refresh: one flight per session, one exchange at a time per device, growing pauses shared between processes.
// Only `invalid_grant` ends a session; every other failure leaves it as it was.
import type { HostResponse, TokenResponse } from '../../../src/core/contract.ts';
import { lifetimeOf, parseObject, Rejected, retryAfterOf, textOf, type Answer, type Session } from './session.ts';
import { Vault } from './vault.ts';

const PAUSE_KEY = 'refresh-pause';
const noop = (): void => undefined;
/** Failed tries in a row, and when the next may begin (monotonic ms). */
interface Pause {
  readonly count: number;
  readonly until: number;
}
const NO_PAUSE: Pause = { count: 0, until: 0 };

export abstract class Refresher extends Vault {
  /** Ms an exchange may hang before it counts as lost. */
  protected readonly exchangeLimit: number = 10_000;
  /** Ms after which a flight begins no further try. */
  protected readonly flightLimit: number = 30_000;
  /** The run of a background job is over for the system. */
  protected jobOver = false;
  /** Nobody knows whether an exchange has spent the refresh token in hand: the server forgives that for a moment only. */
  protected mayBeSpent = false;
  readonly #flights = new Map<string, Promise<Session>>();
  /** Flights that somebody beside a background job waits for. */
  readonly #wanted = new Set<string>();
  #pause: Pause = NO_PAUSE;
  #missedTurns = 0;

  /** A session newer than the access token `stale`: the one in hand, that of the flight under way, or that of a new flight. */
  protected refresh(stale: string, session: Session, caller?: AbortSignal, forJob = false): Promise<Session> {
    const now = this.session?.id === session.id ? this.session : undefined;
    const target = now === undefined ? stale : now.accessToken;
    const joined = this.flightKey(session, target);
    const open = this.#flights.get(joined);
    if (open !== undefined) {
      if (!forJob) this.#wanted.add(joined);
      return this.join(open);
    }
    if (now !== undefined && target !== stale) return Promise.resolve(now);
    const key = this.flightKey(session, stale);
    if (!forJob) this.#wanted.add(key);
    const flight = this.fly(stale, session, caller).finally(() => {
      this.#flights.delete(key);
      this.#wanted.delete(key);
    });
    flight.catch(noop);
    this.#flights.set(key, flight);
    return flight;
  }

  /** A process that exits lets an exchange under way end: its answer may hold the only good refresh token. */
  protected async land(): Promise<void> {
    this.closing.abort(new Rejected('network'));
    await Promise.allSettled(this.#flights.values());
  }

  protected flightKey(session: Session, stale: string): string {
    return `${session.id} ${stale}`;
  }

  protected join(flight: Promise<Session>): Promise<Session> {
    return flight;
  }

  /** Tries until there is a newer session, a reason to stop, or no time left. An outage gets five tries, then one for each who asks. */
  protected async fly(stale: string, session: Session, caller: AbortSignal | undefined): Promise<Session> {
    const failures = Math.max(5, this.#pause.count + 1);
    let deadline = this.monotonic() + this.flightLimit;
    while (this.#pause.count < failures) {
      deadline = await this.clearance(session, deadline);
      if (this.givesUp(this.#wanted.has(this.flightKey(session, stale)))) break;
      const next = await this.exclusively(() => this.attempt(stale, session, caller));
      if (next !== undefined) return next;
    }
    throw new Rejected('network');
  }

  /** A job that is over begins no further try that nobody else waits for. */
  protected givesUp(isWanted: boolean): boolean {
    return this.jobOver && !isWanted;
  }

  /** Waits while offline or pausing; rejects when the session went away or the wait would outlast the flight, whose time stands still while offline. */
  protected async clearance(session: Session, limit: number): Promise<number> {
    for (let deadline = limit; ;) {
      this.mustBe(session);
      if (!this.onlineForRefresh()) {
        await this.whenOnline();
        deadline = this.monotonic() + this.flightLimit;
        continue;
      }
      const now = this.monotonic();
      if (this.#pause.until > deadline || now > deadline) throw new Rejected('network');
      if (this.#pause.until <= now) return deadline;
      await this.sleep(Math.ceil(this.#pause.until - now));
    }
  }

  protected mustBe(session: Session): void {
    if (this.session?.id !== session.id) throw new Rejected(this.phase === 'expired' ? 'reauthentication-required' : 'signed-out');
  }

  protected onlineForRefresh(): boolean {
    return this.host.connectivity.online();
  }

  protected async whenOnline(): Promise<void> {
    if (this.host.connectivity.online()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = this.host.connectivity.subscribe((online) => {
        if (!online) return;
        stop();
        resolve();
      });
      this.closing.signal.addEventListener('abort', () => reject(new Rejected('network')));
    });
  }

  /**
   * Mutual exclusion between the device's processes; undefined when the turn did not come in time. Where there are no locks, or after a
   * second wait in vain, it goes on without: a lock that is broken must not be the end of the session.
   */
  protected async exclusively<T>(work: () => Promise<T>): Promise<T | undefined> {
    const inTurn = (): Promise<T> => {
      this.#missedTurns = 0;
      return work();
    };
    try {
      return await this.host.lock('refresh', inTurn, { timeout: 14_000 });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'lock-timeout') this.#missedTurns += 1;
      if (code === 'lock-unavailable' || (code === 'lock-timeout' && this.#missedTurns > 1)) return work();
      if (code === 'lock-timeout') return undefined;
      throw error;
    }
  }

  /** One try, inside the lock: look what others did, then exchange. Undefined: not this time. */
  protected async attempt(stale: string, session: Session, caller: AbortSignal | undefined): Promise<Session | undefined> {
    await this.sync();
    await this.#readPause();
    this.mustBe(session);
    const now = this.session ?? session;
    if (now.accessToken !== stale) return now;
    if (now.refreshToken === undefined) return this.endSession();
    if (this.#pause.until > this.monotonic() || !this.onlineForRefresh()) return undefined;
    return this.settle(await this.exchange(now.refreshToken, this.cancelOf(caller)), now);
  }

  /** The caller's abort is the caller's alone: nothing of it reaches the exchange others wait for. */
  protected cancelOf(_caller: AbortSignal | undefined): AbortSignal | undefined {
    return undefined;
  }

  /** One refresh request (RFC 6749 6). Never throws for what the network does. */
  protected async exchange(refreshToken: string, cancel?: AbortSignal): Promise<Answer> {
    const { tokenEndpoint, clientId } = this.host.config;
    const sentAt = this.monotonic();
    try {
      return await this.limited(this.exchangeLimit, cancel, async (signal) => {
        const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(refreshToken)}&client_id=${encodeURIComponent(clientId)}`;
        const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
        const response = await this.host.fetch(tokenEndpoint, { method: 'POST', headers, body, signal, redirect: 'manual' });
        return this.read(response, await response.text(), sentAt);
      });
    } catch {
      if (cancel?.aborted === true) throw new Rejected('aborted');
      return { kind: 'unknown', status: 0, retryAfter: 0 };
    }
  }

  /** RFC 6749 5.1 and 5.2, to the letter: whatever is neither a grant nor an error body says nothing about the session. */
  protected read(response: HostResponse, text: string, sentAt: number): Answer {
    const body = parseObject(text);
    if (response.ok && textOf(body?.['access_token']) !== undefined)
      return { kind: 'granted', body: body as TokenResponse, sentAt, status: response.status };
    const error = textOf(body?.['error']);
    const clientError = response.status === 400 || response.status === 401;
    if (clientError && error !== undefined && error !== 'temporarily_unavailable')
      return { kind: 'refused', error, status: response.status };
    return { kind: 'unknown', status: response.status, retryAfter: this.retryAfter(response) };
  }

  protected retryAfter(response: HostResponse): number {
    return retryAfterOf((name) => response.headers.get(name), this.host.clock.now());
  }

  protected async settle(answer: Answer, presented: Session): Promise<Session | undefined> {
    this.mayBeSpent = answer.kind === 'unknown';
    if (answer.kind === 'granted') return this.granted(answer.body, answer.sentAt, presented);
    if (this.endsSession(answer)) return this.refused(presented);
    await this.#fail(answer.kind === 'unknown' ? answer.retryAfter : 0);
    return undefined;
  }

  protected endsSession(answer: Answer): boolean {
    return answer.kind === 'refused' && answer.error === 'invalid_grant';
  }

  /** Nothing between the answer and the store may fail: the old refresh token is spent. */
  protected async granted(body: TokenResponse, sentAt: number, presented: Session): Promise<Session> {
    const next = this.successor(body, sentAt, presented);
    await this.#whileNobodySends(this.#finish(next, presented));
    return this.wasOvertaken(presented, next) ? (this.session ?? next) : next;
  }

  /** A token that came without a refresh. */
  protected adopt(next: Session): Promise<void> {
    return this.#whileNobodySends(this.keep(next));
  }

  async #whileNobodySends(work: Promise<void>): Promise<void> {
    this.adopting = work;
    try {
      await work;
    } finally {
      if (this.adopting === work) this.adopting = undefined;
    }
  }

  async #finish(next: Session, presented: Session): Promise<void> {
    await this.sync();
    if (!this.stillMine(presented)) {
      if (next.refreshToken !== presented.refreshToken) this.revoke(next.refreshToken).catch(noop);
      return;
    }
    if (!this.wasOvertaken(presented, next)) await this.keep(next);
    await this.#clearPause();
    this.report(next);
  }

  /** Whether the session an answer belongs to is still the one in hand. */
  protected stillMine(presented: Session): boolean {
    return this.session?.id === presented.id;
  }

  /** While this process slept with the lock in hand, a sibling went on without it: what it has stored is newer than our answer. */
  protected wasOvertaken(presented: Session, next: Session): boolean {
    const { session } = this;
    return session?.id === presented.id && session.accessToken !== presented.accessToken && session.accessToken !== next.accessToken;
  }

  /** Durable before use. */
  protected async keep(next: Session): Promise<void> {
    await this.save(next);
    if (this.stillMine(next)) this.take(next);
  }

  protected report(_next: Session): void {
    this.host.emit({ type: 'session.renewed' });
  }

  /** The session after a grant. A token response without a refresh token leaves the old one good (RFC 6749 6). */
  protected successor(body: TokenResponse, sentAt: number, presented?: Session): Session {
    const lifetime = lifetimeOf(body);
    const refreshToken = this.nextRefreshToken(textOf(body.refresh_token), presented?.refreshToken);
    const now = this.monotonic();
    return {
      id: presented?.id ?? `s${Math.floor(this.host.random() * 2 ** 32)}`,
      accessToken: body.access_token,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      issuedAt: Math.max(sentAt, now - Math.min(2_000, (lifetime ?? 0) * 0.02)),
      ...(lifetime === undefined ? {} : { lifetime }),
      early: this.host.random(),
    };
  }

  protected nextRefreshToken(returned: string | undefined, presented: string | undefined): string | undefined {
    return returned ?? presented;
  }

  /** `invalid_grant` for a token that another process has replaced is not about this session. */
  protected async refused(presented: Session): Promise<Session> {
    await this.sync();
    this.mustBe(presented);
    if (this.session !== undefined && this.session.refreshToken !== presented.refreshToken) return this.session;
    return this.endSession();
  }

  /** Callers hear of it once it is written: a process killed right after must not ask again. */
  protected async endSession(): Promise<never> {
    const ended = this.session;
    this.take(undefined, 'expired');
    await this.save({ ended: 'expired' });
    if (ended !== undefined) this.evict(ended.id, 'reauthentication-required');
    throw new Rejected('reauthentication-required');
  }

  /** Ms to wait after the n-th failure in a row: doubling, spread, capped. */
  protected pauseAfter(failures: number): number {
    return Math.min(8_000, 400 * 2 ** (failures - 1)) * (0.85 + 0.3 * this.host.random());
  }

  async #fail(retryAfter: number): Promise<void> {
    const now = this.monotonic();
    const count = this.#pause.count + 1;
    const until = now + Math.max(this.pauseAfter(count), retryAfter * (1 + 0.05 * this.host.random()));
    this.#pause = { count, until };
    await this.host.store.set(PAUSE_KEY, JSON.stringify(this.#pause)).catch(noop);
  }

  async #readPause(): Promise<void> {
    const text = await this.host.store.get(PAUSE_KEY).catch(noop);
    const pause = text === undefined ? undefined : (parseObject(text) as Pause | undefined);
    if (pause !== undefined && pause.until > this.#pause.until) this.#pause = pause;
  }

  async #clearPause(): Promise<void> {
    if (this.#pause === NO_PAUSE) return;
    this.#pause = NO_PAUSE;
    await this.host.store.delete(PAUSE_KEY).catch(noop);
  }
}
