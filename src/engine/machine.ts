// The session states and what leads from one to the other, as one table. An event is named by its reason; a state that a row does not
// name is left alone by it. Transitions are told before anything that follows from them, so that no request settles while the state
// still says otherwise (invariants I7b, I18).
import type { Rejection, SessionState } from '../core/contract.ts';

type Row = Partial<Readonly<Record<SessionState, SessionState>>>;

const OPEN: Row = { loading: 'active', expired: 'active', 'signed-out': 'active' };
const SIGN_IN: Row = { ...OPEN, active: 'active', locked: 'active' };
const LOCK: Row = { active: 'locked' };
const END: Row = { loading: 'expired', active: 'expired', locked: 'expired' };
const LEAVE: Row = { loading: 'signed-out', active: 'signed-out', locked: 'signed-out', expired: 'signed-out' };

export const TRANSITIONS = {
  /** The store held a session that may be used. */
  restored: OPEN,
  'signed-in': SIGN_IN,
  /** The queued requests of before go on. */
  reauthenticated: SIGN_IN,
  /** Another process of the device signed in. */
  'sibling-signed-in': { active: 'active', locked: 'locked' },

  'idle-timeout': LOCK,
  'background-timeout': LOCK,
  /** Launched, and the app is one that locks itself. */
  'cold-start': { loading: 'locked' },
  unlocked: { locked: 'active' },

  /** The server said that the refresh token had reached its end, or told it beforehand. */
  'refresh-token-expired': END,
  'revoked-elsewhere': END,
  'password-changed': END,
  'signed-in-on-another-device': END,
  /** The server saw the refresh token twice. */
  reused: END,
  /** The server ended the session and did not say why. */
  'invalid-grant': END,
  /** The refresh token was spent by an exchange whose answer never came (refresh-bugs F11): told apart, so that it gets reported. */
  'lost-response': END,
  'no-refresh-token': END,
  'store-corrupt': END,

  'store-empty': LEAVE,
  /** What the store held was signed in before the app was installed anew. */
  reinstalled: LEAVE,
  'reauthentication-failed': LEAVE,
  user: LEAVE,
  'sibling-signed-out': LEAVE,
} as const satisfies Readonly<Record<string, Row>>;

/** Why the state changed. */
export type Reason = keyof typeof TRANSITIONS;

export type Transition = { type: 'session-state'; from: SessionState; to: SessionState; reason: Reason };
export type Listener = (transition: Transition) => void;

/** Where a reason leads from a state; undefined where the table says nothing: then nothing happens. */
export function nextState(from: SessionState, reason: Reason): SessionState | undefined {
  return (TRANSITIONS[reason] as Row)[from];
}

/** What becomes of the requests of a session that ends so. */
export function rejectionOf(reason: Reason): Extract<Rejection, 'reauthentication-required' | 'signed-out'> {
  return TRANSITIONS[reason] === END ? 'reauthentication-required' : 'signed-out';
}

/** Whether a session that ends so makes room for another, with no other state between. */
export function isReplaced(reason: Reason): boolean {
  return nextState('active', reason) === 'active';
}

/** A reason as it was stored or told; undefined when this version knows no such end. */
export function endingNamed(name: unknown): Reason | undefined {
  return TRANSITIONS[name as Reason] === END ? (name as Reason) : undefined;
}

/** A listener that throws is its owner's fault: it must not stop a sign-out halfway. There is nobody to tell: an error could carry anything. */
export function quietly(fn: () => void): void {
  try {
    fn();
  } catch {
    // See above.
  }
}
