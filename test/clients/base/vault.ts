// The base client's memory and its durable copy, and what takes a token out of use. The store is the truth between processes, unless a
// write of ours is still owed to it.
// Refuses to read "unreadable" as "empty": a locked store never signs anybody out.
import type { Host, SessionState } from '../../../src/core/contract.ts';
import { readStored, Rejected, type Session, type Stored } from './session.ts';

const KEY = 'session';
/** In the plain tier, which a reinstall empties: a session without it is of an app that was removed. */
const MARK = 'installed';
const noop = (): void => undefined;

/** A write that the store has not taken yet. */
interface Owed {
  readonly content: string | undefined;
  /** The session it is about: written, or ended by it. */
  readonly of: string | undefined;
  /** It failed once: meanwhile a sibling may have stored something of its own. */
  failed?: true;
}

export abstract class Vault {
  protected readonly host: Host;
  protected session: Session | undefined;
  protected phase: SessionState = 'loading';
  /** Set from a granted answer until it is stored and in use: nobody may send the old token or the new one meanwhile. */
  protected adopting: Promise<unknown> | undefined;
  /** Aborted by `stop()`: ends every pause. */
  protected readonly closing = new AbortController();
  #marked: boolean | undefined;
  /** What the store should hold (undefined = nothing) while it does not. */
  protected unsaved: Owed | undefined;
  #version = 0;
  /** The session last known of, also when it is over. */
  #lastId: string | undefined;
  #writes: Promise<unknown> = Promise.resolve();
  #cancelRetry: (() => void) | undefined;
  #failedWrites = 0;

  constructor(host: Host) {
    this.host = host;
  }

  /** Ends what callers of a session that is gone are waiting for. */
  protected abstract evict(sessionId: string, reason: 'signed-out' | 'reauthentication-required'): void;

  protected monotonic(): number {
    return this.host.clock.monotonic();
  }

  protected sleep(ms: number): Promise<void> {
    return this.host.clock.sleep(ms, this.closing.signal);
  }

  /** The session requests may use now. Rejects with the reason why there is none. */
  protected async current(): Promise<Session> {
    await this.sync();
    for (let tries = 0; this.phase === 'loading' && this.adopting === undefined && tries < 20; tries++) {
      await this.sleep(500);
      await this.sync();
    }
    while (this.adopting !== undefined) await this.adopting.catch(noop);
    if (this.session !== undefined) return this.session;
    if (this.phase === 'loading') throw new Rejected('locked');
    throw new Rejected(this.phase === 'expired' ? 'reauthentication-required' : 'signed-out');
  }

