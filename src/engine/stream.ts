// A stream that the app listens to: kept open over renewals of the token, loss of the network and the lock, until it is closed or its
// session ends. It never runs on the token of another session (refresh-bugs class S).
import type { HostStream } from '../core/contract.ts';
import { acquire } from './admit.ts';
import { gapAfter } from './backoff.ts';
import { Call, type CallLimits } from './call.ts';
import { refusesToken } from './classify.ts';
import { quietly } from './machine.ts';
import { monoOf, observe, type OpenStream, type Runtime } from './runtime.ts';
import { urlOf } from './send.ts';
import type { Session } from './session.ts';

/** A connection that lasted this long was a good one: the next pause is short again, ms. */
const LASTING = 5_000;
/** A connection that does not take the new token within this is dead, ms. */
const TELLING = 10_000;
const NO_LIMITS = { online: Number.POSITIVE_INFINITY, offline: Number.POSITIVE_INFINITY };
/** So many tokens refused in a row say that it is not the token. */
const MOST_REFUSALS = 2;

/** Resolves when the stream is open for the first time. While one is open the token is renewed ahead by the clock. */
export async function openStream(rt: Runtime, path: string, onMessage: (message: string) => void): Promise<{ close(): void }> {
  const stream = new Stream(rt, path, onMessage);
  const opening = stream.call.promise;
  rt.streams.add(stream);
  rt.arm();
  void stream.run().finally(() => {
    rt.streams.delete(stream);
    rt.arm();
  });
  await opening;
  return { close: () => stream.close() };
}

class Stream implements OpenStream {
  /** What waits for a token now. The first one settles with the first connection, or with the reason why there is none. */
  call: Call<void>;
  readonly #rt: Runtime;
  readonly #path: string;
  readonly #onMessage: (message: string) => void;
  #session: Session | undefined;
  #connection: HostStream | undefined;
  #lastId: string | undefined;
  #refusals = 0;
  #opened = false;
  #closed = false;

  constructor(rt: Runtime, path: string, onMessage: (message: string) => void) {
    this.#rt = rt;
    this.#path = path;
    this.#onMessage = onMessage;
    this.call = this.#callFor();
  }

  /** Connects again and again. */
  async run(): Promise<void> {
    const { timers, host } = this.#rt;
    let failures = 0;
    while (!this.#isOver) {
      if (this.call.closed) this.call = this.#callFor(NO_LIMITS);
      const begun = monoOf(this.#rt);
      await this.#connect();
      if (this.#isOver) break;
      failures = monoOf(this.#rt) - begun > LASTING ? 0 : failures + 1;
      await timers.pause(Math.max(gapAfter(failures, host.random()), this.#session?.isAlive() === false ? this.#session.untilRested() : 0));
    }
    this.call.reject('network');
    if (this.#opened && !this.#closed) observe(this.#rt, { type: 'stream-ended', path: this.#path.replace(/\?.*/, '') });
  }

  /** The session has a new token: told on the open connection where the server takes that, else a new connection brings it. */
  renew(session: Session): void {
    const connection = this.#connection;
    if (session !== this.#session || connection === undefined) return;
    const told = connection.send(`Bearer ${session.tokens.accessToken}`).then(
      () => true,
      () => false,
    );
    // Half-open: nobody says that it is dead.
    void this.#rt.timers.within(TELLING, told, false).then((taken) => void (taken || connection.close()));
  }

  /** While the app is locked nothing may be shown: what comes then is asked for again afterwards. After its session nothing comes at all. */
  heed(): void {
    if (this.#rt.state !== 'active' || this.#isOver) this.#connection?.close();
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.call.reject('aborted');
  }

  get #isOver(): boolean {
    const failed = this.#refusals > MOST_REFUSALS || (!this.#opened && this.call.closed);
    return failed || this.#closed || this.#rt.stopped || this.#session?.ended !== undefined;
  }

  #callFor(limits?: CallLimits): Call<void> {
    const call = new Call<void>(this.#rt, this.#path, {}, limits);
    call.unasked = true;
    call.promise.catch(() => {});
    return call;
  }

  /** One connection from its token to its end. */
  async #connect(): Promise<void> {
    const session = await acquire(this.#rt, this.call);
    this.#session ??= session;
    if (session === undefined || session !== this.#session || this.#isOver) return;
    const { accessToken } = session.tokens;
    const headers = {
      authorization: `Bearer ${accessToken}`,
      accept: 'text/event-stream',
      ...(this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId }),
    };
    try {
      const connection = await this.#rt.host.stream(urlOf(this.#rt, this.#path), { headers, signal: this.call.controller.signal });
      this.#connection = connection;
      if (this.#accepts(connection, session, accessToken)) await this.#listen(connection);
    } catch {
      // None, or a broken one: the next connection goes on from the last event.
    }
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Whether it has opened. A refused token is not sent again; any other refusal in words is for good. */
  #accepts(connection: HostStream, session: Session, accessToken: string): boolean {
    const { status } = connection;
    // Locked while it opened.
    if (this.#rt.state !== 'active') return false;
    if (status >= 200 && status < 300) {
      this.#refusals = 0;
      this.#opened = true;
      this.call.settle();
      // Renewed while it opened.
      if (session.tokens.accessToken !== accessToken) this.renew(session);
      return !this.#isOver;
    }
    if (refusesToken(connection)) {
      session.refuse(accessToken);
      this.#refusals += 1;
    } else if (status < 500 && status !== 408 && status !== 429) this.#refusals = MOST_REFUSALS + 1;
    return false;
  }

  async #listen(connection: HostStream): Promise<void> {
    for (;;) {
      const message = await connection.next();
      if (message === undefined || this.#isOver || this.#rt.state !== 'active') return;
      this.#lastId = /^id: ?(.*)$/m.exec(message)?.[1] ?? this.#lastId;
      quietly(() => this.#onMessage(message));
    }
  }
}
