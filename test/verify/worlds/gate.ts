// A small client that locks itself and asks its user, right unless told otherwise: each flaw is one wrong turn of it.
import type { Client, Host, RequestInit, SessionState, TokenResponse } from '../../../src/core/contract.ts';

export type Flaw =
  | 'locks-after-the-frame'
  | 'opens-at-launch'
  | 'wall-clock'
  | 'works-while-locked'
  | 'forgets-to-idle'
  | 'prompt-per-caller'
  | 'password-first'
  | 'prompts-in-background';

type Wait = { resolve(): void; reject(error: Error): void };
type Ladder = 'unlock' | 'sign-in';

const refuse = (reason: string): Error => Object.assign(new Error(reason), { reason });

export class Gate implements Client {
  readonly features = ['reauthentication', 'idle-lock'] as const;
  readonly #host: Host;
  readonly #flaw: Flaw | undefined;
  #phase: SessionState = 'loading';
  #tokens: TokenResponse | undefined;
  #waiting: Wait[] = [];
  #ladder: Promise<boolean> | undefined;
  #onScreen = true;
  #left = 0;
  #stopIdling: () => void = () => undefined;

  constructor(host: Host, flaw?: Flaw) {
    this.#host = host;
    this.#flaw = flaw;
  }

  state(): SessionState {
    return this.#phase;
  }

  async start(): Promise<void> {
    const stored = await this.#host.store.get('tokens');
    if (stored === undefined) return this.#become('signed-out');
    this.#tokens = JSON.parse(stored) as TokenResponse;
    const locks = this.#host.config.lock !== undefined && this.#flaw !== 'opens-at-launch';
    this.#become(locks ? 'locked' : 'active');
    if (locks) void this.#ask('unlock');
  }

  async signIn(tokens: TokenResponse): Promise<void> {
    await this.#host.store.set('tokens', JSON.stringify(tokens));
    this.#tokens = tokens;
    this.#become('active');
  }

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    for (let tries = 0; ; tries++) {
      if (this.#phase !== 'active' && this.#flaw !== 'works-while-locked') await this.#opened();
      const headers = { ...init.headers, authorization: `Bearer ${this.#tokens?.access_token ?? ''}` };
      const answer = await this.#host.fetch(this.#host.config.resourceBaseUrl + path, { ...init, headers });
      if (answer.status !== 401 || tries > 0) return { status: answer.status };
      if (!(await this.#renewed())) throw refuse('reauthentication-required');
    }
  }

  foreground(): void {
    this.#onScreen = true;
    const now = this.#flaw === 'wall-clock' ? this.#host.clock.now() : this.#host.clock.monotonic();
    const limit = this.#host.config.lock?.background;
    if (limit !== undefined && now - this.#left > limit && this.#phase === 'active') {
      if (this.#flaw === 'locks-after-the-frame') this.#host.clock.setTimeout(() => this.#become('locked'), 5);
      else this.#become('locked');
    }
    if (this.#phase === 'locked') void this.#ask('unlock');
    if (this.#phase === 'expired') void this.#ask('sign-in');
  }

  background(): void {
    this.#onScreen = false;
    this.#left = this.#flaw === 'wall-clock' ? this.#host.clock.now() : this.#host.clock.monotonic();
    this.#stopIdling();
  }

  interaction(): void {
    if (this.#phase === 'locked') void this.#ask('unlock');
    this.#idle();
  }

  #idle(): void {
    this.#stopIdling();
    const limit = this.#host.config.lock?.idle;
    if (limit === undefined || this.#phase !== 'active' || this.#flaw === 'forgets-to-idle') return;
    this.#stopIdling = this.#host.clock.setTimeout(() => this.#become('locked'), limit);
  }

  #become(phase: SessionState): void {
    this.#phase = phase;
    this.#idle();
    const over = phase === 'active' || phase === 'signed-out';
    for (const { resolve, reject } of over ? this.#waiting.splice(0) : [])
      if (phase === 'active') resolve();
      else reject(refuse('reauthentication-required'));
  }

  #opened(): Promise<void> {
    if (this.#phase === 'signed-out') throw refuse('signed-out');
    if (this.#phase === 'locked') void this.#ask('unlock');
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** The token was refused: the refresh decides whether the session is over. */
  async #renewed(): Promise<boolean> {
    if (this.#phase === 'active') {
      const body = `grant_type=refresh_token&client_id=app&refresh_token=${this.#tokens?.refresh_token ?? ''}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await this.#host.fetch(this.#host.config.tokenEndpoint, { method: 'POST', headers, body });
      if (answer.ok) {
        await this.signIn((await answer.json()) as TokenResponse);
        return true;
      }
      this.#become('expired');
    }
    if (!this.#onScreen && this.#flaw !== 'prompts-in-background') await this.#opened();
    return this.#ask('sign-in');
  }

  #ask(ladder: Ladder): Promise<boolean> {
    if (this.#flaw === 'prompt-per-caller') return this.#climb(ladder);
    this.#ladder ??= this.#climb(ladder).finally(() => (this.#ladder = undefined));
    return this.#ladder;
  }

  async #climb(ladder: Ladder): Promise<boolean> {
    const { biometric, password } = this.#host.reauthenticate;
    const rungs = this.#flaw === 'password-first' ? [password, biometric] : [biometric, password];
    for (const rung of rungs) {
      if ((await rung(ladder)) !== 'ok') continue;
      this.#become('active');
      return true;
    }
    if (ladder === 'sign-in') this.#become('signed-out');
    return false;
  }
}
