// Reads and judges an authorization request (RFC 6749 4.1.1, RFC 7636 4.4, OIDC Core 3.1.2): valid, refused at its redirect address, or
// not to be trusted with a redirect at all (A1). Changes nothing.
import type { AuthorizationRequest } from './browser-records.ts';
import type { RegisteredClient } from './clients.ts';
import type { Desk } from './desk.ts';
import { scopeValues } from './form.ts';
import { readHint } from './id-token.ts';
import { isRegistered } from './redirects.ts';

/** Parameters as they came; empty ones count as absent (RFC 6749 3.1). */
export interface Params {
  values: ReadonlyMap<string, string>;
  repeated: ReadonlySet<string>;
}

/** Why a request cannot go on. */
export interface Problem {
  /** RFC 6749 4.1.2.1, OIDC Core 3.1.2.6. */
  error: string;
  /** Printable ASCII without `"` and `\`. */
  description: string;
}

export type Judged =
  | { kind: 'valid'; request: AuthorizationRequest }
  | ({ kind: 'refused'; to: { target: string; state: string | undefined } } & Problem)
  /** Never redirected. */
  | ({ kind: 'unsafe'; hint: string } & Problem);

/** Reads parameters out of a query or a form body. */
export function readParams(text: string): Params {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    if (value !== '' && !values.has(name)) values.set(name, value);
  }
  return { values, repeated };
}

/** Judges the parameters of a request; `device` is the name its session will have. */
export function judgeRequest(desk: Desk, params: Params, device: string): Judged {
  const { values, repeated } = params;
  if (repeated.has('client_id') || repeated.has('redirect_uri'))
    return unsafe('invalid_request', 'a parameter is included more than once', 'Send client_id and redirect_uri once');
  const client = desk.clients.find((one) => one.id === values.get('client_id'));
  if (client === undefined)
    return unsafe(
      'invalid_request',
      'the client is not registered',
      'Register it in the client list of this server, or use the client_id app',
    );
  const registered = client.redirectUris ?? [];
  const redirectUri = values.get('redirect_uri');
  const target = redirectUri ?? (registered.length === 1 ? registered[0] : undefined);
  if (target === undefined)
    return unsafe('invalid_request', 'redirect_uri is missing', `Send one of: ${registered.join(', ') || '(none is registered)'}`);
  if (!isRegistered(registered, target)) {
    return unsafe(
      'invalid_request',
      'redirect_uri is not registered for this client',
      `Registered for ${client.id}: ${registered.join(', ') || 'none'}. It must be equal byte by byte; only the port of a loopback address is free`,
    );
  }
  const state = repeated.has('state') ? undefined : values.get('state');
  const problem = firstProblem(desk, params, client);
  if (problem !== undefined) return { kind: 'refused', to: { target, state }, ...problem };
  return { kind: 'valid', request: { clientId: client.id, target, redirectUri, state, device, ...readRequest(desk, values, client) } };
}

function unsafe(error: string, description: string, hint: string): Judged {
  return { kind: 'unsafe', error, description, hint };
}

type Rest = Omit<AuthorizationRequest, 'clientId' | 'target' | 'redirectUri' | 'state' | 'device'>;

function readRequest(desk: Desk, values: Params['values'], client: RegisteredClient): Rest {
  const hint = values.get('id_token_hint');
  const maxAge = values.get('max_age');
  return {
    scope: values.get('scope') ?? client.scope,
    nonce: values.get('nonce'),
    challenge: values.get('code_challenge'),
    challengeMethod: values.get('code_challenge_method') === 'S256' ? 'S256' : 'plain',
    prompt: scopeValues(values.get('prompt') ?? ''),
    maxAge: maxAge === undefined ? undefined : Number(maxAge) * 1_000,
    loginHint: values.get('login_hint'),
    hintedUser: hint === undefined ? undefined : readHint(desk, hint)?.sub,
    jkt: values.get('dpop_jkt'),
  };
}

