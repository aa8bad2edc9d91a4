// Sessions as people see them: where a user is signed in, since when, when last used; and how they are ended from outside.
// Pure functions on the desk: the app's own Sessions screen and the control API call the same.
import type { FamilyEnd } from '../src/core/server-words.ts';
import { forgetBrowsersOf } from './browser.ts';
import type { Desk } from './desk.ts';
import { endFamily } from './endings.ts';
import { isRefreshable } from './refresh.ts';
import type { Family } from './store.ts';

/** One session. Times are ms since the Unix epoch on the server's clock. */
export interface SessionRecord {
  /** Name of the token family. */
  id: string;
  user: string;
  device: string;
  clientId: string;
  scope: string;
  grantedAt: number;
  /** Last sign-in, refresh or API request. */
  lastActive: number;
  /** Some token of it still works. */
  alive: boolean;
  /** How it ended, if it was ended. */
  ended: FamilyEnd | undefined;
}

/** Sessions of a user, or of all, oldest first; those that are over too with `all`. */
export function listSessions(desk: Desk, { user, all = false }: { user?: string; all?: boolean } = {}): SessionRecord[] {
  const families = user === undefined ? desk.store.families : (desk.store.familiesOf.get(user) ?? []);
  const records = families.map((family) => recordOf(desk, family));
  return all ? records : records.filter(({ alive }) => alive);
}

function recordOf(desk: Desk, family: Family): SessionRecord {
  const { id, user, device, clientId, scope, grantedAt, lastActive, dead } = family;
  return { id, user, device, clientId, scope, grantedAt, lastActive, alive: isAlive(desk, family), ended: dead };
}

function isAlive(desk: Desk, family: Family): boolean {
  if (family.dead !== undefined) return false;
  const newest = family.access.at(-1);
  return isRefreshable(desk, family) || (newest !== undefined && newest.dead === undefined && desk.now() < newest.expiresAt);
}

/** Who ends a session: its user, a change of password, or an operator. */
export type EndReason = Extract<FamilyEnd, 'user' | 'password' | 'admin'>;

/** Ends one session; false when there is none of this name, or it is another user's, or over already. */
export function terminateSession(desk: Desk, id: string, reason: EndReason, user?: string): boolean {
  const family = desk.store.familyById.get(id);
  if (family === undefined || family.dead !== undefined || (user !== undefined && family.user !== user)) return false;
  endFamily(desk, family, reason, desk.policy.revocation.refreshKillsAccess);
  return true;
}

/** Ends every session of a user but `keep`; how many that were. */
export function terminateSessions(desk: Desk, user: string, reason: EndReason, keep?: string): number {
  const open = (desk.store.familiesOf.get(user) ?? []).filter((family) => family.dead === undefined && family.id !== keep);
  for (const family of open) endFamily(desk, family, reason, desk.policy.revocation.refreshKillsAccess);
  return open.length;
}

/** A change of password ends sessions as the policy says (RFC 9700 4.14.2): all, all but `current`, or none. How many that were. */
export function changePassword(desk: Desk, user: string, current?: string): number {
  const { passwordChange } = desk.policy;
  if (passwordChange === 'none') return 0;
  forgetBrowsersOf(desk, user);
  return terminateSessions(desk, user, 'password', passwordChange === 'others' ? current : undefined);
}
