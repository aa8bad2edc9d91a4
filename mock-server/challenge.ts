// How a protected resource says no: the challenge of RFC 6750 3 or RFC 9449 7.1, and the ways servers get it wrong (P6). Decides nothing.
import type { HttpResponse } from '../src/core/http.ts';
import type { Denied } from './access-check.ts';
import type { Desk } from './desk.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';
import { jsonReply, reply } from './replies.ts';

/** Answers that depend on who asks. */
export const PRIVATE = { 'cache-control': 'private, no-store' };

/** The status a refusal is told with: some servers say 403, or even 200, where 401 is meant. */
export function toldStatus(desk: Desk, { status }: Denied): number {
  const { challenge } = desk.policy.resource;
  if (status !== 401) return status;
  return challenge === 'forbidden' ? 403 : challenge === 'ok' ? 200 : 401;
}

/** The answer to a refused request. `error` is left out for a request without credentials (RFC 6750 3.1). */
export function deniedReply(desk: Desk, denied: Denied, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const { challenge } = desk.policy.resource;
  const status = toldStatus(desk, denied);
  const nonce: Record<string, string> = denied.nonce === undefined ? {} : { 'dpop-nonce': denied.nonce };
  const all = { ...PRIVATE, ...challengeHeader(desk, denied), ...nonce, ...headers };
  if (challenge === 'html' && denied.status === 401)
    return reply(desk, status, { 'content-type': 'text/html; charset=utf-8', ...all }, SIGN_IN_WALL);
  return jsonReply(desk, status, all, denied.error === undefined ? {} : { error: denied.error });
}

/** What a gateway in front of an API puts there. */
const SIGN_IN_WALL = '<!doctype html><title>401</title><h1>Please sign in</h1>';

function challengeHeader(desk: Desk, denied: Denied): Record<string, string> {
  if (denied.status === 429) return {};
  const text = challengeText(desk, denied);
  if (denied.status !== 401) return { 'www-authenticate': text };
  switch (desk.policy.resource.challenge) {
    case 'absent':
    case 'ok':
      return {};
    case 'lower-case':
      return { 'www-authenticate': text.replace(/^[A-Za-z]+/, (scheme) => scheme.toLowerCase()) };
    case 'several':
      return { 'www-authenticate': `Negotiate, Basic realm="legacy, \\"old\\"", ${text}` };
    default:
      return { 'www-authenticate': text };
  }
}

/** `scope` tells what would have sufficed; `algs` what a proof may be signed with. */
function challengeText(desk: Desk, { error, scope, dpop, reason }: Denied): string {
  const bound = dpop === true || (reason === 'no-token' && desk.policy.dpop.use === 'required');
  const parts = [`${bound ? 'DPoP' : 'Bearer'} realm="api"`];
  if (error !== undefined) parts.push(`error="${error}"`);
  if (scope !== undefined) parts.push(`scope="${scope}"`);
  if (bound) parts.push(`algs="${PROOF_ALGORITHMS.join(' ')}"`);
  return parts.join(', ');
}
