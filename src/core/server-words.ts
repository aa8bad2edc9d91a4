// Words of the authorization server that a history, a scenario and the server itself share.

/**
 * What happens when the just-rotated refresh token is presented again inside the grace window.
 * Six shipping behaviours that exclude each other, plus rotation off:
 * `strict` (RFC 9700 4.14.2: refuse, revoke the family), `same-successor` (Supabase), `new-sibling` (Ory Hydra, Auth0),
 * `replace-child` (WSO2), `close-on-child-use` (WSO2, Airlock), `one-step-behind` (Supabase: the parent of the active token, at any age),
 * `stale-rt-returned` (django-oauth-toolkit #702: a bug worth meeting).
 */
export const GRACE_POLICIES = [
  'strict',
  'same-successor',
  'new-sibling',
  'replace-child',
  'close-on-child-use',
  'one-step-behind',
  'stale-rt-returned',
] as const;
export type GracePolicyName = (typeof GRACE_POLICIES)[number];

/** True reason of a refusal, for the journal only: the wire says the same `invalid_grant` for all (RFC 6749 5.2). */
export type RefusalReason =
  | 'unknown'
  | 'malformed'
  | 'reused'
  | 'family-dead'
  | 'revoked'
  | 'idle-expired'
  | 'absolute-expired'
  | 'other-client'
  | 'bad-request'
  | 'bad-client'
  | 'bad-grant-type'
  | 'bad-scope'
  | 'code-used'
  | 'code-expired'
  | 'superseded';

/** Why a token family (all tokens descending from one sign-in) ended. */
export type FamilyEnd = 'reuse' | 'user' | 'password' | 'idle' | 'absolute' | 'admin' | 'single-session' | 'revocation';

/**
 * The points between which a fault can fall (ours): the request arrived; it was checked; state changed for good;
 * the answer was written out; its last byte left.
 */
export const PHASES = ['received', 'validated', 'committed', 'serialised', 'flushed'] as const;
export type Phase = (typeof PHASES)[number];
