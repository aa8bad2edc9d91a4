// The client registry as data, and client authentication as RFC 6749 2.3 defines it. Keeps no state.
import { TEST_ONLY_SERVICE_SECRET } from '../fixtures/keys.ts';
import type { Form } from './form.ts';

/** A registered client. One without `secret` is public: it names itself and cannot prove it. */
export interface RegisteredClient {
  readonly id: string;
  readonly secret?: string;
  readonly grants: readonly string[];
  /** Scope it may ask for; the default when it asks for none. */
  readonly scope: string;
}

/** Every client the server knows. */
export const CLIENTS: readonly RegisteredClient[] = [
  { id: 'app', grants: ['authorization_code', 'refresh_token'], scope: 'openid profile offline_access' },
  {
    id: 'service',
    secret: TEST_ONLY_SERVICE_SECRET,
    grants: ['client_credentials', 'authorization_code', 'refresh_token'],
    scope: 'api admin offline_access',
  },
];

export type ClientError = { error: 'invalid_client' | 'invalid_request'; description: string };
export type ClientAnswer = { client: RegisteredClient } | ClientError;

interface Credentials {
  id: string;
  secret: string | undefined;
}

/** The client a request comes from: by Basic (user and password form-urlencoded first, 2.3.1), by body, or by `client_id` alone. */
export function authenticateClient(authorization: string | undefined, form: Form): ClientAnswer {
  const shown = authorization === undefined ? bodyCredentials(form) : headerCredentials(authorization, form);
  if ('error' in shown) return shown;
  const client = CLIENTS.find((one) => one.id === shown.id);
  return client !== undefined && client.secret === shown.secret ? { client } : refused('client authentication failed');
}

function bodyCredentials(form: Form): Credentials | ClientError {
  const id = form.get('client_id');
  return id === undefined ? refused('no client authentication included') : { id, secret: form.get('client_secret') };
}

function headerCredentials(authorization: string, form: Form): Credentials | ClientError {
  const basic = /^basic +([A-Za-z0-9+/]+=*)\s*$/i.exec(authorization)?.[1];
  if (basic === undefined) return refused('unsupported authentication scheme');
  if (form.get('client_secret') !== undefined)
    return { error: 'invalid_request', description: 'more than one client authentication method' };
  const text = Buffer.from(basic, 'base64').toString();
  const colon = text.indexOf(':');
  const id = colon < 0 ? undefined : formDecode(text.slice(0, colon));
  const secret = formDecode(text.slice(colon + 1));
  if (id === undefined || secret === undefined) return refused('malformed credentials');
  const named = form.get('client_id');
  if (named !== undefined && named !== id)
    return { error: 'invalid_request', description: 'client_id differs from the authenticated client' };
  return { id, secret: secret === '' ? undefined : secret };
}

function refused(description: string): ClientError {
  return { error: 'invalid_client', description };
}

/** application/x-www-form-urlencoded back to text; undefined when it is not that. */
function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
