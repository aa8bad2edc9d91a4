// The state of the functional client and everything that can happen to it or follow from it. Data only.
import type { Rejection } from '../../../../src/core/contract.ts';

export interface Pair {
  readonly access: string;
  readonly refresh?: string;
  /** Monotonic ms. */
  readonly from: number;
  readonly until?: number;
  /** Monotonic ms from which a refresh ahead is due. */
  readonly due?: number;
}

/** Failed tries in a row, the last gap, and when the next try may begin. */
export interface Outage {
  readonly failures: number;
  readonly gap: number;
  readonly hold: number;
}
export const NO_OUTAGE: Outage = { failures: 0, gap: 0, hold: 0 };

/** Somebody who needs an access token, other than the one that was refused. */
export interface Waiter {
  readonly id: number;
  readonly refused: string | undefined;
  readonly since: number;
  readonly strikes: number;
}

export type Renewal =
  | { readonly step: 'none' }
  | { readonly step: 'asked'; readonly presented: string; readonly askedAt: number }
  /** Without a pair: the end of the session is being written. */
  | { readonly step: 'storing'; readonly write: number; readonly pair?: Pair };

export interface Model {
  readonly phase: 'loading' | 'active' | 'expired' | 'signed-out';
  /** +1 at every sign-in and sign-out: answers of an older era are nobody's. */
  readonly era: number;
  readonly pair?: Pair;
  readonly renewal: Renewal;
  readonly outage: Outage;
  readonly waiters: readonly Waiter[];
  readonly online: boolean;
  /** Number of the newest write decided. */
  readonly write: number;
}

/** What a token endpoint's answer comes to. */
export type Answer =
  | { readonly kind: 'granted'; readonly access: string; readonly refresh?: string; readonly lifetime?: number }
  | { readonly kind: 'invalid-grant' }
  | { readonly kind: 'unknown'; readonly retryAfter: number };

export type Happening =
  | { readonly type: 'loaded'; readonly pair?: Pair; readonly outage: Outage; readonly expired: boolean }
  | { readonly type: 'asked'; readonly id: number; readonly refused?: string }
  | { readonly type: 'impatient'; readonly id: number; readonly reason: Rejection }
  | { readonly type: 'left'; readonly id: number }
  | { readonly type: 'answered'; readonly era: number; readonly answer: Answer }
  | { readonly type: 'written'; readonly write: number }
  | { readonly type: 'connectivity'; readonly online: boolean }
  | { readonly type: 'woken' }
  | { readonly type: 'signed-in'; readonly answer: Extract<Answer, { kind: 'granted' }> }
  | { readonly type: 'signed-out' };

export type Effect =
  | { readonly type: 'give'; readonly id: number; readonly pair: Pair }
  | { readonly type: 'refuse'; readonly id: number; readonly reason: Rejection }
  /** Ends every request under way. */
  | { readonly type: 'evict'; readonly reason: Rejection }
  | { readonly type: 'exchange'; readonly refresh: string; readonly era: number }
  | { readonly type: 'write'; readonly write: number; readonly record: StoredRecord | undefined }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'revoke'; readonly token: string };

export interface StoredRecord {
  readonly pair?: Pair;
  readonly outage?: Outage;
  readonly expired?: true;
}
/** Time and chance, drawn once per happening. */
export interface Moment {
  readonly now: number;
  readonly dice: number;
}
