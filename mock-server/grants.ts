// The grants of the token endpoint as one table. A grant checks, and hands back a refusal or a plan whose call commits.
import { hash } from 'node:crypto';
import type { Ask, Grant, Granted, Plan } from './ask.ts';
import { checkScope } from './client-check.ts';
import { DEVICE_GRANT } from './clients.ts';
import type { Desk } from './desk.ts';
import { checkDevice } from './device-grant.ts';
import { endReused } from './endings.ts';
import { mintAccess, openSession } from './mint.ts';
import { checkRefresh } from './refresh.ts';
import { badRequest, invalidGrant, isRefusal } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import type { Code } from './store.ts';

/** By `grant_type`. */
export const GRANTS: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['refresh_token', { check: checkRefresh, racy: true }],
  ['authorization_code', { check: checkCode, racy: false }],
  ['client_credentials', { check: checkClientCredentials, racy: false }],
  [DEVICE_GRANT, { check: checkDevice, racy: false }],
]);

function checkCode(desk: Desk, ask: Ask): Refusal | Plan {
  const value = ask.form.get('code');
  if (value === undefined) return badRequest('code is missing');
  const code = desk.store.codes.get(value);
  if (code === undefined) return invalidGrant('unknown');
  if (code.clientId !== ask.client.id) return invalidGrant('other-client');
  // A replayed code ends what it once gave (RFC 6749 4.1.2, A3).
  const { family } = code;
  if (family !== undefined) return invalidGrant('code-used', () => endReused(desk, family));
  if (desk.now() >= code.issuedAt + desk.policy.codeLifetime) return invalidGrant('code-expired');
  if (ask.form.get('redirect_uri') !== code.redirectUri) return invalidGrant('bad-request');
  // RFC 9449 10: a code asked for with `dpop_jkt` is worth something to that key alone.
  if (code.jkt !== undefined && code.jkt !== ask.jkt) return invalidGrant('other-key');
  return verifierRefusal(code, ask.form.get('code_verifier')) ?? (() => redeem(desk, ask, code));
}

/** RFC 7636 4.6, and RFC 9700 2.1.1 against a downgrade: a verifier without a challenge is refused too. */
function verifierRefusal(code: Code, verifier: string | undefined): Refusal | undefined {
  if (code.challenge === undefined) return verifier === undefined ? undefined : badRequest('code_verifier without code_challenge');
  const proven = verifier !== undefined && /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier) && challengeOf(code, verifier) === code.challenge;
  return proven ? undefined : invalidGrant('bad-request');
}

/** RFC 7636 4.2. */
function challengeOf(code: Code, verifier: string): string {
  return code.challengeMethod === 'plain' ? verifier : hash('sha256', verifier, 'base64url');
}

function redeem(desk: Desk, { client, jkt }: Ask, code: Code): Granted {
  const { user, device, clientId, scope, authTime, nonce } = code;
  const { family, access, refresh } = openSession(desk, {
    user,
    device,
    clientId,
    scope,
    grant: 'authorization_code',
    authTime,
    jkt,
    bound: client.secret === undefined,
  });
  code.family = family;
  return { access, refresh, asked: scope, signIn: { nonce } };
}

/** No refresh token and no session: the client can always ask again (RFC 6749 4.4.3). */
function checkClientCredentials(desk: Desk, { form, client, jkt }: Ask): Refusal | Plan {
  const asked = form.get('scope');
  const allowed = checkScope(client, asked);
  if (isRefusal(allowed)) return allowed;
  const { id } = client;
  const { scope } = allowed;
  return () => ({ access: mintAccess(desk, { family: undefined, sub: id, clientId: id, scope, jkt }), refresh: undefined, asked });
}
