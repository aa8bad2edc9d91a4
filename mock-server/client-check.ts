// Client authentication as every endpoint of the authorization server does it: the client, or a refusal with the right status.
import { authenticateClient } from './clients.ts';
import type { RegisteredClient } from './clients.ts';
import type { Desk } from './desk.ts';
import type { Form } from './form.ts';
import type { HttpRequest } from '../src/core/http.ts';
import { scopeValues } from './form.ts';
import { badClient, badRequest } from './refusals.ts';
import type { Refusal } from './refusals.ts';

/** T7, T8: bad credentials in the header are always 401 with a challenge; in the body the policy decides. */
export function checkClient(desk: Desk, request: HttpRequest, form: Form): RegisteredClient | Refusal {
  const authorization = request.headers['authorization'];
  const answer = authenticateClient(authorization, form, desk.clients);
  if (!('error' in answer)) return answer.client;
  if (answer.error !== 'invalid_client') return badRequest(answer.description);
  return badClient(answer.description, authorization === undefined ? desk.policy.clientAuth.bodyStatus : 401);
}

/** The scope a client gets for what it asks: its default when it asks for none; a refusal when it asks for more than it may have. */
export function checkScope(client: RegisteredClient, asked: string | undefined): { scope: string } | Refusal {
  if (asked === undefined) return { scope: client.scope };
  const allowed = new Set(scopeValues(`${client.scope} ${client.optionalScope ?? ''}`));
  if (scopeValues(asked).every((value) => allowed.has(value))) return { scope: asked };
  return { status: 400, error: 'invalid_scope', reason: 'bad-scope', description: 'scope exceeds what the client may ask for' };
}
