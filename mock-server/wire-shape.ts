// What a provider says differently on the wire, as data: error shapes, headers, further members. Changes no decision, only its words.
import type { TokenResponse } from '../src/core/contract.ts';
import type { Desk } from './desk.ts';
import type { Granted } from './ask.ts';
import type { Refusal } from './refusals.ts';

/** How one refusal is told. What is absent stays as the RFC says it. */
export interface ErrorShape {
  status?: number;
  error?: string;
  /** Instead of our text; an empty one leaves the member out. */
  description?: string;
  /** Instead of the whole RFC 6749 5.2 body. */
  body?: Readonly<Record<string, string | number>>;
  headers?: Readonly<Record<string, string>>;
}

/** Further members of a token response; each name has its rule below. */
export type ExtraMember = 'created_at' | 'expires_at' | 'refresh_expires_in' | 'session_state' | 'not-before-policy' | 'user';

export interface WireShape {
  /** `trakt`: JSON bodies both ways, own paths and field names, outcomes in the status code. */
  dialect: 'rfc' | 'trakt';
  /** `token_type` as written; clients must not mind its case (RFC 6749 5.1). */
  tokenType: string;
  /** On every answer of the token and revocation endpoints. */
  headers: Readonly<Record<string, string>>;
  /** By true reason first (`reused`), then by error code (`invalid_grant`). */
  errors: Readonly<Record<string, ErrorShape>>;
  members: readonly ExtraMember[];
}

/** What the RFCs say. */
export const RFC_SHAPE: WireShape = { dialect: 'rfc', tokenType: 'Bearer', headers: {}, errors: {}, members: [] };

/** The shape the policy of now asks for. */
export function shapeOf(desk: Desk): WireShape {
  return desk.policy.wire ?? RFC_SHAPE;
}

/** A refusal in the provider's words. */
export interface ToldRefusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
}

/** The status, headers and body that tell a refusal under the policy of now. */
export function tellRefusal(desk: Desk, refusal: Refusal): ToldRefusal {
  const { errors, headers } = shapeOf(desk);
  const shape = errors[refusal.reason] ?? errors[refusal.error] ?? {};
  const description = shape.description ?? refusal.description;
  return {
    status: shape.status ?? refusal.status,
    headers: { ...headers, ...refusal.headers, ...shape.headers },
    body: shape.body ?? {
      error: shape.error ?? refusal.error,
      ...(description === '' ? {} : { error_description: description }),
      ...(refusal.end === undefined || !desk.policy.explainsEnd ? {} : { session_end: refusal.end }),
    },
  };
}

/** The members a provider adds to a token response, at the time of its commit. */
export function extraMembers(desk: Desk, granted: Granted): Partial<TokenResponse> {
  const out: Record<string, unknown> = {};
  for (const name of shapeOf(desk).members) {
    const value = EXTRA[name](desk, granted);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

type Rule = (desk: Desk, granted: Granted) => unknown;

const EXTRA: Readonly<Record<ExtraMember, Rule>> = {
  created_at: (desk) => Math.floor(desk.now() / 1_000),
  expires_at: (_desk, { access }) => access.expiresAt / 1_000,
  refresh_expires_in: (desk, { refresh }) => (refresh === undefined ? 0 : refreshSeconds(desk, refresh.family.grantedAt)),
  session_state: (_desk, { access }) => access.family?.id,
  'not-before-policy': () => 0,
  user: (_desk, { access }) => (access.family === undefined ? undefined : { id: access.sub, aud: 'authenticated', role: 'authenticated' }),
};

/** R10: whichever limit comes first. */
function refreshSeconds(desk: Desk, grantedAt: number): number {
  const { idle = Number.POSITIVE_INFINITY, absolute = Number.POSITIVE_INFINITY } = desk.policy.refreshToken;
  const left = Math.min(idle, grantedAt + absolute - desk.now());
  return Number.isFinite(left) ? Math.floor(left / 1_000) : 0;
}
