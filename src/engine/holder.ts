// Which session this process holds, and how it tells leftovers of earlier ones in the store.
import { readClaims } from './expiry.ts';
import { isReplaced, type Machine, type Reason, rejectionOf } from './machine.ts';
import { isLater, type Stamp } from './record.ts';
import type { Session } from './session.ts';

/** A stored session, as far as leftovers are told from others. */
export interface StoredName {
  session: string;
  revision: number;
  since: Stamp | undefined;
  readonly tokens?: { readonly refreshToken: string | undefined };
}

export class Holder {
  session: Session | undefined;
  /** Changes whenever somebody signs in or out: work begun before must not touch what came after. */
  epoch = 0;
  /** The last sign-out here: what was stored before is a leftover, even when it could not be read then. */
  cutoff: Stamp | undefined;
  /** The store says that the session ended, in a note without tokens: when that is gone too, somebody signed out. */
  buried = false;
  readonly #machine: Machine;
  /** Session id -> the last revision that is over. */
  readonly #ended = new Map<string, number>();
  /** Session id -> the refresh token it ended with, refused for good: a younger access token beside it changes nothing. */
  readonly #refused = new Map<string, string | undefined>();
  #subject: string | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Whether a stored session is a leftover of one that ended here. One the server refused may live on in a younger revision. */
  isOver({ session, revision, since, tokens }: StoredName): boolean {
    if (revision <= (this.#ended.get(session) ?? -1)) return true;
    if (tokens?.refreshToken !== undefined && tokens.refreshToken === this.#refused.get(session)) return true;
    return this.cutoff !== undefined && since !== undefined && !this.#isAfter(since, this.cutoff);
  }

  /** Once the store has held a session of this boot, nothing older than the boot comes back there: the clock that nobody sets decides. */
  #isAfter(since: Stamp, cutoff: Stamp): boolean {
    return this.session?.durable === true ? since.mono > cutoff.mono : isLater(since, cutoff);
  }

  /** Whether `accessToken` is of the user whose session ended last; undefined when the tokens do not say. */
  isSameUser(accessToken: string): boolean | undefined {
    const { sub } = readClaims(accessToken);
    return sub === undefined || this.#subject === undefined ? undefined : sub === this.#subject;
  }

  /** Makes `session` the current one without a transition: its state follows when it may be used. */
  take(session: Session): void {
    this.session = session;
    this.buried = false;
    this.epoch += 1;
  }

  /** Nobody is signed in from now on; for a process that holds no session (any more). */
  leave(reason: Reason): void {
    this.buried = false;
    this.epoch += 1;
    this.#machine.fire(reason);
  }

  /** Ends `session`; nothing happens when it is over already. One that another replaces has no transition: the other one will. */
  end(session: Session, reason: Reason): void {
    if (session.ended !== undefined) return;
    session.ended = reason;
    const refused = rejectionOf(reason) === 'reauthentication-required';
    this.#ended.set(session.id, refused ? session.revision : Number.POSITIVE_INFINITY);
    if (refused) this.#refused.set(session.id, session.tokens.refreshToken);
    if (this.session !== session) return;
    this.session = undefined;
    this.#subject = readClaims(session.tokens.accessToken).sub;
    this.epoch += 1;
    if (!isReplaced(reason)) this.#machine.fire(reason);
  }
}
