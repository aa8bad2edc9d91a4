// The client registry as data, and client authentication as RFC 6749 2.3 defines it. Keeps no state.
import { TEST_ONLY_SERVICE_SECRET, TEST_ONLY_TV_SECRET } from '../fixtures/keys.ts';
import type { Form } from './form.ts';

/** A registered client. One without `secret` is public: it names itself and cannot prove it. */
export interface RegisteredClient {
  readonly id: string;
  readonly secret?: string;
  readonly grants: readonly string[];
  /** Scope it may ask for; the default when it asks for none. */
  readonly scope: string;
  /** Scope it may ask for but does not get unasked. */
  readonly optionalScope?: string;
  /** Compared byte by byte, but for the port of a loopback address (RFC 8252 7.3, RFC 9700 2.1). None = no authorization endpoint. */
  readonly redirectUris?: readonly string[];
  /** Where the end session endpoint may send the browser (OIDC RP-Initiated Logout 3). */
  readonly postLogoutRedirectUris?: readonly string[];
  /** RFC 7591 2 names; whatever fits the client when absent: `none` without a secret, both others with one. */
  readonly authMethods?: readonly ClientAuthMethod[];
  /** For people. */
  readonly name?: string;
}

/** How a client proves who it is (RFC 6749 2.3.1, RFC 7591 2). */
export const CLIENT_AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const;
export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];
/** RFC 8628 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Addresses of a native app (RFC 8252 7): its own scheme, a claimed https address, and loopback on any port. */
const APP_ADDRESSES = [
  'com.example.app:/callback',
  'https://app.example/callback',
  'http://127.0.0.1/callback',
  'http://[::1]/callback',
  'http://localhost/callback',
];

/** Every client the server knows. */
export const CLIENTS: readonly RegisteredClient[] = [
  {
    id: 'app',
    name: 'Demo app',
    grants: ['authorization_code', 'refresh_token', DEVICE_GRANT],
    scope: 'openid profile offline_access',
    optionalScope: 'email phone address api',
    redirectUris: APP_ADDRESSES,
    postLogoutRedirectUris: APP_ADDRESSES,
  },
  {
    id: 'service',
    secret: TEST_ONLY_SERVICE_SECRET,
    grants: ['client_credentials', 'authorization_code', 'refresh_token', DEVICE_GRANT],
    scope: 'api admin offline_access',
    optionalScope: 'openid profile email',
    redirectUris: ['https://service.example/callback', 'http://127.0.0.1/callback'],
  },
  {
    id: 'tv',
    name: 'Demo TV app',
    // Trakt gives every app a secret, native ones too, and wants it back on each call.
    secret: TEST_ONLY_TV_SECRET,
    authMethods: ['client_secret_basic', 'client_secret_post'],
    grants: ['authorization_code', 'refresh_token', DEVICE_GRANT],
    scope: 'public',
    optionalScope: 'offline_access',
    redirectUris: ['urn:ietf:wg:oauth:2.0:oob', ...APP_ADDRESSES],
  },
];

export type ClientError = { error: 'invalid_client' | 'invalid_request'; description: string };
export type ClientAnswer = { client: RegisteredClient } | ClientError;

interface Credentials {
  id: string;
  secret: string | undefined;
  method: ClientAuthMethod;
}

/** The client a request comes from: by Basic (user and password form-urlencoded first, 2.3.1), by body, or by `client_id` alone. */
export function authenticateClient(authorization: string | undefined, form: Form, clients = CLIENTS): ClientAnswer {
  const shown = authorization === undefined ? bodyCredentials(form) : headerCredentials(authorization, form);
  if ('error' in shown) return shown;
  const client = clients.find((one) => one.id === shown.id);
  if (client === undefined || client.secret !== shown.secret) return refused('client authentication failed');
  return client.authMethods?.includes(shown.method) === false ? refused('the client authenticates in another way') : { client };
}

function bodyCredentials(form: Form): Credentials | ClientError {
  const id = form.get('client_id');
  const secret = form.get('client_secret');
  if (id === undefined) return refused('no client authentication included');
  return { id, secret, method: secret === undefined ? 'none' : 'client_secret_post' };
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
  return { id, secret: secret === '' ? undefined : secret, method: secret === '' ? 'none' : 'client_secret_basic' };
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
