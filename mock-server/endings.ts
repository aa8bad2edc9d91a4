// How tokens and sessions end. Every end is recorded once; nothing here answers a request.
import type { FamilyEnd } from '../src/core/server-words.ts';
import type { Desk } from './desk.ts';
import type { AccessToken, Family } from './store.ts';

/** Ends a family for ever, once (R9); with `accessToo` its unexpired access tokens die as well. */
export function endFamily(desk: Desk, family: Family, reason: FamilyEnd, accessToo: boolean): void {
  if (family.dead === undefined) {
    family.dead = reason;
    family.deadAt = desk.now();
    desk.record('as', { type: 'family.dead', family: family.id, reason, user: family.user, device: family.device });
  }
  if (accessToo) killAccessOf(desk, family);
}

/**
 * Ends what reuse detection ends: the refresh tokens (RFC 9700 4.14.2), the grant with its access tokens (OAuth 2.1 4.3), or further
 * sessions of the same user.
 */
export function endReused(desk: Desk, family: Family): void {
  const { onReuse } = desk.policy.refreshToken;
  if (onReuse === 'token') return;
  const others = onReuse === 'user' || onReuse === 'client-and-user' ? (desk.store.familiesOf.get(family.user) ?? []) : [];
  const concerned = others.filter(({ clientId, dead }) => dead === undefined && (onReuse === 'user' || clientId === family.clientId));
  for (const one of new Set([family, ...concerned])) endFamily(desk, one, 'reuse', onReuse !== 'refresh-tokens');
}

/** Every access token of the family that would still be accepted dies. */
export function killAccessOf(desk: Desk, family: Family): void {
  for (const token of family.access) killAccess(desk, token);
}

export function killAccess(desk: Desk, token: AccessToken): void {
  const over = desk.now() >= token.expiresAt + desk.policy.resource.leeway;
  if (over || token.dead !== undefined) return;
  token.dead = 'revoked';
  token.deadAt = desk.now();
  desk.record('as', { type: 'access.dead', at: token.label, family: token.family?.id ?? 'none', reason: 'revoked' });
}

/** The token runs out now, whatever its holder was told. A JWT still says otherwise, but no list of ours believes it. */
export function expireAccess(desk: Desk, token: AccessToken): void {
  if (token.dead !== undefined || desk.now() >= token.expiresAt) return;
  token.expiresAt = desk.now() - desk.policy.resource.leeway;
  desk.record('as', { type: 'access.dead', at: token.label, family: token.family?.id ?? 'none', reason: 'expired' });
}

/** Keeps the newest `sessionsPerUser` sessions of a user and ends the others, oldest first. */
export function pruneSessions(desk: Desk, user: string): void {
  const limit = desk.policy.sessionsPerUser;
  if (limit === undefined) return;
  const alive = (desk.store.familiesOf.get(user) ?? []).filter((family) => family.dead === undefined);
  for (const family of alive.slice(0, Math.max(0, alive.length - limit))) {
    endFamily(desk, family, 'single-session', desk.policy.revocation.refreshKillsAccess);
  }
}
