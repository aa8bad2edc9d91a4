// Which session this process holds, and how it tells leftovers of earlier ones in the store.
import { isSameUser } from './expiry.ts';
import { type Reason, rejectionOf } from './machine.ts';
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
  readonly #ended = new Map<string, Session>();

  /** Whether a stored session is a leftover of one that ended here. */
  readonly isOver = (stored: StoredName): boolean => {
    const ended = this.#ended.get(stored.session);
    if (ended !== undefined && !isYounger(stored, ended)) return true;
    return this.cutoff !== undefined && stored.since !== undefined && !this.#isAfter(stored.since, this.cutoff);
  };

  /** Once the store has held a session of this boot, nothing older than the boot comes back there: the clock that nobody sets decides. */
  #isAfter(since: Stamp, cutoff: Stamp): boolean {
    return this.session?.durable === true ? since.mono > cutoff.mono : isLater(since, cutoff);
  }

  /** Whether `accessToken` is of the user whose session ended last; undefined when the tokens do not say. */
  isSameUser(accessToken: string): boolean | undefined {
    return isSameUser(this.last?.tokens.accessToken, accessToken);
  }

  take(session: Session): void {
    this.session = session;
    this.epoch += 1;
  }

  end(session: Session, reason: Reason): void {
    session.ended = reason;
    this.#ended.set(session.record.session, session);
    this.last = session;
    this.session = undefined;
    this.epoch += 1;
  }
}

/** A session that the server refused may live on in a younger pair; with the refused refresh token beside it a younger access token is none. */
function isYounger({ revision = 0, tokens }: StoredName, { ended, record }: Session): boolean {
  if (ended === undefined || rejectionOf(ended) === 'signed-out' || revision <= record.revision) return false;
  return tokens?.refreshToken === undefined || tokens.refreshToken !== record.tokens.refreshToken;
}
