// What the server says of itself (RFC 8414 2, OIDC Discovery 3), read from the tables that make it true (M3), and its JWK set.
// Serialised once per change: the same policy and the same keys give the same text.
import { pathOf } from '../src/core/fault.ts';
import { CLAIM_NAMES } from './people.ts';
import { CORE_ENDPOINTS } from './endpoints.ts';
import type { Desk } from './desk.ts';
import { PROOF_ALGORITHMS } from './dpop.ts';
import { scopeValues } from './form.ts';
import { GRANTS } from './grants.ts';
import { PROMPTS } from './authorization-request.ts';

/** The metadata as JSON text, kept until the policy changes. */
export function metadataText(desk: Desk): string {
  const known = desk.metadata;
  if (known?.policy === desk.policy) return known.text;
  const text = JSON.stringify(metadata(desk));
  desk.metadata = { policy: desk.policy, text };
  return text;
}

/** The metadata under the policy of now. */
export function metadata(desk: Desk): Record<string, unknown> {
  const { context, base } = desk;
  const rows = (context.endpoints ?? CORE_ENDPOINTS).filter((row) => row.offered?.(desk) !== false);
  const endpoints = rows.flatMap(({ member, path }) => (member === undefined ? [] : [[member, `${base}${path}`] as const]));
  return {
    issuer: context.issuer,
    ...Object.fromEntries(endpoints),
    jwks_uri: `${base}/jwks`,
    grant_types_supported: grantsOffered(desk),
    token_endpoint_auth_methods_supported: authMethods(desk),
    revocation_endpoint_auth_methods_supported: authMethods(desk),
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    scopes_supported: [...new Set(desk.clients.flatMap(({ scope, optionalScope = '' }) => scopeValues(`${scope} ${optionalScope}`)))],
    ...Object.assign({}, ...rows.map((row) => row.metadata?.(desk) ?? {})),
  };
}

/** A grant is offered when the server knows it and some client may use it. */
function grantsOffered(desk: Desk): string[] {
  return [...GRANTS.keys()].filter((grant) => desk.clients.some(({ grants }) => grants.includes(grant)));
}

/** RFC 6749 2.3.1 both ways for clients with a secret, `none` for public ones. */
export function authMethods(desk: Desk): string[] {
  const secret = desk.clients.some((client) => client.secret !== undefined);
  const open = desk.clients.some((client) => client.secret === undefined);
  return [...(secret ? ['client_secret_basic', 'client_secret_post'] : []), ...(open ? ['none'] : [])];
}

/** What is true because there is an authorization endpoint. */
export function authorizationMetadata({ policy }: Desk): Record<string, unknown> {
  const { challengeMethods, iss } = policy.authorization;
  return {
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    code_challenge_methods_supported: challengeMethods,
    authorization_response_iss_parameter_supported: iss,
    prompt_values_supported: PROMPTS,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [policy.signing.alg],
    request_parameter_supported: false,
    // Where this is absent, OIDC Discovery 3 reads it as true; it does not speak of pushed requests.
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
  };
}

/** What is true because there is introspection: public clients may not ask (I1). */
export function introspectionMetadata(desk: Desk): Record<string, unknown> {
  return { introspection_endpoint_auth_methods_supported: authMethods(desk).filter((method) => method !== 'none') };
}

/** What is true because there is userinfo. */
export function userinfoMetadata(): Record<string, unknown> {
  return { claims_supported: CLAIM_NAMES };
}

/** What is true because requests can be pushed (RFC 9126 5). */
export function pushedRequestMetadata({ policy }: Desk): Record<string, unknown> {
  return { require_pushed_authorization_requests: policy.authorization.par === 'required' };
}

/** Which document of an issuer lives at a path, if one does. */
export type Document = 'metadata' | 'jwks';

/**
 * Paths of an issuer's documents: RFC 8414 3.1 puts the well-known segment between host and issuer path, OIDC Discovery 4 behind it (M1).
 */
export function documentPaths(issuer: string): ReadonlyMap<string, Document> {
  const path = pathOf(issuer).replace(/\/$/, '');
  return new Map<string, Document>([
    [`/.well-known/oauth-authorization-server${path}`, 'metadata'],
    [`${path}/.well-known/openid-configuration`, 'metadata'],
    [`${path}/jwks`, 'jwks'],
  ]);
}
