// How leftovers of sessions that ended here are told from others in the store.
import { rejectionOf } from './machine.ts';
import { isLater, type SessionRecord, type Stamp } from './record.ts';
import type { Session } from './session.ts';

/** A stored session, as far as leftovers are told from others; of one that ended the store says no more than its name. */
export type StoredName = Pick<SessionRecord, 'session'> & Partial<SessionRecord>;

/** What this process remembers. */
export interface Past {
  /** Those that ended here, by name. */
  readonly ended: ReadonlyMap<string, Session>;
  /** The last sign-out here: what was stored before is a leftover, even when it could not be read then. */
  readonly cutoff?: Stamp | undefined;
  /** The one in hand. */
  readonly session?: Session | undefined;
}

/** Whether a stored session is a leftover of one that ended here. */
export function isOver({ ended, cutoff, session }: Past, stored: StoredName): boolean {
  const same = ended.get(stored.session);
  if (same !== undefined && !isYounger(stored, same)) return true;
  return cutoff !== undefined && stored.since !== undefined && !isAfter(stored.since, cutoff, session?.durable === true);
}

/** Once the store has held a session of this boot, nothing older than the boot comes back there: the clock that nobody sets decides. */
function isAfter(since: Stamp, cutoff: Stamp, isOfThisBoot: boolean): boolean {
  return isOfThisBoot ? since.mono > cutoff.mono : isLater(since, cutoff);
}

/** A session that the server refused may live on in a younger pair; with the refused refresh token beside it a younger access token is none. */
function isYounger({ revision = 0, tokens }: StoredName, { ended, record }: Session): boolean {
  if (ended === undefined || rejectionOf(ended) === 'signed-out' || revision <= record.revision) return false;
  return tokens?.refreshToken === undefined || tokens.refreshToken !== record.tokens.refreshToken;
}