type Check = (desk: Desk, values: Params['values'], client: RegisteredClient) => Problem | undefined;

/** In order; the first that objects is told. */
const CHECKS: readonly Check[] = [checkRequestObject, checkResponse, checkClient, checkScope, checkChallenge, checkPrompt, checkRest];

function firstProblem(desk: Desk, { values, repeated }: Params, client: RegisteredClient): Problem | undefined {
  if (repeated.size > 0) return invalid('a parameter is included more than once');
  for (const check of CHECKS) {
    const problem = check(desk, values, client);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function invalid(description: string): Problem {
  return { error: 'invalid_request', description };
}

/** Not offered, so refused by name (OIDC Core 6, 7.2.1). */
function checkRequestObject(_desk: Desk, values: Params['values']): Problem | undefined {
  if (values.has('request')) return { error: 'request_not_supported', description: 'request objects are not supported' };
  return values.has('registration') ? { error: 'registration_not_supported', description: 'registration is not supported' } : undefined;
}

function checkResponse(_desk: Desk, values: Params['values']): Problem | undefined {
  const type = values.get('response_type');
  if (type === undefined) return invalid('response_type is missing');
  if (type !== 'code') return { error: 'unsupported_response_type', description: 'only response_type code is supported' };
  return (values.get('response_mode') ?? 'query') === 'query' ? undefined : invalid('only response_mode query is supported');
}

function checkClient(_desk: Desk, _values: Params['values'], client: RegisteredClient): Problem | undefined {
  if (client.grants.includes('authorization_code')) return undefined;
  return { error: 'unauthorized_client', description: 'the client may not use authorization_code' };
}

function checkScope(_desk: Desk, values: Params['values'], client: RegisteredClient): Problem | undefined {
  const allowed = new Set(scopeValues(`${client.scope} ${client.optionalScope ?? ''}`));
  const beyond = scopeValues(values.get('scope') ?? '').some((value) => !allowed.has(value));
  return beyond ? { error: 'invalid_scope', description: 'scope exceeds what the client may ask for' } : undefined;
}

/** A6: no method means `plain`; what is not allowed, or missing where it must be, is `invalid_request` (RFC 7636 4.4.1). */
function checkChallenge({ policy }: Desk, values: Params['values'], client: RegisteredClient): Problem | undefined {
  const { pkce, challengeMethods } = policy.authorization;
  const challenge = values.get('code_challenge');
  const method = values.get('code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) return invalid('code_challenge_method without code_challenge');
    const required = pkce === 'all' || (pkce === 'public' && client.secret === undefined);
    return required ? invalid('code challenge required') : undefined;
  }
  const known = challengeMethods.find((one) => one === (method ?? 'plain'));
  if (known === undefined) return invalid('transform algorithm not supported');
  const wellFormed = known === 'S256' ? /^[A-Za-z0-9\-_]{43}$/ : /^[A-Za-z0-9\-._~]{43,128}$/;
  return wellFormed.test(challenge) ? undefined : invalid('code_challenge is malformed');
}

/** Values of `prompt` we act on (OIDC Core 3.1.2.1). */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;

function checkPrompt(_desk: Desk, values: Params['values']): Problem | undefined {
  const prompt = scopeValues(values.get('prompt') ?? '');
  if (prompt.some((value) => !(PROMPTS as readonly string[]).includes(value))) return invalid('prompt is not supported');
  return prompt.includes('none') && prompt.length > 1 ? invalid('prompt none stands alone') : undefined;
}

function checkRest(desk: Desk, values: Params['values']): Problem | undefined {
  const maxAge = values.get('max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) return invalid('max_age is not a number of seconds');
  const hint = values.get('id_token_hint');
  if (hint !== undefined && readHint(desk, hint) === undefined) return invalid('id_token_hint is not an ID token of this issuer');
  const jkt = values.get('dpop_jkt');
  return jkt === undefined || /^[A-Za-z0-9\-_]{43}$/.test(jkt) ? undefined : invalid('dpop_jkt is not a thumbprint');
}
