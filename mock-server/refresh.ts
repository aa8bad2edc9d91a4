// The refresh_token grant (RFC 6749 6, RFC 9700 4.14.2): whether a refresh token may be used, and what its use changes.
import type { GracePolicyName } from '../src/core/server-words.ts';
import { endFamily, endReused } from './endings.ts';
import { scopeValues } from './form.ts';
import { GRACE } from './grace.ts';
import { badRequest, ENDS, invalidGrant, sessionOver } from './refusals.ts';
import { mintAccess, mintRefresh } from './mint.ts';
import type { Ask, Granted, Plan } from './ask.ts';
import type { Desk } from './desk.ts';
import type { GraceRuling } from './grace.ts';
import type { Refusal } from './refusals.ts';
import type { Family, RefreshToken } from './store.ts';

/** Checks a refresh; the plan, if there is one, holds as long as nothing changes in between. */
export function checkRefresh(desk: Desk, ask: Ask): Refusal | Plan {
  const value = ask.form.get('refresh_token');
  if (value === undefined) return badRequest('refresh_token is missing');
  const token = desk.store.refresh.get(value);
  if (token === undefined || !isKnownAt(desk, token, ask.node)) return invalidGrant('unknown');
  if (token.family.clientId !== ask.client.id) return invalidGrant('other-client');
  // X5: a public client's refresh token is bound to its key (RFC 9449 5).
  if (token.family.jkt !== undefined && token.family.jkt !== ask.jkt) return invalidGrant('other-key');
  const gone = familyRefusal(desk, token);
  if (gone !== undefined) return gone;
  const ruling = token.state === 'superseded' && isSpentAt(desk, token, ask.node) ? rule(desk, token) : undefined;
  const refusal =
    lateBy(desk, token, rulingRefusal(desk, token, ruling)) ?? idleRefusal(desk, ruling?.kind === 'again' ? ruling.child : token);
  if (refusal !== undefined) return refusal;
  const scope = ask.form.get('scope');
  if (scope !== undefined && !within(scope, token.family.scope)) {
    return { status: 400, error: 'invalid_scope', reason: 'bad-scope', description: 'a refresh may only narrow the scope' };
  }
  const { policy } = desk.policy.refreshToken.grace;
  return () => commitRefresh(desk, ask, { token, ruling, policy });
}

/** What a plan remembers. No ruling: the token was active when it was checked. `policy` is the one that ruled. */
interface Checked {
  token: RefreshToken;
  ruling: GraceRuling | undefined;
  policy: GracePolicyName;
}

/** What one node did, the other knows `lag` later. */
function isKnownAt(desk: Desk, { node, issuedAt }: RefreshToken, at: number): boolean {
  return node === at || desk.now() >= issuedAt + (desk.policy.nodes?.lag ?? 0);
}

function isSpentAt(desk: Desk, { spentBy, supersededAt = 0 }: RefreshToken, at: number): boolean {
  return spentBy === at || desk.now() >= supersededAt + (desk.policy.nodes?.lag ?? 0);
}

function familyRefusal(desk: Desk, token: RefreshToken): Refusal | undefined {
  const { family } = token;
  if (family.dead !== undefined) return sessionOver('family-dead', ENDS[family.dead]);
  const { absolute } = desk.policy.refreshToken;
  if (absolute !== undefined && desk.now() >= family.grantedAt + absolute) {
    return sessionOver('absolute-expired', ENDS.absolute, () => endFamily(desk, family, 'absolute', false));
  }
  return token.state === 'revoked' ? invalidGrant('revoked') : undefined;
}

function rule(desk: Desk, token: RefreshToken): GraceRuling {
  const { policy, window } = desk.policy.refreshToken.grace;
  return GRACE[policy](token, desk.now() < (token.supersededAt ?? 0) + window);
}

function rulingRefusal(desk: Desk, token: RefreshToken, ruling: GraceRuling | undefined): Refusal | undefined {
  if (ruling?.kind === 'reuse')
    return desk.policy.refreshToken.onReuse === 'token'
      ? invalidGrant('reused')
      : sessionOver('reused', ENDS.reuse, () => endReused(desk, token.family));
  return ruling?.kind === 'refuse' ? invalidGrant('superseded') : undefined;
}

/** Notes by how much a refused token missed the grace that would have honoured it; nothing when none would have, however early. */
function lateBy(desk: Desk, token: RefreshToken, refusal: Refusal | undefined): Refusal | undefined {
  const { policy, window } = desk.policy.refreshToken.grace;
  const late = desk.now() - (token.supersededAt ?? 0) - window;
  const { kind } = GRACE[policy](token, true);
  return refusal === undefined || late < 0 || kind === 'reuse' || kind === 'refuse' ? refusal : { ...refusal, late };
}

