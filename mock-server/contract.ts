// What the server core borrows and what it gives: time, ids and signatures come in, plain records and facts go out.
// No sockets, no ambient time: the same code serves the virtual world and real sockets.
import type { ServerFact } from '../src/core/events.ts';
import type { Endpoint } from '../src/core/fault.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import type { TokenLabels } from '../src/core/labels.ts';
import type { Phase } from '../src/core/server-words.ts';
import type { Stream } from '../src/core/streams.ts';
import type { TokenResponse } from '../src/core/contract.ts';
import type { PolicyPatch, ServerPolicy } from './policy.ts';

/** Signs a JWT; the bytes must depend on the input alone, so that a run replays (Ed25519, RS256 or HS256, never ES256). */
export interface Signer {
  readonly alg: string;
  readonly kid: string;
  /** Signature over `header.payload`, base64url. */
  sign(signingInput: string): string;
}

export interface ServerContext {
  issuer: string;
  /** Base of the protected API, no trailing slash. */
  resourceOrigin: string;
  /** True virtual time, ms since the run began. */
  now(): number;
  /** Unix time in ms at `now() === 0`. */
  epoch: number;
  /** Source of refresh token values, codes and `jti`s. */
  ids: Stream;
  signer: Signer;
  labels: TokenLabels;
  /** Appends to the journal. `actor` is the authorization or the resource server. */
  record(actor: 'as' | 'rs', fact: ServerFact): void;
}

/** Names the transport gives an arriving request: `x` for a token exchange, `n`/`k` for a resource request. */
export interface ArrivalMeta {
  x?: string;
  n?: string;
  k?: number;
  arrival?: number;
}

/**
 * One request on its way through the server. `advance` moves it to the next phase and returns that phase; a world may wait,
 * cut or repeat between any two. `response` is there from `serialised` on. Nothing changes for good before `committed`.
 */
export interface Exchange {
  readonly endpoint: Endpoint;
  readonly phase: Phase;
  advance(): Phase;
  readonly response: HttpResponse | undefined;
  /** Ms to wait between `validated` and `committed`: the race window of the policy, else 0. */
  readonly raceWindow: number;
  /** The same request once more from here: what a transport that resends does. */
  fork(arrival: number): Exchange;
}

/** A session handed out without a browser: the world's way to sign a user in. */
export interface GrantedSession {
  family: string;
  user: string;
  device: string;
  response: TokenResponse;
  atLabel: string;
  rtLabel?: string;
  /** True virtual time at which the access token stops being accepted, ms since the run began. */
  expiresAt: number;
}

/** What a session is granted for; the public client `app` and its whole scope when absent. Without `offline_access` there is no refresh token. */
export interface SessionOptions {
  clientId?: string;
  scope?: string;
}
/** What the authorization request of a code said (RFC 6749 4.1.1, RFC 7636 4.3, S256 only); the redemption must match it. */
export interface CodeOptions extends SessionOptions {
  redirectUri?: string;
  challenge?: string;
}
/** Sessions to revoke: of a user, of a device, of a user on a device, or all. */
export interface RevokeTarget {
  user?: string;
  device?: string;
}

export interface MockServer {
  readonly policy: ServerPolicy;
  /** Takes effect for what is issued or checked from now on. */
  setPolicy(patch: PolicyPatch): void;
  /** The request has arrived: phase `received`, recorded in the journal. */
  receive(request: HttpRequest, meta: ArrivalMeta): Exchange;
  /** All phases at once. */
  handle(request: HttpRequest, meta?: ArrivalMeta): HttpResponse;
  /** Grants a session directly (an authorization code that was approved elsewhere, RFC 6749 4.1). */
  grantSession(user: string, device: string, options?: SessionOptions): GrantedSession;
  /** An authorization code for `user`, to be redeemed at the token endpoint within 10 minutes, once. */
  grantCode(user: string, device: string, options?: CodeOptions): string;
  /** `access-token` ends what is accepted now; the others end sessions, `user` on every device. Access tokens follow `policy.revocation`. */
  revoke(what: 'access-token' | 'refresh-token' | 'family' | 'user', target: RevokeTarget, reason: 'user' | 'password' | 'admin'): void;
  /** Laws the server holds itself (one commit per refresh token under `strict`, nothing issued in a dead family ...): broken ones, as sentences. */
  selfCheck(): string[];
}
