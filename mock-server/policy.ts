// Server policy as data: everything a provider may do differently, in one record. All durations in ms.
import type { GracePolicyName } from '../src/core/server-words.ts';
import type { WireShape } from './wire-shape.ts';

export interface ServerPolicy {
  accessToken: {
    lifetime: number;
    format: 'jwt' | 'opaque';
  };
  refreshToken: {
    /** Who gets one: sign-ins with the scope `offline_access` (OIDC Core 11), or all, as servers do that know no such scope. */
    given: 'with-offline-access' | 'always';
    /**
     * `rotate`: a new one per use; `same`: the presented one is returned; `omit`: none is returned (RFC 6749 6);
     * `reissue`: a new one per use, and those before stay good (Keycloak with Revoke Refresh Token off).
     */
    rotation: 'rotate' | 'same' | 'omit' | 'reissue';
    grace: { policy: GracePolicyName; window: number };
    /** From last use; absent = never. */
    idle?: number;
    /** From the grant; absent = never. */
    absolute?: number;
    /**
     * What dies on reuse: nothing but the token that came back; the family's refresh tokens alone; its access tokens too (OAuth 2.1); all
     * that its user has with this client; all that its user has.
     */
    onReuse: 'token' | 'refresh-tokens' | 'family' | 'client-and-user' | 'user';
  };
  /**
   * Two nodes that take turns: what one did to a refresh token the other learns `lag` ms later. Until then it does not know a new one, and
   * takes a spent one for good. Absent = one node.
   */
  nodes?: { lag: number } | undefined;
  /** Requests that the token endpoint takes, per user and period; 429 with Retry-After beyond. The first one that fits counts. */
  tokenLimits?: readonly TokenLimit[] | undefined;
  revocation: { refreshKillsAccess: boolean; accessKillsRefresh: boolean };
  resource: {
    /** False: the resource server knows expiry only and accepts revoked JWTs until they expire. */
    checksRevocation: boolean;
    /** Accepts a token this long past its expiry. */
    leeway: number;
    /** A new access token is unknown to the API for so long. */
    issuanceLag: number;
    /** A revocation reaches the API and introspection this much later (I5). */
    revocationLag: number;
    /** How a refusal is challenged: as RFC 6750 3 says, or one of the ways seen in the wild (P6). */
    challenge: ChallengeVariant;
    /** P7: a 2xx to a token with at most `window` left carries a new access token in the response header `header`. */
    silentRefresh: 'off' | { header: string; window: number };
    /** Event streams: how often something is told on them, and what happens to the token they were opened with. */
    streams: StreamPolicy;
    /** Requests allowed per user, method group and period; absent = no limit. */
    rateLimits?: readonly RateLimit[];
  };
  /** Device authorization grant (RFC 8628): life of a device code, least time between polls, and whether the answer tells it (D1). */
  device: { lifetime: number; interval: number; tellsInterval: boolean };
  /** DPoP (RFC 9449). `window`: how far `iat` may be off; a good nonce stands for it (4.3, point 11). Nonces last `nonceLifetime`. */
  dpop: { use: 'allowed' | 'required'; nonce: 'none' | 'as' | 'rs' | 'both'; nonceLifetime: number; window: number };
  /** T8: status of bad client credentials in the body. */
  clientAuth: { bodyStatus: 400 | 401 };
  /** RFC 6749 4.1.2: a code should live ten minutes at most. */
  codeLifetime: number;
  /** Which sessions of the user a password change ends (RFC 9700 4.14.2). */
  passwordChange: 'all' | 'others' | 'none';
  /**
   * Whoever shows the refresh token of a session that has ended is told why, in the member `session_end` beside `invalid_grant`. Off by
   * default: the wire says the same for every dead grant (R2), and only what its holder could know anyway may be added.
   */
  explainsEnd: boolean;
  /** `serialize`: check and commit are one step; a number: two refreshes within so many ms may both pass the check. */
  atomicity: 'serialize' | { race: number };
  /** Newest sessions kept per user; absent = no limit. */
  sessionsPerUser?: number;
  /** Server clock minus true time, ms. Also in `Date`, `iat` and `exp`. */
  clockOffset: number;
  response: {
    /** How `expires_in` is told; `absent` leaves it to the JWT. */
    expiresIn: 'number' | 'string' | 'absent';
    /** RFC 6749 5.1: `scope` may be omitted when it is the one asked for. */
    scope: boolean;
  };
  /** What signs JWTs, and what their header says about the key (M4). `unknown`: a `kid` that the JWKS does not list. */
  signing: { alg: SigningAlg; kid: 'present' | 'absent' | 'unknown' };
  /** `onRefresh`: a refresh gives a new ID token as well (OIDC Core 12.2, R12). */
  idToken: { lifetime: number; onRefresh: boolean };
  authorization: {
    /** Who must send a PKCE challenge (RFC 9700 2.1.1). */
    pkce: 'all' | 'public' | 'optional';
    /** `plain` is what a challenge without a method means (RFC 7636 4.3): where it is not allowed, such a request is refused. */
    challengeMethods: readonly ChallengeMethod[];
    /** RFC 9126; `required` refuses a request that was not pushed. */
    par: 'required' | 'optional' | 'off';
    /** Of a pushed request. */
    parLifetime: number;
    /** The issuer in every authorization response (RFC 9207). */
    iss: boolean;
    /** A browser that signed in is not asked again: no page, and `prompt=none` works. */
    singleSignOn: boolean;
    /** How long after the sign-in a browser counts as signed in; absent = until somebody signs out there. */
    browserSession?: number;
  };
  /** Whether a sign-out at the end session endpoint ends the grant besides the browser's session (R13). */
  endSession: { endsGrant: boolean };
  /** What a provider says differently on the wire; absent = as the RFCs say it. */
  wire?: WireShape;
}

