// What the server core borrows and what it gives: time, ids and signatures come in, plain records and facts go out.
// No sockets, no ambient time: the same code serves the virtual world and real sockets.
import type { ServerFact } from '../src/core/events.ts';
import type { Endpoint, RequestAbout } from '../src/core/fault.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import type { TokenLabels } from '../src/core/labels.ts';
import type { Phase } from '../src/core/server-words.ts';
import type { Stream } from '../src/core/streams.ts';
import type { TokenResponse } from '../src/core/contract.ts';
import type { RegisteredClient } from './clients.ts';
import type { Desk } from './desk.ts';
import type { ServerStream } from './event-stream.ts';
import type { KeyRing } from './keys.ts';
import type { Person } from './people.ts';
import type { ChallengeMethod, PolicyPatch, ServerPolicy } from './policy.ts';

/** Signs a JWT; the bytes must depend on the input alone, so that a run replays (Ed25519, RS256 or HS256, never ES256). */
export interface Signer {
  readonly alg: string;
  readonly kid: string | undefined;
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
  /** The name of the next session where several issuers share a journal; without it the server counts its own. */
  nextFamily?: () => string;
  /** Keys by algorithm that can rotate; without them `signer` signs everything. */
  keys?: KeyRing;
  /** Resolves after so many ms: paces answers that stream. Without it they come at once. */
  pause?: (ms: number) => Promise<void>;
  /** Clients the server knows; those of `clients.ts` when absent. */
  clients?: readonly RegisteredClient[];
  /** Who can sign in and what is known of them; nobody when absent: the virtual world needs no page. */
  people?: readonly Person[];
  /** What is served below the issuer; token and revocation alone when absent. */
  endpoints?: readonly EndpointRow[];
}

/** One endpoint of an authorization server. Routes and metadata are both read from such rows (M3). */
export interface EndpointRow {
  /** Below the issuer, `/userinfo`. */
  readonly path: string;
  /** The metadata member that names it (RFC 8414 2); absent for what clients need not know. */
  readonly member?: string;
  /** Further metadata that is true because of it. */
  readonly metadata?: (desk: Desk) => Readonly<Record<string, unknown>>;
  /** What fault rules call it; `other` when absent. */
  readonly endpoint?: Endpoint;
  /** False when the policy switches it off: 404, and not in the metadata. */
  readonly offered?: (desk: Desk) => boolean;
  begin(desk: Desk, request: HttpRequest, meta: ArrivalMeta): Exchange;
}

/** Names the transport gives an arriving request: `x` for a token exchange, `n`/`k` for a resource request. */
export interface ArrivalMeta {
  x?: string;
  n?: string;
  k?: number;
  arrival?: number;
  sight?: ArrivalSight;
}

/** What a socket and the head of a request show beside the names; journalled with the arrival. */
export interface ArrivalSight {
  connection?: string;
  from?: string;
  method?: string;
  path?: string;
  bodyDigest?: string;
  bodyLength?: number;
  named?: true;
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
  /** How the challenge was made; S256 when absent. */
  challengeMethod?: ChallengeMethod;
  /** The user's authentication at this server, ms since the Unix epoch on its clock; without it there is no ID token. */
  authTime?: number;
  /** For the ID token of the redemption (OIDC Core 3.1.2.1). */
  nonce?: string;
  /** Thumbprint of the key the code is bound to, `dpop_jkt` (RFC 9449 10). */
  jkt?: string;
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
  /** The event stream that a request opens; call it when the request was answered with 2xx, and wait for it as it says. */
  openStream(request: HttpRequest): ServerStream;
  /** Counts a sign-in against the limits of the token endpoint; ms to wait when it is one too many. For whoever grants sessions directly. */
  countSignIn(user: string): number | undefined;
  /** Grants a session directly (an authorization code that was approved elsewhere, RFC 6749 4.1). */
  grantSession(user: string, device: string, options?: SessionOptions): GrantedSession;
  /** An authorization code for `user`, to be redeemed at the token endpoint within 10 minutes, once. */
  grantCode(user: string, device: string, options?: CodeOptions): string;
  /** `access-token` ends what is accepted now; the others end sessions, `user` on every device. Access tokens follow `policy.revocation`. */
  revoke(what: 'access-token' | 'refresh-token' | 'family' | 'user', target: RevokeTarget, reason: 'user' | 'password' | 'admin'): void;
  /** Whom a request is about, as far as it shows. Reads, and changes nothing. */
  about(request: HttpRequest): RequestAbout;
  /** Laws the server holds itself (one commit per refresh token under `strict`, nothing issued in a dead family ...): broken ones, as sentences. */
  selfCheck(): string[];
}
