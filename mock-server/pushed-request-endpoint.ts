// Pushed authorization requests (RFC 9126): the client says in advance, authenticated, what the browser will then only name (A10).
import { judgeRequest, readParams } from './authorization-request.ts';
import type { PushedRequest } from './browser-records.ts';
import { checkClient } from './client-check.ts';
import type { Desk } from './desk.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import { badRequest, isRefusal } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { jsonReply, refusedReply } from './replies.ts';
import { FORM_REFUSALS } from './token-endpoint.ts';
import type { HttpRequest } from '../src/core/http.ts';

/** RFC 9126 2.2: the URN prefix, and a name nobody can guess. */
const URN = 'urn:ietf:params:oauth:request_uri:';
const NAME_LENGTH = 43;

type Checked = Refusal | { clientId: string; params: ReadonlyMap<string, string> };
type Done = Refusal | PushedRequest;

/** How a pushed request is handled. Success is 201 with `request_uri` and its life in seconds. */
export function pushedRequestHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(desk, request),
    commit: (checked) => (isRefusal(checked) ? checked : push(desk, checked)),
    respond(done) {
      if (isRefusal(done)) return refusedReply(desk, done);
      const expires = Math.floor(desk.policy.authorization.parLifetime / 1_000);
      return jsonReply(desk, 201, { 'cache-control': 'no-store', pragma: 'no-cache' }, { request_uri: done.uri, expires_in: expires });
    },
  };
}

function check(desk: Desk, request: HttpRequest): Checked {
  const { form, problem } = readForm(request);
  if (problem !== undefined) return FORM_REFUSALS[problem];
  const client = checkClient(desk, request, form);
  if (isRefusal(client)) return client;
  if (form.has('request_uri')) return badRequest('request_uri cannot be pushed');
  // A client that showed itself in the header need not repeat its name in the body.
  const params = new Map([...readParams(request.body).values, ['client_id', client.id] as const]);
  params.delete('client_secret');
  const judged = judgeRequest(desk, { values: params, repeated: new Set() }, 'unknown');
  if (judged.kind === 'valid') return { clientId: client.id, params };
  const { error, description } = judged;
  return { status: 400, error, description, reason: 'bad-request' };
}

function push(desk: Desk, { clientId, params }: { clientId: string; params: ReadonlyMap<string, string> }): PushedRequest {
  const uri = `${URN}${desk.context.ids.text(NAME_LENGTH)}`;
  const pushed: PushedRequest = { uri, clientId, params, expiresAt: desk.now() + desk.policy.authorization.parLifetime, used: false };
  desk.store.pushed.set(uri, pushed);
  return pushed;
}
