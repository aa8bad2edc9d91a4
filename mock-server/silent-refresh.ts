// Silent refresh by response header (P7): near the end of an access token the API hands out the next one, unasked. Ours; no RFC knows it.
// Offered once per token, and told again until someone uses it: the journal says whether the client noticed.
import type { Desk } from './desk.ts';
import { mintAccess } from './mint.ts';
import { EXPOSED } from './replies.ts';
import type { AccessToken } from './store.ts';

/** The header that offers a new token on a 2xx for `token`; nothing when it is not near its end. Called from commits only. */
export function offerToken(desk: Desk, token: AccessToken | undefined): Readonly<Record<string, string>> {
  const { silentRefresh } = desk.policy.resource;
  const family = token?.family;
  if (silentRefresh === 'off' || token === undefined || family === undefined || family.dead !== undefined) return {};
  if (token.expiresAt - desk.now() > silentRefresh.window) return {};
  const next = token.offered ?? mintNext(desk, token);
  if (next.dead !== undefined) return {};
  const name = silentRefresh.header.toLowerCase();
  const seconds = Math.floor((next.expiresAt - desk.now()) / 1_000);
  return {
    [name]: next.value,
    [`${name}-expires-in`]: String(seconds),
    'access-control-expose-headers': `${EXPOSED}, ${name}, ${name}-expires-in`,
  };
}

/** Takes note that an offered token is used for the first time. */
export function noteAdoption(desk: Desk, token: AccessToken | undefined): void {
  const { replaces, adopted, family } = token ?? {};
  if (token === undefined || replaces === undefined || adopted === true || family === undefined) return;
  token.adopted = true;
  desk.record('rs', { type: 'access.adopted', at: replaces.label, newAt: token.label, family: family.id });
}

function mintNext(desk: Desk, token: AccessToken): AccessToken {
  const { family, sub, clientId, scope, jkt } = token;
  const next = mintAccess(desk, { family, sub, clientId, scope, jkt });
  next.replaces = token;
  token.offered = next;
  desk.record('rs', {
    type: 'access.offered',
    at: token.label,
    newAt: next.label,
    family: family?.id ?? 'none',
    user: sub,
    device: family?.device ?? 'none',
    expiresAt: desk.trueTime(next.expiresAt),
    lifetime: desk.policy.accessToken.lifetime,
  });
  return next;
}
