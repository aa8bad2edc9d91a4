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
  | 'superseded'
  | 'rate-limited'
  // DPoP (RFC 9449): the proof itself, a missing nonce, a token bound to another key. Device flow (RFC 8628 3.5): how a poll ended.
  | 'bad-proof'
  | 'proof-nonce'
  | 'other-key'
  | 'device-pending'
  | 'device-slow-down'
  | 'device-denied'
  | 'device-expired';

/** Why a token family (all tokens descending from one sign-in) ended. */
export type FamilyEnd = 'reuse' | 'user' | 'password' | 'idle' | 'absolute' | 'admin' | 'single-session' | 'revocation';

/** Short names of grants, as logs and fault rules say them. */
export const GRANTS_BY_NAME = ['refresh_token', 'authorization_code', 'client_credentials', 'device_code'] as const;
export type GrantName = (typeof GRANTS_BY_NAME)[number];

/** What a server that explains says of a session that ended, in the member `session_end` beside `invalid_grant` (ours; no RFC knows it). */
export const SESSION_ENDS = [
  'refresh-token-expired',
  'revoked-elsewhere',
  'password-changed',
  'signed-in-on-another-device',
  'reused',
] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

/**
 * The points between which a fault can fall (ours): the request arrived; it was checked; state changed for good;
 * the answer was written out; its last byte left.
 */
export const PHASES = ['received', 'validated', 'committed', 'serialised', 'flushed'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * What can be marked in a server's journal because the server cannot see it: the user signed out, the app went to the background or
 * came back, a prompt is expected, the app asked for a refresh on purpose, the app was started again, a device's clock was moved.
 */
export const MARKS = ['sign-out', 'background', 'foreground', 'prompt-expected', 'refresh-forced', 'relaunch', 'clock-moved'] as const;
export type MarkWord = (typeof MARKS)[number];
