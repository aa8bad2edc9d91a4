// G4, session states (an article on session management), literally: Loading, Active, Locked, Expired; inactivity and background time-outs;
// a 401 or 400 of the refresh ends the session. Gaps read kindly: a request that meets the lock asks for the biometric or PIN; the time the
// app left is the date, as one writes it down; refreshing, keeping and sign-out, of which it says little, are done well (parts/).
import type { Feature, Host } from '../../../src/core/contract.ts';
import type { Reply } from '../correct/reactive-class/endpoint.ts';
import { Failure } from '../correct/reactive-class/waiting.ts';
import { Keeper } from './parts/keeper.ts';
import { postRefresh, type RefreshAnswer } from './parts/platform.ts';
import type { Tokens } from './parts/vault.ts';

const TIMEOUT = 10_000;
const noop = (): void => undefined;

export class G4 extends Keeper {
  override readonly features: readonly Feature[] = ['idle-lock'];
  /** Ms of inactivity left while the timer is paused. */
  #idleLeft: number = this.host.config.lock?.idle ?? Number.POSITIVE_INFINITY;
  #idleSince: number | undefined;
  #cancelIdle: () => void = noop;
  #leftAt: number | undefined;
  #unlocking: Promise<boolean> | undefined;

  override async stop(): Promise<void> {
    this.#pause();
    await super.stop();
  }

  /** Any touch resets the inactivity timer; a touch on the lock screen asks for the finger. */
  interaction(): void {
    if (this.condition === 'locked') this.#unlock().catch(noop);
    else this.#restart();
  }

  /** The timer pauses, and the app remembers when it left. */
  override background(): void {
    super.background();
    this.#pause();
    this.#leftAt = this.clock();
  }

  /** Back after too long: locked at once, before anything is shown. Else the timer goes on. */
  override foreground(): void {
    super.foreground();
    const away = this.#leftAt === undefined ? 0 : this.clock() - this.#leftAt;
    this.#leftAt = undefined;
    if (away >= (this.host.config.lock?.background ?? Number.POSITIVE_INFINITY)) this.lock();
    if (this.condition === 'locked') this.#unlock().catch(noop);
    else this.#resume();
  }

  /** By which the background time is measured. */
  protected clock(): number {
    return this.host.clock.now();
  }

  protected lock(): void {
    this.#pause();
    if (this.condition === 'active') this.take(this.tokens, 'locked');
  }

  protected override take(tokens: Tokens | undefined, state: Keeper['condition']): void {
    const isNew = state === 'active' && this.condition !== 'active';
    super.take(tokens, state);
    if (isNew) this.#restart();
  }

  protected override async arrive(): Promise<void> {
    await super.arrive();
    if (this.condition === 'locked' && !(await this.#unlock())) throw new Failure('locked');
  }

  /** The user is told why a session ended, where the server says so. */
  protected override async exchange(refreshToken: string): Promise<Reply> {
    const answer = await postRefresh(this.host, refreshToken, TIMEOUT);
    if (answer?.granted !== undefined) return { granted: answer.granted };
    if (answer === undefined || !this.isOver(answer)) return { retryAfter: answer?.retryAfter ?? 0 };
    this.host.emit({ type: 'session-state', to: 'expired', reason: String(answer.members['session_end'] ?? 'invalid-grant') });
    return { error: 'invalid_grant' };
  }

  /** A 401 of the refresh itself is the end of the session and no network error; so is invalid_grant. */
  protected isOver({ status, members }: RefreshAnswer): boolean {
    return status === 401 || (status === 400 && members['error'] === 'invalid_grant');
  }

  /** Biometrics, else PIN. */
  #unlock(): Promise<boolean> {
    this.#unlocking ??= this.#ask().finally(() => {
      this.#unlocking = undefined;
    });
    return this.#unlocking;
  }

  async #ask(): Promise<boolean> {
    const { reauthenticate } = this.host;
    const isUser = (await reauthenticate.biometric('unlock')) === 'ok' || (await reauthenticate.password('unlock')) === 'ok';
    if (isUser && this.condition === 'locked') this.take(this.tokens, 'active');
    return isUser;
  }

  #restart(): void {
    this.#pause();
    this.#idleLeft = this.host.config.lock?.idle ?? Number.POSITIVE_INFINITY;
    if (this.#leftAt === undefined) this.#resume();
  }

  #resume(): void {
    if (!Number.isFinite(this.#idleLeft) || this.condition !== 'active' || this.#idleSince !== undefined) return;
    this.#idleSince = this.host.clock.monotonic();
    this.#cancelIdle = this.host.clock.setTimeout(() => this.lock(), this.#idleLeft);
  }

  #pause(): void {
    if (this.#idleSince === undefined) return;
    this.#cancelIdle();
    this.#idleLeft -= this.host.clock.monotonic() - this.#idleSince;
    this.#idleSince = undefined;
  }
}

export default (host: Host): G4 => new G4(host);
