// Every token ever issued, as plain records that point at each other. Unbounded on purpose: a used token stays as a tombstone with
// its child, time and exchange, because a store that forgets turns reuse into `unknown`. Decides nothing.
// All times are ms since the Unix epoch on the server's own clock.
import type { TokenLabel } from '../src/core/events.ts';
import type { FamilyEnd } from '../src/core/server-words.ts';

/** All tokens that descend from one sign-in. */
export interface Family {
  readonly id: string;
  readonly user: string;
  readonly device: string;
  readonly clientId: string;
  /** As granted; a refresh may narrow an access token, never this (RFC 6749 6). */
  readonly scope: string;
  readonly grantedAt: number;
  dead: FamilyEnd | undefined;
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
  readonly expiresAt: number;
  dead: 'revoked' | 'superseded' | undefined;
}

/** An approved authorization code (RFC 6749 4.1.2). */
export interface Code {
  readonly value: string;
  readonly user: string;
  readonly device: string;
  readonly clientId: string;
  readonly scope: string;
  readonly redirectUri: string | undefined;
  /** S256 challenge (RFC 7636 4.2). */
  readonly challenge: string | undefined;
  readonly issuedAt: number;
  /** Set by its redemption. */
  family: Family | undefined;
}

export interface TokenStore {
  readonly families: Family[];
  readonly familiesOf: Map<string, Family[]>;
  readonly refresh: Map<string, RefreshToken>;
  readonly access: Map<string, AccessToken>;
  readonly codes: Map<string, Code>;
}

export function createTokenStore(): TokenStore {
  return { families: [], familiesOf: new Map(), refresh: new Map(), access: new Map(), codes: new Map() };
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
