// Every token ever issued, as plain records that point at each other. Unbounded on purpose: a used token stays as a tombstone with
// its child, time and exchange, because a store that forgets turns reuse into `unknown`. Decides nothing.
// All times are ms since the Unix epoch on the server's own clock.
import type { TokenLabel } from '../src/core/events.ts';
import type { FamilyEnd } from '../src/core/server-words.ts';
import type { BrowserSession, Interaction, PushedRequest } from './browser-records.ts';
import type { ChallengeMethod } from './policy.ts';

/** All tokens that descend from one sign-in. */
export interface Family {
  readonly id: string;
  readonly user: string;
  readonly device: string;
  readonly clientId: string;
  /** As granted; a refresh may narrow an access token, never this (RFC 6749 6). */
  readonly scope: string;
  readonly grantedAt: number;
  /** When the user authenticated here; undefined for a session nobody signed in for. Never changes (R12). */
  readonly authTime: number | undefined;
  dead: FamilyEnd | undefined;
  /** When it ended. */
  deadAt: number | undefined;
  /** Last refresh or API request: what a list of sessions shows. */
  lastActive: number;
  /** Key its refresh tokens are bound to: a public client that showed a DPoP proof at the sign-in (RFC 9449 5). */
  readonly jkt: string | undefined;
  readonly refresh: RefreshToken[];
  readonly access: AccessToken[];
}

export interface RefreshToken {
  readonly value: string;
  readonly label: TokenLabel;
  readonly family: Family;
  readonly parent: RefreshToken | undefined;
  readonly children: RefreshToken[];
  /** `superseded`: exchanged for a child; `revoked`: taken back by itself while its family lives on. */
  state: 'active' | 'superseded' | 'revoked';
  readonly issuedAt: number;
  /** Which node issued it, and which one exchanged it first, where there are several. */
  readonly node: number;
  spentBy: number;
  /** When, and in which exchange, it was first exchanged. */
  supersededAt: number | undefined;
  supersededBy: string | undefined;
  /** Issue or last successful use: where the idle lifetime counts from. */
  idleFrom: number;
}

export interface AccessToken {
  readonly value: string;
  readonly label: TokenLabel;
  /** Absent for client_credentials: no user, no session. */
  readonly family: Family | undefined;
  readonly sub: string;
  readonly clientId: string;
  readonly scope: string;
  readonly format: 'jwt' | 'opaque';
  /** Only ever brought forward, by who controls the server. */
  expiresAt: number;
  readonly issuedAt: number;
  /** `jti` of a JWT. */
  readonly jti: string | undefined;
  /** Key it is bound to (RFC 9449 6). */
  readonly jkt: string | undefined;
  dead: 'revoked' | 'superseded' | undefined;
  /** When it died before its time. */
  deadAt: number | undefined;
  /** The token a response header offered in its place (P7). */
  offered: AccessToken | undefined;
  /** The token this one was offered in place of, and whether it was ever used. */
  replaces: AccessToken | undefined;
  adopted: boolean;
}

/** An approved authorization code (RFC 6749 4.1.2). */
export interface Code {
  readonly value: string;
  readonly user: string;
  readonly device: string;
  readonly clientId: string;
  readonly scope: string;
  readonly redirectUri: string | undefined;
  readonly challenge: string | undefined;
  /** RFC 7636 4.2. */
  readonly challengeMethod: ChallengeMethod;
  readonly authTime: number | undefined;
  readonly nonce: string | undefined;
  readonly issuedAt: number;
  /** `dpop_jkt` of the authorization request (RFC 9449 10). */
  readonly jkt: string | undefined;
  /** Set by its redemption. */
  family: Family | undefined;
}

/** A device authorization (RFC 8628). Kept after its end, so that expired stays expired (D6). */
export interface DeviceCode {
  /** `d1`. */
  readonly id: string;
  readonly value: string;
  /** As shown, `WDJB-MJHT`. */
  readonly userCode: string;
  readonly clientId: string;
  readonly scope: string;
  /** Name of the asking device. */
  readonly device: string;
  readonly expiresAt: number;
  /** Least ms between two polls; grows by slow_down, for good. */
  interval: number;
  polledAt: number | undefined;
  /** How long after the poll before it the last one came, when it was told to slow down. */
  slowGap: number | undefined;
  state: 'pending' | 'approved' | 'denied' | 'redeemed';
  /** Who decided, and when. */
  user: string | undefined;
  decidedAt: number | undefined;
}

export interface TokenStore {
  readonly families: Family[];
  readonly familyById: Map<string, Family>;
  /** By user. */
  readonly familiesOf: Map<string, Family[]>;
  readonly refresh: Map<string, RefreshToken>;
  readonly access: Map<string, AccessToken>;
  readonly codes: Map<string, Code>;
  /** By cookie value. */
  readonly browsers: Map<string, BrowserSession>;
  /** Open and used sign-in pages, by their one-time id. */
  readonly interactions: Map<string, Interaction>;
  /** By `request_uri` (RFC 9126). */
  readonly pushed: Map<string, PushedRequest>;
  /** By `device_code`. */
  readonly devices: Map<string, DeviceCode>;
  /** By user code, as compared: capital letters without the dash. */
  readonly userCodes: Map<string, DeviceCode>;
  /** DPoP proofs seen, by key and `jti`, with the time until which they are remembered. */
  readonly proofs: Map<string, number>;
  /** What nonces are made of, by the server that gives them; drawn at first use. */
  readonly nonceSecrets: Map<'as' | 'rs', string>;
  /** Requests counted per rate limit and user. */
  readonly rates: Map<string, { from: number; count: number }>;
}

export function createTokenStore(): TokenStore {
  return {
    families: [],
    familyById: new Map(),
    familiesOf: new Map(),
    refresh: new Map(),
    access: new Map(),
    codes: new Map(),
    browsers: new Map(),
    interactions: new Map(),
    pushed: new Map(),
    devices: new Map(),
    userCodes: new Map(),
    proofs: new Map(),
    nonceSecrets: new Map(),
    rates: new Map(),
  };
}

/** The newest active token below `token`, or undefined. */
export function activeBelow(token: RefreshToken): RefreshToken | undefined {
  const open = [...token.children];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.state === 'active') return next;
    open.push(...next.children);
  }
  return undefined;
}
