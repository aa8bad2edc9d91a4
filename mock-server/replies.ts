// Writes responses out: the headers every answer carries, token responses (RFC 6749 5.1) and errors (5.2). Decides nothing.
import type { TokenResponse } from '../src/core/contract.ts';
import type { HttpResponse } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import type { Granted } from './ask.ts';
import { idTokenFor } from './id-token.ts';
import type { Refusal } from './refusals.ts';
import { extraMembers, shapeOf, tellRefusal } from './wire-shape.ts';

/** T13: a browser may read these and no others. */
export const EXPOSED = 'WWW-Authenticate, DPoP-Nonce, Retry-After, Date';

/** Body and headers on top of those every answer has. */
export function reply(desk: Desk, status: number, headers: Readonly<Record<string, string>>, body: string): HttpResponse {
  const base = { date: desk.date(), 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
  return { status, headers: { ...base, ...headers }, body };
}

export function jsonReply(desk: Desk, status: number, headers: Readonly<Record<string, string>>, body: object): HttpResponse {
  return reply(desk, status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
}

/** RFC 6749 5.1: `no-store` and the old `Pragma` on everything that carries tokens, and on errors alike. */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** `expires_in` was fixed at the commit: an answer that was held back says what was true then (R11). */
export function grantedReply(desk: Desk, members: object, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return jsonReply(desk, 200, { ...NO_STORE, ...shapeOf(desk).headers, ...headers }, members);
}

export function refusedReply(desk: Desk, refusal: Refusal): HttpResponse {
  const { status, headers, body } = tellRefusal(desk, refusal);
  return jsonReply(desk, status, { ...NO_STORE, ...headers }, body);
}

/** The members of a token response, to be made at the commit. */
export function tokenMembers(desk: Desk, granted: Granted): TokenResponse {
  const { access, refresh, asked } = granted;
  const { response } = desk.policy;
  const seconds = Math.floor((access.expiresAt - desk.now()) / 1_000);
  const idToken = idTokenFor(desk, granted);
  return {
    access_token: access.value,
    token_type: access.jkt === undefined ? shapeOf(desk).tokenType : 'DPoP',
    // A JSON string where RFC 6749 5.1 wants a number: real providers do this, so the policy can.
    ...(response.expiresIn === 'absent' ? {} : { expires_in: (response.expiresIn === 'string' ? String(seconds) : seconds) as number }),
    ...(refresh === undefined ? {} : { refresh_token: refresh.value }),
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(response.scope || asked !== access.scope ? { scope: access.scope } : {}),
    ...extraMembers(desk, granted),
  };
}
