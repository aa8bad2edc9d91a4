// Server policy as data: everything a provider may do differently, in one record. All durations in ms.
import type { GracePolicyName } from '../src/core/server-words.ts';

export interface ServerPolicy {
  accessToken: {
    lifetime: number;
    format: 'jwt' | 'opaque';
  };
  refreshToken: {
    /** `rotate`: a new one per use; `same`: the presented one is returned; `omit`: none is returned (RFC 6749 6). */
    rotation: 'rotate' | 'same' | 'omit';
    grace: { policy: GracePolicyName; window: number };
    /** From last use; absent = never. */
    idle?: number;
    /** From the grant; absent = never. */
    absolute?: number;
    /** What dies on reuse: the family's refresh tokens alone, or its access tokens too (OAuth 2.1). */
    onReuse: 'refresh-tokens' | 'family';
  };
  revocation: { refreshKillsAccess: boolean; accessKillsRefresh: boolean };
  resource: {
    /** False: the resource server knows expiry only and accepts revoked JWTs until they expire. */
    checksRevocation: boolean;
    /** Accepts a token this long past its expiry. */
    leeway: number;
  };
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
}

/** The default: what RFC 9700 asks of a server for public clients. */
export const DEFAULT_POLICY: ServerPolicy = {
  accessToken: { lifetime: 3_600_000, format: 'jwt' },
  refreshToken: { rotation: 'rotate', grace: { policy: 'strict', window: 0 }, idle: 30 * 86_400_000, onReuse: 'family' },
  revocation: { refreshKillsAccess: true, accessKillsRefresh: false },
  resource: { checksRevocation: true, leeway: 0 },
  atomicity: 'serialize',
  clockOffset: 0,
  response: { expiresIn: 'number', scope: true },
};

type Patch<T> = T extends readonly unknown[] | string | number | boolean ? T : { [K in keyof T]?: Patch<T[K]> | undefined };
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
