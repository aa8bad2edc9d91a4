// Which session this process holds, in which state, and who wants to know. Transitions are told before anything that follows
// from them, so that no request settles while the state still says otherwise (invariants I7b).
import type { SessionState } from '../core/contract.ts';
import { isEarlier, isLater, type Stamp } from './record.ts';
import type { Ending, Session } from './session.ts';

export interface Transition {
  from: SessionState;
  to: SessionState;
  reason: string;
}
/** A stored session, as far as leftovers are told from others. */
export interface StoredName {
  session: string;
  revision: number;
  since: Stamp | undefined;
  readonly tokens?: { readonly refreshToken: string | undefined };
}
export type Listener = (transition: Transition) => void;

export class Holder {
  state: SessionState = 'loading';
  session: Session | undefined;
  /** Changes whenever somebody signs in or out: work begun before must not touch what came after. */
  epoch = 0;
  /** Session id -> the last revision that is over. */
  readonly #ended = new Map<string, number>();
  /** Session id -> the refresh token it ended with, refused for good: a younger access token beside it changes nothing. */
  readonly #refused = new Map<string, string>();
  readonly #monotonicHolds: boolean;
  readonly #listeners = new Set<Listener>();
  #loaded: (() => void)[] = [];

  constructor(monotonicHolds: boolean) {
    this.#monotonicHolds = monotonicHolds;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The last sign-out here: what was stored before is a leftover, even when it could not be read then. */
  cutoff: Stamp | undefined;

  /** Whether a stored session is a leftover of one that ended here. One the server refused may live on in a younger revision. */
  isOver({ session, revision, since, tokens }: StoredName): boolean {
    if (revision <= (this.#ended.get(session) ?? -1)) return true;
    const refused = this.#refused.get(session);
    if (refused !== undefined && tokens?.refreshToken === refused) return true;
    return this.cutoff !== undefined && since !== undefined && !this.#isAfter(since, this.cutoff);
  }

  /** Once the store has held a session of this boot, nothing older than the boot comes back there: the clock that nobody sets decides. */
  #isAfter(since: Stamp, cutoff: Stamp): boolean {
    return this.session?.durable === true && this.#monotonicHolds ? isEarlier(cutoff, since, true) : isLater(since, cutoff);
  }

  move(to: SessionState, reason: string): void {
    const from = this.state;
    this.state = to;
    for (const listener of this.#listeners) tell(listener, { from, to, reason });
    if (to !== 'loading') this.#release();
  }

  /** Makes `session` the current one without a transition: its state follows when it may be used. */
  take(session: Session): void {
    this.session = session;
    this.epoch += 1;
  }

  /** Nobody is signed in from now on; for a process that holds no session (yet). */
  leave(reason: string): void {
    this.epoch += 1;
    this.move('signed-out', reason);
  }

  /** Ends `session`; nothing happens when it is over already. */
  end(session: Session, ending: Ending): void {
    if (session.ended !== undefined) return;
    session.ended = ending;
    this.#ended.set(session.id, ending.state === 'expired' ? session.revision : Number.POSITIVE_INFINITY);
    const { refreshToken } = session.tokens;
    if (ending.state === 'expired' && refreshToken !== undefined) this.#refused.set(session.id, refreshToken);
    if (this.session !== session) return;
    this.session = undefined;
    this.epoch += 1;
    if (ending.state !== 'active') this.move(ending.state, ending.reason);
  }

  /** Resolves when the store has been read, or a session was opened otherwise. */
  whenLoaded(): Promise<void> {
    return new Promise((resolve) => {
      if (this.state !== 'loading' || this.session !== undefined) resolve();
      else this.#loaded.push(resolve);
    });
  }

  #release(): void {
    const waiting = this.#loaded;
    this.#loaded = [];
    for (const resolve of waiting) resolve();
  }
}

/** A listener that throws is its owner's fault: it must not stop a sign-out halfway. */
function tell(listener: Listener, transition: Transition): void {
  try {
    listener(transition);
  } catch {
    // Nobody to tell: the engine has no log, and an error could carry anything.
  }
}
