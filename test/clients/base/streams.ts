// The base client's streams: each is a request that never ends. It is told the new token, or opened again with it where the server does
// not take one, goes on from the last event after a break, and ends with its session.
import type { HostResponse, HostStream, SessionState } from '../../../src/core/contract.ts';
import { Freshness } from './freshness.ts';
import { Rejected, type Session } from './session.ts';

/** Something the app listens to. */
export interface Listening {
  readonly path: string;
  readonly onMessage: (message: string) => void;
  readonly over: AbortController;
  /** The sign-in it belongs to. */
  sessionId?: string;
  stream?: HostStream;
  /** What the open stream runs on. */
  token?: string;
  /** What it was opened with at first. */
  firstToken?: string;
  lastId?: string | undefined;
}

export abstract class Streams extends Freshness {
  readonly #listenings = new Set<Listening>();

  /** A session whose access token may be sent now; rejects when there is none, or when `signal` aborts. */
  protected abstract sessionFor(path: string, signal: AbortSignal): Promise<Session>;
  protected abstract isRefusal(response: Pick<HostResponse, 'status' | 'headers'>): boolean;

  /** Resolves with the first connection, rejects when there cannot be one. */
  async openStream(path: string, onMessage: (message: string) => void): Promise<{ close(): void }> {
    const listening: Listening = { path, onMessage, over: new AbortController() };
    this.#listenings.add(listening);
    try {
      const stream = await this.#dial(listening);
      void this.#keepOpen(listening, stream);
    } catch (error) {
      this.#leave(listening);
      throw error instanceof Rejected ? error : new Rejected('network');
    }
    return { close: () => this.#leave(listening) };
  }

  protected override get isListening(): boolean {
    return this.#listenings.size > 0;
  }

  /** Reads to the end, dials again, ever more slowly while that fails. */
  async #keepOpen(listening: Listening, first: HostStream): Promise<void> {
    let stream: HostStream | undefined = first;
    let failures = 0;
    while (!listening.over.signal.aborted) {
      if (stream !== undefined) {
        failures = (await this.#read(listening, stream)) ? 0 : failures + 1;
        stream = undefined;
      }
      if (listening.over.signal.aborted || !this.dialsAgain()) return;
      if (failures > 0) await this.sleep(Math.min(30_000, 500 * 2 ** failures) * (0.85 + 0.3 * this.host.random())).catch(() => undefined);
      await this.whenOpen();
      stream = await this.#dial(listening).catch((error: unknown) => this.#failed(listening, error));
      if (stream === undefined) failures += 1;
    }
  }

  /** A session that is gone takes its streams with it; anything else may pass. */
  #failed(listening: Listening, error: unknown): undefined {
    const reason = error instanceof Rejected ? error.reason : 'network';
    if (reason === 'signed-out' || reason === 'reauthentication-required' || this.closing.signal.aborted) this.#leave(listening);
    return undefined;
  }

  /** One refused token is renewed; a second refusal is not about the token. */
  async #dial(listening: Listening): Promise<HostStream> {
    const { signal } = listening.over;
    let session = await this.sessionFor(listening.path, signal);
    listening.sessionId ??= session.id;
    if (listening.sessionId !== session.id) throw new Rejected('signed-out');
    for (let tries = 2; ; tries--) {
      const token = this.tokenFor(listening, session);
      listening.firstToken ??= token;
      const stream = await this.host.stream(this.host.config.resourceBaseUrl + listening.path, {
        headers: headersFor(listening, token),
        signal,
      });
      if (stream.status >= 200 && stream.status < 300) {
        Object.assign(listening, { stream, token });
        return stream;
      }
      if (tries === 1 || !this.isRefusal(stream)) throw new Rejected('network');
      session = await this.refresh(token, session);
    }
  }

  /** Whether a stream that has ended is opened again while the app listens. */
  protected dialsAgain(): boolean {
    return true;
  }

  protected tokenFor(_listening: Listening, session: Session): string {
    return session.accessToken;
  }

  /** Whether it brought anything. */
  async #read(listening: Listening, stream: HostStream): Promise<boolean> {
    let heard = false;
    try {
      for (;;) {
        const message = await stream.next();
        if (message === undefined || this.locked || listening.over.signal.aborted) break;
        heard = true;
        listening.lastId = /^id: ?(.*)$/m.exec(message)?.[1] ?? listening.lastId;
        listening.onMessage(message);
      }
    } catch {
      // Broken: the next connection goes on from the last event.
    }
    delete listening.stream;
    stream.close();
    return heard;
  }

  /** There is a new token. */
  protected tell(session: Session): void {
    for (const listening of this.#listenings) {
      const { stream, token, sessionId } = listening;
      if (stream === undefined || token === session.accessToken || sessionId !== session.id) continue;
      listening.token = session.accessToken;
      this.renew(listening, stream, session).catch(() => stream.close());
    }
  }

  /** A connection that does not take it in time is dead, whatever it says. */
  protected renew({ over: left }: Listening, stream: HostStream, session: Session): Promise<void> {
    return this.limited(10_000, left.signal, (signal) => {
      const over = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Rejected('network'))));
      return Promise.race([stream.send(`Bearer ${session.accessToken}`), over]);
    });
  }

  /** Ends those of one sign-in, or all. */
  protected endStreams(sessionId?: string): void {
    for (const listening of this.#listenings)
      if (sessionId === undefined || listening.sessionId === undefined || listening.sessionId === sessionId) this.#leave(listening);
  }

  #leave(listening: Listening): void {
    this.#listenings.delete(listening);
    listening.over.abort(new Rejected('aborted'));
    listening.stream?.close();
  }

  /** Nothing may be shown now; what comes meanwhile is asked for again afterwards. */
  protected override becameLocked(): void {
    for (const { stream } of this.#listenings) stream?.close();
  }

  protected override take(session: Session | undefined, without?: SessionState): void {
    super.take(session, without);
    if (session !== undefined) this.tell(session);
  }
}

function headersFor({ lastId }: Listening, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'text/event-stream',
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  };
}
