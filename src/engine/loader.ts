// Restores what the store holds, at launch and later when a sibling may have signed in, and makes sure of it before anything is shown.
// A store that cannot be read leaves the state `loading` and is asked again: a locked phone is not a signed-out user (refresh-bugs K1, K15).
import { decideCarryOver } from './decide.ts';
import { revoke } from './exchange.ts';
import { leave, repeat } from './keeper.ts';
import type { SessionRecord } from './record.ts';
import { finish, flightOf } from './refresh.ts';
import { monoOf, observe, openSession, rejectCalls, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import { refreshLifeLeft } from './tokens.ts';
import type { Reading } from './vault.ts';

export class Loader {
  readonly #rt: Runtime;
  #polling = false;
  #reading: Promise<boolean> | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  /** Reads once; if that fails, goes on in the background. Ends when the state is known, or cannot be yet. */
  async start(): Promise<void> {
    if (await this.#read()) await this.#rt.holder.session?.verifying;
    else void this.#poll();
  }

  /** Asks now instead of at the next poll. */
  nudge(): void {
    if (this.#polling) void this.#read();
  }

  /** Nobody is signed in here, but perhaps through a sibling by now. */
  async recheck(): Promise<void> {
    await this.#read();
  }

  #read(): Promise<boolean> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** True once the store has answered, or somebody signed in or out meanwhile. */
  async #readOnce(): Promise<boolean> {
    const { holder, vault, machine } = this.#rt;
    const { epoch } = holder;
    const reading = await vault.read();
    const launching = machine.state === 'loading';
    if (reading.kind === 'unreadable') return !launching;
    const reinstalled = launching && reading.kind === 'record' && (await vault.isReinstalled(reading));
    if (holder.epoch !== epoch || holder.session !== undefined) return true;
    if (reading.kind !== 'record' || holder.isOver(reading.record)) this.#noSession(reading, launching);
    else if (reinstalled && this.#rt.settings.afterReinstall === 'discard') await this.#discard(reading.record);
    else if (launching) this.#launch(openSession(this.#rt, reading.record, true));
    else this.#adopt(reading.record);
    return true;
  }

  #noSession(reading: Reading, launching: boolean): void {
    const { holder, machine } = this.#rt;
    if (!launching) {
      if (reading.kind !== 'empty' || !holder.buried) return;
      holder.leave('sibling-signed-out');
      return rejectCalls(this.#rt, 'signed-out');
    }
    if (reading.kind === 'corrupt') observe(this.#rt, { type: 'store-corrupt' });
    holder.buried = reading.kind === 'ended';
    if (reading.kind === 'ended') machine.fire(reading.reason);
    else machine.fire(reading.kind === 'corrupt' ? 'store-corrupt' : 'store-empty');
  }

  /** What was there before the app was installed anew may be somebody else's. */
  async #discard({ tokens }: SessionRecord): Promise<void> {
    if (tokens.refreshToken !== undefined) void revoke(this.#rt, tokens.refreshToken);
    await leave(this.#rt, 'reinstalled');
  }

  #launch(session: Session): void {
    const { machine, autoLock } = this.#rt;
    if (autoLock.isOn) machine.fire('cold-start');
    session.verifying = verify(this.#rt, session).then(() => {
      session.verifying = undefined;
      if (session.ended === undefined && !this.#rt.stopped) machine.fire('restored');
    });
  }

  /** A sibling has signed somebody in. What was asked for before goes on only for the same user. */
  #adopt(record: SessionRecord): void {
    const rt = this.#rt;
    const carried = decideCarryOver(rt.holder.isSameUser(record.tokens.accessToken), false);
    openSession(rt, record, true);
    if (!carried) rejectCalls(rt, 'signed-out', ({ calledAt }) => calledAt > record.since.mono);
    rt.machine.fire('restored');
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    await repeat(
      this.#rt,
      () => true,
      () => this.#read(),
    );
    this.#polling = false;
  }
}

/**
 * A token that is no longer good is renewed before anything is shown. What cannot be done now, offline or within a few seconds, is no
 * reason to keep anybody out (refresh-bugs M5, M13): the session may well be good.
 */
async function verify(rt: Runtime, session: Session): Promise<void> {
  const mono = monoOf(rt);
  if (session.isAlive(mono)) return;
  const { tokens } = session;
  const left = refreshLifeLeft(tokens, mono);
  if (tokens.refreshToken === undefined) return void (await finish(rt, session, 'no-refresh-token'));
  if (tokens.certain && left !== undefined && left <= 0) return void (await finish(rt, session, 'refresh-token-expired'));
  if (!rt.gate.online) return;
  const { end, leave } = flightOf(rt, session).join('ahead');
  await rt.timers.within(rt.settings.startPatience, end, 'failed');
  leave();
}
