// The revocation endpoint (RFC 7009). An unknown token is a success; the token of another client is refused and stays as it is.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { checkClient } from './client-check.ts';
import type { Desk } from './desk.ts';
import { endFamily, killAccess } from './endings.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import type { ReadForm } from './form.ts';
import { badRequest, invalidGrant, isRefusal } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { refusedReply, reply } from './replies.ts';
import { FORM_REFUSALS } from './token-endpoint.ts';
import { shapeOf } from './wire-shape.ts';

/** How a revocation is handled. The refusal, if any, goes from phase to phase; undefined = 200. */
export function revocationHandling(desk: Desk, request: HttpRequest): Handling<Refusal | undefined, Refusal | undefined> {
  const read = readForm(request);
  const value = read.form.get('token');
  const token = desk.context.labels.of(value);
  return {
    endpoint: 'revocation',
    arrive: () => undefined,
    check: () => check(desk, request, read),
    commit(refusal) {
      desk.record('as', { type: 'revocation.received', token, status: refusal?.status ?? 200 });
      if (refusal === undefined && value !== undefined) revokeValue(desk, value);
      return refusal;
    },
    respond: (refusal): HttpResponse =>
      refusal === undefined ? reply(desk, 200, { 'cache-control': 'no-store', ...shapeOf(desk).headers }, '') : refusedReply(desk, refusal),
  };
}

function check(desk: Desk, request: HttpRequest, { form, problem }: ReadForm): Refusal | undefined {
  if (problem !== undefined) return FORM_REFUSALS[problem];
  const client = checkClient(desk, request, form);
  if (isRefusal(client)) return client;
  const value = form.get('token');
  if (value === undefined) return badRequest('token is missing');
  const access = desk.store.access.get(value);
  const owner = access?.clientId ?? desk.store.refresh.get(value)?.family.clientId;
  if (owner === undefined) return undefined;
  if (owner !== client.id) return invalidGrant('other-client');
  // V6: where nobody looks a JWT up, it cannot be taken back before it expires (RFC 7009 2.2.1).
  if (access?.format !== 'jwt' || desk.policy.resource.checksRevocation) return undefined;
  return {
    status: 400,
    error: 'unsupported_token_type',
    description: 'structured access tokens expire by themselves',
    reason: 'bad-request',
  };
}

/** V8: `token_type_hint` is not needed to find a token (2.1), so it is ignored. Any member of a family stands for the session. */
function revokeValue(desk: Desk, value: string): void {
  const { revocation } = desk.policy;
  const access = desk.store.access.get(value);
  if (access !== undefined) {
    killAccess(desk, access);
    if (revocation.accessKillsRefresh && access.family !== undefined) endFamily(desk, access.family, 'revocation', false);
  }
  const refresh = desk.store.refresh.get(value);
  if (refresh !== undefined) endFamily(desk, refresh.family, 'revocation', revocation.refreshKillsAccess);
}
