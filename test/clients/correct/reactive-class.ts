// A correct client in the object style: no refresh ahead, no queue, no timers. It refreshes when a token was refused or is known to be
// spent, shares the work of a device's processes through `host.lock` and the store, and rejects at once while offline.
import type {
  Client,
  Feature,
  Host,
  HostResponse,
  Rejection,
  RequestInit,
  SessionState,
  TokenResponse,
} from '../../../src/core/contract.ts';
import { Cooldown } from './reactive-class/cooldown.ts';
import { TokenEndpoint, lifetime, tokenRefused } from './reactive-class/endpoint.ts';
import { Ledger } from './reactive-class/ledger.ts';
import { Turn } from './reactive-class/turn.ts';
import { Era, Failure, jsonObject, orAborted, withLimit } from './reactive-class/waiting.ts';

const MAX_WAIT = 30_000;

interface Tokens {
  session: string;
  access: string;
  refresh: string | undefined;
  bornAt: number;
  lives: number | undefined;
}

export class ReactiveClient implements Client {
  readonly features: readonly Feature[] = ['cross-process'];
  readonly #host: Host;
  readonly #endpoint: TokenEndpoint;
  #state: SessionState = 'loading';
  #tokens: Tokens | undefined;
  #era = new Era();
  /** Sign-ins and sign-outs in this process. */
  #turns = 0;
  /** Changes of `#tokens`, to drop a reading of the store that began before one. */
  #changes = 0;
  #flight: Promise<Tokens> | undefined;
  readonly #cooldown: Cooldown;
  readonly #ledger: Ledger;
  readonly #turn: Turn;
  readonly #closing = new AbortController();

  constructor(host: Host) {
    this.#host = host;
    this.#endpoint = new TokenEndpoint(host);
    this.#cooldown = new Cooldown(host);
    this.#ledger = new Ledger(host.store, host.clock, `reactive.tokens ${host.config.issuer}`);
    this.#turn = new Turn(host, 'reactive.refresh');
  }

