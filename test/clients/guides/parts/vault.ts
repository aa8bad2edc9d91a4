// What a guide does not say of keeping tokens, done well: one durable record in the secure store for each server, written before use and
// owed when a write fails; a store that cannot be read is not an empty one; what was begun for one sign-in ends with it.
import type { Feature, Host, SessionState, TokenResponse } from '../../../../src/core/contract.ts';
import { TokenEndpoint, lifetime } from '../../correct/reactive-class/endpoint.ts';
import { Ledger } from '../../correct/reactive-class/ledger.ts';
import { Era, Failure, jsonObject } from '../../correct/reactive-class/waiting.ts';

export interface Tokens {
  /** Drawn at sign-in, kept over refreshes. */
  readonly session: string;
  readonly access: string;
  readonly refresh: string | undefined;
  /** Monotonic ms. */
  readonly bornAt: number;
  readonly lives: number | undefined;
}

export class Vault {
  readonly features: readonly Feature[] = [];
  protected readonly host: Host;
  protected readonly endpoint: TokenEndpoint;
  protected readonly closing = new AbortController();
  protected tokens: Tokens | undefined;
  protected condition: SessionState = 'loading';
  /** Ends with the session it belongs to. */
  protected era = new Era();
  /** Sign-ins and sign-outs. */
  protected turns = 0;
  readonly #ledger: Ledger;

  constructor(host: Host) {
    this.host = host;
    this.endpoint = new TokenEndpoint(host);
    this.#ledger = new Ledger(host.store, host.clock, `guide.session ${host.config.issuer}`);
  }

  async start(): Promise<void> {
    if (!(await this.#look())) this.#insist().catch(() => undefined);
  }

  state(): SessionState {
    return this.condition;
  }

  async signIn(granted: TokenResponse): Promise<void> {
    this.turn('loading', 'sign-in');
    const turn = this.turns;
    const tokens = this.mint(granted, this.host.clock.monotonic(), undefined);
    await this.save(tokens);
    if (turn === this.turns) this.take(tokens, 'active');
  }

  async signOut(): Promise<void> {
    const spent = this.tokens?.refresh;
    this.turn('signed-out', 'sign-out');
    await this.wipe();
    await this.endpoint.revoke(spent);
  }

  async stop(): Promise<void> {
    this.closing.abort(new Failure('network'));
    await this.landed();
    this.era.end('network');
    await this.#ledger.close();
  }

  /** An exchange under way may end: its answer may hold the only good refresh token. */
  protected async landed(): Promise<void> {}

  protected sleep(ms: number): Promise<void> {
    return this.host.clock.sleep(ms, this.closing.signal);
  }

  /** Resolves when the app may ask for something; rejects with the reason why it may not. */
  protected async arrive(): Promise<void> {
    for (let n = 0; this.condition === 'loading' && n < 20; n++) {
      if (this.#ledger.owed || !(await this.#look())) await this.sleep(500);
    }
    if (this.condition === 'loading') throw new Failure('locked');
    if (this.condition === 'expired') throw new Failure('reauthentication-required');
    if (this.tokens === undefined) throw new Failure('signed-out');
  }

  /** Stored before anybody may use them; a session that ended meanwhile does not get them. */
  protected async keep(next: Tokens, held: Tokens, era: Era): Promise<Tokens> {
    if (era.signal.aborted && next.refresh !== held.refresh) void this.endpoint.revoke(next.refresh);
    era.check();
    await this.save(next);
    era.check();
    this.take(next, this.condition);
    return next;
  }

  /** Resolves when the store holds it, or has refused: then it is owed. */
  protected async save(tokens: Tokens): Promise<void> {
    await this.write(JSON.stringify(tokens));
  }

  protected async write(record: string): Promise<void> {
    await this.#ledger.save(record);
  }

  protected async wipe(): Promise<void> {
    await this.#ledger.save(null);
  }

  /** In which state a stored session begins. */
  protected restored(): SessionState {
    return 'active';
  }

  /** What the store held, for whoever keeps a part of it elsewhere. */
  protected async found(record: Record<string, unknown>): Promise<Tokens | undefined> {
    return typeof record['access'] === 'string' ? (record as unknown as Tokens) : undefined;
  }

  /** Forgets the session; everybody who waits is told. */
  protected async close(state: 'expired' | 'signed-out'): Promise<void> {
    const { era } = this;
    await this.forget(state);
    if (era === this.era) this.newEra('reauthentication-required');
  }

  /** Forgets the session; who waits goes on waiting. */
  protected async forget(state: 'expired' | 'signed-out'): Promise<void> {
    this.take(undefined, state);
    await this.#ledger.save(JSON.stringify({ over: true }));
  }

  protected take(tokens: Tokens | undefined, state: SessionState): void {
    this.tokens = tokens;
    this.condition = state;
  }

  protected newEra(reason: Failure['reason']): void {
    this.era.end(reason);
    this.era = new Era();
  }

  /** Somebody signs in or out: what was asked for before is nobody's any more. */
  protected turn(state: SessionState, _by: 'sign-in' | 'sign-out'): void {
    this.turns += 1;
    this.newEra('signed-out');
    this.take(undefined, state);
  }

  protected mint(granted: TokenResponse, sentAt: number, before: Tokens | undefined): Tokens {
    const lives = lifetime(granted);
    const now = this.host.clock.monotonic();
    return {
      session: before?.session ?? this.host.random().toString(36).slice(2),
      access: granted.access_token,
      refresh: typeof granted.refresh_token === 'string' && granted.refresh_token !== '' ? granted.refresh_token : before?.refresh,
      // Issued between sending and now; a slow answer must not make a long life look over.
      bornAt: lives === undefined ? now : Math.max(sentAt, now - Math.min(1_000, lives / 50)),
      lives,
    };
  }

  /** A launch on a locked device: asks again, ever more slowly, until the store opens. */
  async #insist(): Promise<void> {
    for (let wait = 250; this.condition === 'loading'; wait = Math.min(wait * 2, 10_000)) {
      await this.sleep(wait);
      await this.#look();
    }
  }

  /** False when the store cannot be read, which says nothing about the session. */
  async #look(): Promise<boolean> {
    const turn = this.turns;
    let text: string | undefined;
    try {
      text = await this.#ledger.read();
    } catch {
      return false;
    }
    const record = jsonObject(text ?? '');
    const found = await this.found(record);
    if (turn !== this.turns || this.condition !== 'loading') return true;
    this.take(found, found !== undefined ? this.restored() : record['over'] === true ? 'expired' : 'signed-out');
    return true;
  }
}