/**
 * P6. `lower-case`: the scheme in lower case; `several`: other challenges in the same header first; `absent`: no header;
 * `html`: a page for a body; `forbidden`: 403 instead of 401; `ok`: 200 with an error body.
 */
export type ChallengeVariant = 'rfc' | 'lower-case' | 'several' | 'absent' | 'html' | 'forbidden' | 'ok';

/** How the API serves a GET that accepts `text/event-stream` (WHATWG HTML 9.2). */
export interface StreamPolicy {
  /** Ms between two messages; message n is due at n times this, whoever listens. */
  interval: number;
  /** Messages carry ids, and `Last-Event-ID` brings what was missed meanwhile. */
  ids: boolean;
  /** The stream ends when the token it runs on expires; else nobody looks at the expiry again. */
  endsAtExpiry: boolean;
  /** When a revoked token is noticed: before each message, or at the opening alone. */
  checks: 'message' | 'opening';
  /** A client may say `Bearer <token>` on the open stream, which then runs on that token. */
  renewal: boolean;
}

/** At most `limit` requests per `period` (ms) with one of `methods`; 429 with Retry-After beyond. `name` is told in X-Ratelimit. */
export interface RateLimit {
  name: string;
  methods: readonly string[];
  period: number;
  limit: number;
}

/** One budget for refreshes, for sign-ins, or for both together. `prolongs`: whoever asks too early waits the whole period again. */
export interface TokenLimit {
  of: 'refresh' | 'sign-in' | 'all';
  period: number;
  limit: number;
  prolongs: boolean;
}

/** Algorithms we sign with (RFC 7518 3.1, RFC 8037 3.1). */
export const SIGNING_ALGS = ['EdDSA', 'ES256', 'RS256'] as const;
export type SigningAlg = (typeof SIGNING_ALGS)[number];
/** RFC 7636 4.3. */
export type ChallengeMethod = 'S256' | 'plain';

/** A careful server: nothing is told to whoever would be refused a plain request. */
const STREAMS: StreamPolicy = { interval: 30_000, ids: true, endsAtExpiry: true, checks: 'message', renewal: false };

/** The default: what RFC 9700 asks of a server for public clients. */
export const DEFAULT_POLICY: ServerPolicy = {
  accessToken: { lifetime: 3_600_000, format: 'jwt' },
  refreshToken: {
    given: 'with-offline-access',
    rotation: 'rotate',
    grace: { policy: 'strict', window: 0 },
    idle: 30 * 86_400_000,
    onReuse: 'family',
  },
  revocation: { refreshKillsAccess: true, accessKillsRefresh: false },
  resource: {
    checksRevocation: true,
    leeway: 0,
    issuanceLag: 0,
    revocationLag: 0,
    challenge: 'rfc',
    silentRefresh: 'off',
    streams: STREAMS,
  },
  device: { lifetime: 600_000, interval: 5_000, tellsInterval: true },
  dpop: { use: 'allowed', nonce: 'none', nonceLifetime: 300_000, window: 60_000 },
  clientAuth: { bodyStatus: 401 },
  codeLifetime: 600_000,
  passwordChange: 'all',
  explainsEnd: false,
  atomicity: 'serialize',
  clockOffset: 0,
  response: { expiresIn: 'number', scope: true },
  signing: { alg: 'EdDSA', kid: 'present' },
  idToken: { lifetime: 3_600_000, onRefresh: true },
  authorization: { pkce: 'public', challengeMethods: ['S256'], par: 'optional', parLifetime: 90_000, iss: true, singleSignOn: true },
  endSession: { endsGrant: true },
};

type Patch<T> = unknown extends T
  ? T
  : T extends readonly unknown[] | string | number | boolean
    ? T
    : { [K in keyof T]?: Patch<T[K]> | undefined };
/** A policy with only the members that change; undefined leaves a member as it is. */
export type PolicyPatch = Patch<ServerPolicy>;

/** The policy with the patch laid over it, member by member; the original is not touched. */
export function patchPolicy(policy: ServerPolicy, patch: PolicyPatch): ServerPolicy {
  return merge(policy, patch) as ServerPolicy;
}

function merge(base: unknown, patch: unknown): unknown {
  if (patch === undefined) return base;
  if (!isRecord(base) || !isRecord(patch)) return patch;
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) out[key] = merge(base[key], value);
  return out;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