/** R10: an idle token ends its family unless a sibling lives on; a failed attempt extends nothing. */
function idleRefusal(desk: Desk, token: RefreshToken): Refusal | undefined {
  if (!isIdle(desk, token)) return undefined;
  return sessionOver('idle-expired', ENDS.idle, () => {
    const alive = token.family.refresh.some((other) => other.state === 'active' && !isIdle(desk, other));
    if (!alive) endFamily(desk, token.family, 'idle', false);
  });
}

/** Whether some refresh token of the family would be accepted now. */
export function isRefreshable(desk: Desk, family: Family): boolean {
  return family.refresh.findLast((token) => isUsableNow(desk, token)) !== undefined;
}

/** Whether a refresh token would be accepted now without the help of a grace policy. */
export function isUsableNow(desk: Desk, token: RefreshToken): boolean {
  const { dead, grantedAt } = token.family;
  const { absolute } = desk.policy.refreshToken;
  if (dead !== undefined || token.state !== 'active' || isIdle(desk, token)) return false;
  return absolute === undefined || desk.now() < grantedAt + absolute;
}

function isIdle(desk: Desk, token: RefreshToken): boolean {
  const { idle } = desk.policy.refreshToken;
  return idle !== undefined && desk.now() >= token.idleFrom + idle;
}

function within(scope: string, original: string): boolean {
  const allowed = new Set(scopeValues(original));
  return scopeValues(scope).every((value) => allowed.has(value));
}

/** Trusts the check, but never past the end of the family or of the token (R9: in-flight exchanges that commit later fail). */
function commitRefresh(desk: Desk, ask: Ask, checked: Checked): Granted | Refusal {
  const { token, ruling, policy } = checked;
  const { family } = token;
  if (family.dead !== undefined) return sessionOver('family-dead', ENDS[family.dead]);
  if (token.state === 'revoked') return invalidGrant('revoked');
  const scope = ask.form.get('scope') ?? family.scope;
  const access = mintAccess(desk, { family, sub: family.user, clientId: family.clientId, scope, jkt: ask.jkt });
  const refresh = ruling === undefined ? rotate(desk, token, ask) : repeat(desk, token, ruling, ask.node);
  const now = desk.now();
  token.idleFrom = now;
  family.lastActive = now;
  if (refresh !== undefined) refresh.idleFrom = now;
  record(desk, ask, { token, access, refresh, repeated: ruling === undefined ? undefined : policy });
  return { access, refresh, asked: ask.form.get('scope') ?? family.scope };
}

/** The refresh token to hand out for an active one (R6, R7); the presented one becomes a tombstone when there is a new one. */
function rotate(desk: Desk, token: RefreshToken, { x, node }: Ask): RefreshToken | undefined {
  const { rotation } = desk.policy.refreshToken;
  if (rotation === 'omit') return undefined;
  if (rotation === 'same') return token;
  if (rotation === 'reissue') return mintRefresh(desk, token.family, token, node);
  if (token.state === 'active') {
    token.state = 'superseded';
    token.supersededAt = desk.now();
    token.supersededBy = x;
    token.spentBy = node;
  }
  return mintRefresh(desk, token.family, token, node);
}

function repeat(desk: Desk, token: RefreshToken, ruling: GraceRuling, node: number): RefreshToken {
  if (ruling.kind === 'again') return ruling.child;
  if (ruling.kind === 'stale') return token;
  if (ruling.kind === 'replace') revokeBelow(token);
  return mintRefresh(desk, token.family, token, node);
}

/** No descendant stays usable: a replaced child takes its own children along. */
function revokeBelow(token: RefreshToken): void {
  const open = [...token.children];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    next.state = 'revoked';
    open.push(...next.children);
  }
}

interface Committed {
  token: RefreshToken;
  access: Granted['access'];
  refresh: RefreshToken | undefined;
  repeated: GracePolicyName | undefined;
}

function record(desk: Desk, ask: Ask, { token, access, refresh, repeated }: Committed): void {
  const { family } = token;
  desk.record('as', {
    type: 'token.committed',
    x: ask.x,
    rt: token.label,
    at: access.label,
    ...(refresh === undefined ? {} : { newRt: refresh.label }),
    family: family.id,
    user: family.user,
    device: family.device,
    expiresAt: desk.trueTime(access.expiresAt),
    lifetime: desk.policy.accessToken.lifetime,
    ...(repeated === undefined ? {} : { repeated }),
  });
}