  /** Takes over what another process wrote, or pays the write we owe. */
  protected async sync(): Promise<void> {
    if (this.unsaved !== undefined) {
      await this.flush();
      return;
    }
    const version = this.#version;
    if (this.phase === 'loading') this.#marked ??= await this.#look();
    let text: string | undefined;
    try {
      text = await this.host.store.get(KEY);
    } catch {
      this.lookAgain();
      this.onUnreadable();
      return;
    }
    if (version === this.#version) this.accept(text);
  }

  /** Before the first unlock files look empty too: a mark that is missing beside a store that cannot be read says nothing. */
  protected lookAgain(): void {
    this.#marked = undefined;
  }

  /** Locked or broken: what we knew stays true, and we look again. */
  protected onUnreadable(): void {
    this.retryLater();
  }

  protected accept(text: string | undefined): void {
    const { session, ended, corrupt } = this.ours(readStored(text));
    const before = this.session;
    if (corrupt === true) return this.onCorrupt();
    if (this.phase === 'loading' && session !== undefined && this.#marked === false) return this.onReinstalled(session);
    const launches = this.phase === 'loading';
    if (session === undefined || session.accessToken !== before?.accessToken) this.take(session, ended ?? 'signed-out');
    if (before !== undefined && before.id !== session?.id)
      this.evict(before.id, ended === 'expired' ? 'reauthentication-required' : 'signed-out');
    if (launches && session !== undefined) this.restored();
  }

  /** What the store holds for us: the app may have been pointed at another server since it was written. */
  protected ours(stored: Stored): Stored {
    const { issuer } = this.host.config;
    return (stored.issuer ?? issuer) === issuer ? stored : this.onForeign(stored);
  }

  /** A session of another server is none here, and is not ours to touch. */
  protected onForeign(_stored: Stored): Stored {
    return {};
  }

  /** What the app was left with has been read at launch. */
  protected abstract restored(): void;

  /** Nobody can tell what it was. What is in memory is written again; without that the session is over, once and for all launches. */
  protected onCorrupt(): void {
    this.host.emit({ type: 'session.corrupt' });
    if (this.session === undefined) this.take(undefined, 'expired');
    void this.save(this.session ?? { ended: 'expired' });
  }

  /** Whoever installs the app anew begins signed out, whoever it was that signed in before. */
  protected onReinstalled(session: Session): void {
    this.take(undefined, 'signed-out');
    void this.save(undefined);
    void this.revoke(session.refreshToken);
  }

  /** Notes in the plain tier that this installation has signed in. */
  protected mark(): Promise<void> {
    this.#marked = true;
    return this.host.plain.set(MARK, 'yes').catch(noop);
  }

  /** A plain tier that cannot be read says nothing. */
  async #look(): Promise<boolean> {
    try {
      return (await this.host.plain.get(MARK)) !== undefined;
    } catch {
      return true;
    }
  }

  /** From here on this is the session (or `without` one, the state there is). */
  protected take(session: Session | undefined, without: SessionState = 'signed-out'): void {
    this.#version += 1;
    this.#lastId = session?.id ?? this.#lastId;
    this.session = session;
    this.phase = session === undefined ? without : 'active';
  }

  /** True when the store holds it. False: it will be written as soon as the store allows. */
  protected save(content: Session | { ended: 'expired' } | undefined): Promise<boolean> {
    const { issuer } = this.host.config;
    this.unsaved = { content: content === undefined ? undefined : JSON.stringify({ ...content, issuer }), of: this.#lastId };
    return this.flush();
  }

  /** One write after another: a delete never overtakes the write it undoes. */
  protected flush(): Promise<boolean> {
    const write = this.#writes.then(() => this.#write());
    this.#writes = write;
    return write;
  }

  async #write(): Promise<boolean> {
    const owed = this.unsaved;
    if (owed === undefined) return true;
    try {
      const due = owed.failed !== true || (await this.stillDue(owed));
      if (due) await (owed.content === undefined ? this.host.store.delete(KEY) : this.host.store.set(KEY, owed.content));
    } catch {
      owed.failed = true;
      this.host.emit({ type: 'session.not-stored' });
      this.retryLater();
      return false;
    }
    this.#failedWrites = 0;
    if (this.unsaved === owed) this.unsaved = undefined;
    return true;
  }

  /** Neither the end of a session nor an older one is made up for when a sibling has begun another one since. */
  protected async stillDue({ content, of }: Owed): Promise<boolean> {
    const mine = readStored(content).session;
    const { session: there } = readStored(await this.host.store.get(KEY));
    if (there === undefined || of === undefined || there.id === of) return true;
    return mine !== undefined && mine.issuedAt > there.issuedAt;
  }

  protected retryLater(): void {
    if (this.#cancelRetry !== undefined || this.closing.signal.aborted) return;
    this.#failedWrites = Math.min(this.#failedWrites + 1, 7);
    this.#cancelRetry = this.host.clock.setTimeout(
      () => {
        this.#cancelRetry = undefined;
        if (this.unsaved !== undefined || this.phase === 'loading') void this.sync();
      },
      100 * 2 ** this.#failedWrites,
    );
  }

  /** Writes what is owed once more and leaves no timer behind. */
  protected async closeVault(): Promise<void> {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    await this.flush();
  }

  /** RFC 7009; best effort, once per token. */
  protected async revoke(token: string | undefined): Promise<void> {
    if (token === undefined || !this.host.connectivity.online()) return;
    const { revocationEndpoint, clientId } = this.host.config;
    const body = `token=${encodeURIComponent(token)}&token_type_hint=refresh_token&client_id=${encodeURIComponent(clientId)}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await this.limited(5_000, undefined, (signal) =>
      this.host.fetch(revocationEndpoint, { method: 'POST', headers, body, signal, redirect: 'manual' }),
    ).catch(noop);
  }

  /** Runs `work` with a signal that aborts after `ms`, or with `cancel`. */
  protected async limited<T>(ms: number, cancel: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const stop = ms === Number.POSITIVE_INFINITY ? noop : this.host.clock.setTimeout(abort, ms);
    cancel?.addEventListener('abort', abort);
    if (cancel?.aborted === true) abort();
    try {
      return await work(controller.signal);
    } finally {
      stop();
      cancel?.removeEventListener('abort', abort);
    }
  }
}
