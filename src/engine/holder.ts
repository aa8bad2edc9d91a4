// Which session this process holds, and how it tells leftovers of earlier ones in the store.
import { readClaims } from './expiry.ts';
import { isReplaced, type Machine, type Reason, rejectionOf } from './machine.ts';
import { isLater, type SessionRecord, type Stamp } from './record.ts';
import type { Session } from './session.ts';

/** A stored session, as far as leftovers are told from others; of one that ended the store says no more than its name. */
export type StoredName = Pick<SessionRecord, 'session'> & Partial<SessionRecord>;

export class Holder {
  session: Session | undefined;
  /** Changes whenever somebody signs in or out: work begun before must not touch what came after. */
  epoch = 0;
  /** The last sign-out here: what was stored before is a leftover, even when it could not be read then. */
  cutoff: Stamp | undefined;
  /** The one that ended last. */
  last: Session | undefined;
  readonly #machine: Machine;
  readonly #ended = new Map<string, Session>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Whether a stored session is a leftover of one that ended here. */
  isOver(stored: StoredName): boolean {
    const ended = this.#ended.get(stored.session);
    const { since } = stored;
    return (
      (ended !== undefined && !isYounger(stored, ended)) ||
      (this.cutoff !== undefined && since !== undefined && !this.#isAfter(since, this.cutoff))
    );
  }

  /** Once the store has held a session of this boot, nothing older than the boot comes back there: the clock that nobody sets decides. */
  #isAfter(since: Stamp, cutoff: Stamp): boolean {
    return this.session?.durable === true ? since.mono > cutoff.mono : isLater(since, cutoff);
  }

  /** Whether `accessToken` is of the user whose session ended last; undefined when the tokens do not say. */
  isSameUser(accessToken: string): boolean | undefined {
    const { sub } = readClaims(accessToken);
    const known = this.last && readClaims(this.last.tokens.accessToken).sub;
    return sub === undefined || known === undefined ? undefined : sub === known;
  }

  /** Makes `session` the current one without a transition: its state follows when it may be used. */
  take(session: Session): void {
    this.session = session;
    this.epoch += 1;
  }

  /** Nobody is signed in from now on; for a process that holds no session (any more). */
  leave(reason: Reason): void {
    this.epoch += 1;
    this.#machine.fire(reason);
  }

  /** Ends `session`; nothing happens when it is over already. One that another replaces has no transition: the other one will. */
  end(session: Session, reason: Reason): void {
    if (session.ended !== undefined) return;
    session.ended = reason;
    this.#ended.set(session.record.session, session);
    if (this.session !== session) return;
    this.session = undefined;
    this.last = session;
    this.epoch += 1;
    if (!isReplaced(reason)) this.#machine.fire(reason);
  }
}

/** A session that the server refused may live on in a younger pair; with the refused refresh token beside it a younger access token is none. */
function isYounger({ revision = 0, tokens }: StoredName, { ended, record }: Session): boolean {
  if (ended === undefined || rejectionOf(ended) === 'signed-out' || revision <= record.revision) return false;
  return tokens?.refreshToken === undefined || tokens.refreshToken !== record.tokens.refreshToken;
}
