// Writes and reads our JWTs (RFC 7519, RFC 9068) with whoever signs now. Knows which claims exist, decides nothing about them.
import { parseObject } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import type { KeyCircle } from './keys.ts';

/** Claims of RFC 9068 2.2; `scope` as in 2.2.3, `cnf` as in RFC 9449 6.1. Times in whole seconds since the Unix epoch. */
export interface AccessClaims {
  iss: string;
  exp: number;
  aud: string;
  sub: string;
  client_id: string;
  iat: number;
  jti: string;
  scope: string;
  cnf?: { jkt: string };
  auth_time?: number;
}

/** OIDC Core 2; `sid` of OIDC Session Management names the token family. */
export interface IdClaims {
  iss: string;
  sub: string;
  aud: string;
  exp: number;
  iat: number;
  auth_time: number;
  nonce?: string;
  at_hash: string;
  sid: string;
}

/** `at+jwt` (RFC 9068 2.1) or an ID token. */
export type JwtType = 'at+jwt' | 'JWT';
interface ClaimsOf {
  'at+jwt': AccessClaims;
  JWT: IdClaims;
}

/** The claims as a signed compact JWS (RFC 7515 3.1). */
export function signJwt<T extends JwtType>(desk: Desk, typ: T, claims: ClaimsOf[T]): string {
  const signer = desk.signer();
  const input = `${headerOf(desk, typ, signer)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${input}.${signer.sign(input)}`;
}

/** The claims of a JWT of ours, whatever they say; undefined for any other text. `published`: only keys that the JWKS lists now count. */
export function readSignedJwt(desk: Desk, typ: JwtType, value: string, circle: KeyCircle): Record<string, unknown> | undefined {
  const [header = '', payload = '', signature = '', ...rest] = value.split('.');
  if (signature === '' || rest.length > 0) return undefined;
  const { keys, signer } = desk.context;
  const input = `${header}.${payload}`;
  if (keys === undefined) {
    // This signer's bytes depend on the input alone: the same input signed again gives the same signature.
    if (header !== headerOf(desk, typ, signer) || signer.sign(input) !== signature) return undefined;
    return decoded(payload);
  }
  const head = decoded(header);
  if (head?.['typ'] !== typ || !keys.verify({ alg: head['alg'], kid: head['kid'] }, input, signature, circle)) return undefined;
  return decoded(payload);
}

/** Whether the list of now has the key that a JWT of ours names: what a bad rotation makes of a good token (M4). */
export function isKeyListed(desk: Desk, value: string): boolean {
  const { keys } = desk.context;
  const { alg, kid } = decoded(value.split('.', 1)[0] ?? '') ?? {};
  return keys === undefined || keys.lists({ alg, kid });
}

function headerOf(desk: Desk, typ: JwtType, { alg, kid }: { alg: string; kid: string | undefined }): string {
  const name = `${typ} ${alg} ${kid ?? ''}`;
  const known = desk.jwtHeaders.get(name);
  if (known !== undefined) return known;
  const header = Buffer.from(JSON.stringify({ typ, alg, kid })).toString('base64url');
  desk.jwtHeaders.set(name, header);
  return header;
}

function decoded(part: string): Record<string, unknown> | undefined {
  return parseObject(Buffer.from(part, 'base64url').toString());
}