  async start(): Promise<void> {
    if (!(await this.#look())) this.#insist().catch(() => undefined);
  }

  state(): SessionState {
    return this.#state;
  }

  async signIn(granted: TokenResponse): Promise<void> {
    this.#newTurn('loading');
    const turn = this.#turns;
    const tokens = this.#mint(granted, this.#host.clock.monotonic(), undefined);
    await this.#ledger.save(JSON.stringify(tokens));
    if (turn === this.#turns) this.#set(tokens, 'active');
  }

  async signOut(): Promise<void> {
    const spent = this.#tokens;
    this.#newTurn('signed-out');
    await this.#ledger.save(null, unlessAnother(spent));
    await this.#endpoint.revoke(spent?.refresh);
  }

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    const turn = this.#turns;
    await orAborted(init.signal, this.#arrive());
    if (turn !== this.#turns) throw new Failure('signed-out');
    if (!this.#host.connectivity.online()) throw new Failure('offline');
    const era = this.#era;
    const sent = await orAborted(init.signal, orAborted(era.signal, this.#usable()));
    const first = await this.#send(path, init, sent, era);
    if (!tokenRefused(first)) return { status: first.status };
    const renewed = await orAborted(init.signal, orAborted(era.signal, this.#renew(sent)));
    // A stream has been read by now.
    if (typeof init.body === 'object') throw new Failure('not-replayable');
    return { status: (await this.#send(path, init, renewed, era)).status };
  }

  async stop(): Promise<void> {
    this.#closing.abort(new Failure('network'));
    // An exchange under way may end: its answer may hold the only good refresh token.
    await this.#flight?.catch(() => undefined);
    this.#era.end('network');
    await this.#ledger.close();
  }

  #sleep(ms: number): Promise<void> {
    return this.#host.clock.sleep(ms, this.#closing.signal);
  }

  /** Brings memory up to the store; while it cannot be read and nothing is known, waits some seconds for the unlock. */
  async #arrive(): Promise<void> {
    for (let n = 0; n < 20; n++) {
      const readable = await this.#look();
      if (readable || this.#state !== 'loading') break;
      await this.#sleep(500);
    }
    if (this.#state === 'loading') throw new Failure('locked');
    if (this.#state === 'expired') throw new Failure('reauthentication-required');
    if (this.#tokens === undefined) throw new Failure('signed-out');
  }

  /** A launch on a locked device: asks again, ever more slowly, until the store opens. */
  async #insist(): Promise<void> {
    for (let wait = 250; this.#state === 'loading'; wait = Math.min(wait * 2, 10_000)) {
      await this.#sleep(wait);
      await this.#look();
    }
  }

  /** False when the store cannot be read, which says nothing about the session. */
  async #look(): Promise<boolean> {
    if (this.#ledger.owed) {
      await this.#ledger.pay();
      if (this.#tokens === undefined && this.#state === 'loading') return this.#look();
      return true;
    }
    const changes = this.#changes;
    let text: string | undefined;
    try {
      text = await this.#ledger.read();
    } catch {
      return false;
    }
    if (changes === this.#changes) this.#believe(jsonObject(text ?? ''));
    return true;
  }

  #believe(record: Record<string, unknown>): void {
    const found = typeof record['access'] === 'string' ? (record as unknown as Tokens) : undefined;
    const state = found === undefined ? (record['over'] === true ? 'expired' : 'signed-out') : 'active';
    if (found?.access === this.#tokens?.access && state === this.#state) return;
    if (this.#tokens !== undefined && found?.session !== this.#tokens.session)
      this.#newEra(state === 'expired' ? 'reauthentication-required' : 'signed-out');
    this.#set(found, state);
  }

  async #usable(): Promise<Tokens> {
    const tokens = this.#tokens;
    if (this.#flight !== undefined) return this.#flight;
    if (tokens === undefined) throw new Failure('signed-out');
    return this.#spent(tokens) ? this.#renew(tokens) : tokens;
  }

  /** Age is counted on the monotonic clock, so the device's wall clock may say what it likes. */
  #spent({ bornAt, lives }: Tokens): boolean {
    if (lives === undefined) return false;
    const age = this.#host.clock.monotonic() - bornAt;
    return age < 0 || age >= lives - Math.min(3_000, lives / 10);
  }

  /** The tokens that follow `stale`: those in hand when it was refused late, else those of the one flight. */
  #renew(stale: Tokens): Promise<Tokens> {
    if (this.#flight !== undefined) return this.#flight;
    if (this.#tokens !== undefined && this.#tokens.access !== stale.access) return Promise.resolve(this.#tokens);
    const flight = this.#fly(stale, this.#era).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    flight.catch(() => undefined);
    this.#flight = flight;
    return flight;
  }

  async #fly(stale: Tokens, era: Era): Promise<Tokens> {
    const giveUp = this.#host.clock.monotonic() + MAX_WAIT;
    // Four tries for an outage, after that one for each who asks; tries of a sibling count.
    for (const enough = Math.max(4, this.#cooldown.failures + 1); this.#cooldown.failures < enough;) {
      await this.#coolDown(era, giveUp);
      const tokens = await this.#turn.take(() => this.#try(stale, era));
      if (tokens !== undefined) return tokens;
    }
    throw new Failure('network');
  }

  async #coolDown(era: Era, giveUp: number): Promise<void> {
    era.check();
    const wait = this.#cooldown.until - this.#host.clock.monotonic();
    if (wait > 0 && this.#cooldown.until > giveUp) throw new Failure('network');
    if (wait > 0) await this.#sleep(Math.ceil(wait));
    era.check();
    if (this.#host.clock.monotonic() > giveUp) throw new Failure('network');
    if (!this.#host.connectivity.online()) throw new Failure('offline');
  }

  /** Alone on this device: see what a sibling did, else ask. Undefined means: later. */
  async #try(stale: Tokens, era: Era): Promise<Tokens | undefined> {
    await this.#look();
    await this.#cooldown.look();
    era.check();
    const held = this.#tokens ?? stale;
    if (held.access !== stale.access) return held;
    if (held.refresh === undefined) return this.#expire();
    if (!this.#host.connectivity.online() || this.#cooldown.until > this.#host.clock.monotonic()) return undefined;
    const sentAt = this.#host.clock.monotonic();
    const reply = await this.#endpoint.refresh(held.refresh);
    if ('granted' in reply) return this.#keep(this.#mint(reply.granted, sentAt, held), held, era);
    if (!('error' in reply)) {
      await this.#cooldown.failed(reply.retryAfter);
      return undefined;
    }
    await this.#look();
    era.check();
    return this.#tokens !== undefined && this.#tokens.refresh !== held.refresh ? this.#tokens : this.#expire();
  }

  /** Stored before anybody may use them; a session that ended meanwhile does not get them. */
  async #keep(next: Tokens, held: Tokens, era: Era): Promise<Tokens> {
    await this.#look();
    if (era.signal.aborted) {
      if (next.refresh !== held.refresh) void this.#endpoint.revoke(next.refresh);
      era.check();
    }
    // A sibling that went on without the lock, while this process slept with it, has stored something newer.
    const newer = this.#tokens;
    if (newer !== undefined && newer.access !== held.access) return newer;
    await this.#ledger.save(JSON.stringify(next));
    era.check();
    this.#set(next, 'active');
    await this.#cooldown.over();
    return next;
  }

  async #expire(): Promise<never> {
    const era = this.#era;
    const spent = this.#tokens;
    this.#set(undefined, 'expired');
    await this.#ledger.save(JSON.stringify({ over: true }), unlessAnother(spent));
    if (era === this.#era) this.#newEra('reauthentication-required');
    throw new Failure('reauthentication-required');
  }

  #mint(granted: TokenResponse, sentAt: number, before: Tokens | undefined): Tokens {
    const lives = lifetime(granted);
    const now = this.#host.clock.monotonic();
    return {
      session: before?.session ?? this.#host.random().toString(36).slice(2),
      access: granted.access_token,
      refresh: typeof granted.refresh_token === 'string' && granted.refresh_token !== '' ? granted.refresh_token : before?.refresh,
      // Issued between sending and now; a slow answer must not make a long life look over.
      bornAt: lives === undefined ? now : Math.max(sentAt, now - Math.min(1_000, lives / 50)),
      lives,
    };
  }

  async #send(path: string, init: RequestInit, tokens: Tokens, era: Era): Promise<HostResponse> {
    const { method = 'GET', body } = init;
    const headers = { ...init.headers, authorization: `Bearer ${tokens.access}` };
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    const ended = init.signal === undefined ? era.signal : AbortSignal.any([init.signal, era.signal]);
    const url = this.#host.config.resourceBaseUrl + path;
    try {
      return await withLimit(this.#host, 300_000, (limit) =>
        this.#host.fetch(url, { ...request, signal: AbortSignal.any([limit, ended]) }),
      );
    } catch {
      if (init.signal?.aborted === true) throw new Failure('aborted');
      era.check();
      throw new Failure('network');
    }
  }

  #set(tokens: Tokens | undefined, state: SessionState): void {
    this.#changes += 1;
    this.#tokens = tokens;
    this.#state = state;
  }

  #newEra(reason: Rejection): void {
    this.#era.end(reason);
    this.#era = new Era();
    this.#flight = undefined;
  }

  #newTurn(state: SessionState): void {
    this.#turns += 1;
    this.#newEra('signed-out');
    this.#set(undefined, state);
  }
}

/** The end of a session is not made up for when a sibling has begun another one since. */
function unlessAnother(spent: Tokens | undefined): (there: string | undefined) => boolean {
  return (there) => spent === undefined || (jsonObject(there ?? '')['session'] ?? spent.session) === spent.session;
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): ReactiveClient => new ReactiveClient(host);
