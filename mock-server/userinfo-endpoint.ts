// Userinfo (OIDC Core 5.3): a protected resource of the authorization server itself, so judged, challenged and journalled as one.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { checkAccess, readToken } from './access-check.ts';
import type { Access, Denied } from './access-check.ts';
import { deniedReply, PRIVATE, toldStatus } from './challenge.ts';
import type { ArrivalMeta } from './contract.ts';
import type { Desk } from './desk.ts';
import { spendProof } from './dpop.ts';
import type { Handling } from './exchange.ts';
import { scopeValues } from './form.ts';
import { claimsFor } from './people.ts';
import { jsonReply } from './replies.ts';

type Verdict = Access | Denied;

/** How a request for claims is handled, by GET or POST alike; it needs `openid`, the other scopes decide what is told (5.4). */
export function userinfoHandling(desk: Desk, request: HttpRequest, meta: ArrivalMeta): Handling<Verdict, Verdict> {
  const shown = readToken(request.headers['authorization']);
  const at = shown.kind === 'malformed' ? 'unknown' : desk.context.labels.of(shown.kind === 'token' ? shown.value : undefined);
  const names = { n: meta.n ?? desk.nextName(), k: meta.k ?? 1 };
  return {
    endpoint: 'resource',
    arrive: () => desk.record('rs', { type: 'api.received', ...names, at, ...meta.sight }),
    check: () => checkScope(checkAccess(desk, request, shown)),
    commit: (verdict) => spend(desk, verdict),
    respond: (verdict) => respond(desk, names, verdict),
  };
}

function checkScope(access: Verdict): Verdict {
  if ('reason' in access || scopeValues(access.scope).includes('openid')) return access;
  return { status: 403, error: 'insufficient_scope', scope: 'openid', reason: 'scope' };
}

/** A DPoP proof is used once (RFC 9449 11.1). */
function spend(desk: Desk, verdict: Verdict): Verdict {
  if ('reason' in verdict || verdict.proof === undefined || spendProof(desk, verdict.proof)) return verdict;
  return { status: 401, error: 'invalid_dpop_proof', reason: 'bad-proof', dpop: true };
}

function respond(desk: Desk, names: { n: string; k: number }, verdict: Verdict): HttpResponse {
  if ('reason' in verdict) {
    const { error, reason } = verdict;
    desk.record('rs', {
      type: 'api.responded',
      ...names,
      status: toldStatus(desk, verdict),
      ...(error === undefined ? {} : { error }),
      reason,
    });
    return deniedReply(desk, verdict);
  }
  desk.record('rs', { type: 'api.responded', ...names, status: 200 });
  const nonce: Record<string, string> = verdict.proof?.nonce === undefined ? {} : { 'dpop-nonce': verdict.proof.nonce };
  return jsonReply(desk, 200, { ...PRIVATE, ...nonce }, claimsFor(desk.context.people ?? [], verdict.sub, scopeValues(verdict.scope)));
}
