// The device authorization endpoint (RFC 8628 3.1, 3.2): a device without a keyboard gets a code to poll with and a code to show.
import type { HttpRequest } from '../src/core/http.ts';
import { checkClient, checkScope } from './client-check.ts';
import { DEVICE_GRANT } from './clients.ts';
import type { Desk } from './desk.ts';
import { beginDevice } from './device-grant.ts';
import { deviceOf } from './device-name.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import { isRefusal } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { grantedReply, refusedReply } from './replies.ts';
import type { DeviceCode } from './store.ts';
import { FORM_REFUSALS } from './token-endpoint.ts';

/** Where people type the code, below the issuer. */
export const VERIFICATION_PATH = '/device';

type Asked = { clientId: string; scope: string; device: string };
/** The answer's times are those of the commit. */
type Done = Refusal | Record<string, unknown>;

/** How a device authorization request is handled. */
export function deviceHandling(desk: Desk, request: HttpRequest): Handling<Refusal | Asked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(desk, request),
    commit: (checked) => (isRefusal(checked) ? checked : members(desk, beginDevice(desk, checked))),
    respond: (done) => (isRefusal(done) ? refusedReply(desk, done) : grantedReply(desk, done)),
  };
}

function check(desk: Desk, request: HttpRequest): Refusal | Asked {
  const { form, problem } = readForm(request);
  if (problem !== undefined) return FORM_REFUSALS[problem];
  const client = checkClient(desk, request, form);
  if (isRefusal(client)) return client;
  if (!client.grants.includes(DEVICE_GRANT)) {
    return { status: 400, error: 'unauthorized_client', description: 'the client may not use this grant_type', reason: 'bad-grant-type' };
  }
  const allowed = checkScope(client, form.get('scope'));
  return isRefusal(allowed) ? allowed : { clientId: client.id, scope: allowed.scope, device: deviceOf(request, form) };
}

/** D1. A policy may leave `interval` out, which a client reads as 5 seconds (3.2). */
function members(desk: Desk, { value, userCode, expiresAt, interval }: DeviceCode): Record<string, unknown> {
  const page = `${desk.base}${VERIFICATION_PATH}`;
  return {
    device_code: value,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${userCode}`,
    expires_in: Math.floor((expiresAt - desk.now()) / 1_000),
    ...(desk.policy.device.tellsInterval ? { interval: Math.ceil(interval / 1_000) } : {}),
  };
}
