// The words of a fault, shared by scenario files and the control API: kinds, the keys that go with each, answers with a name.
// Words only: what they mean is in fault-spec.ts.
import type { Endpoint } from './fault.ts';
import type { GrantName, Phase } from './server-words.ts';

/** Answers that have a name, because every project meets them. */
export const NAMED_REPLIES = ['captive-portal', 'forbidden-page', 'malformed-json', 'empty', 'error-in-200', 'server-error-json'] as const;
export type NamedReply = (typeof NAMED_REPLIES)[number];

/** Each kind of fault and the keys that only it understands. */
export const FAULT_KINDS = {
  drop: ['how'],
  cut: ['how'],
  delay: ['at'],
  reply: ['at', 'retryAfter', 'retryAs', 'location', 'body', 'json', 'headers'],
  truncate: ['how'],
  rewrite: [],
  remove: [],
  header: [],
  skew: [],
  duplicate: [],
} as const satisfies Record<string, readonly string[]>;
export type FaultKind = keyof typeof FAULT_KINDS;

/** What `how` may say for a kind. */
export const FAULT_HOW: Partial<Record<FaultKind, readonly string[]>> = {
  drop: ['reset', 'silence', 'fin'],
  cut: ['reset', 'silence', 'fin'],
  truncate: ['short', 'error', 'reset', 'chunk'],
};

/** One fault as it is written: exactly one kind, what it falls on, how often. Durations as text (`90s`). */
export interface FaultInput {
  drop?: 'request' | 'response' | undefined;
  cut?: Phase | undefined;
  delay?: string | undefined;
  reply?: number | NamedReply | undefined;
  truncate?: number | undefined;
  rewrite?: Readonly<Record<string, unknown>> | undefined;
  remove?: string | readonly string[] | undefined;
  /** Headers of the response that get another value; null removes one. */
  header?: Readonly<Record<string, string | null>> | undefined;
  /** How far the `Date` of the response is off, with a sign. */
  skew?: string | undefined;
  duplicate?: 'request' | Phase | undefined;
  of?: Endpoint | 'any' | undefined;
  /** One of POINTS (fault.ts). */
  at?: string | undefined;
  how?: 'reset' | 'silence' | 'fin' | 'short' | 'error' | 'chunk' | undefined;
  path?: string | undefined;
  from?: string | undefined;
  grant?: GrantName | undefined;
  client?: string | undefined;
  user?: string | undefined;
  /** Of the token in the request, within its session. */
  generation?: number | undefined;
  skip?: number | undefined;
  /** Per cent. */
  chance?: number | undefined;
  seed?: number | undefined;
  times?: number | undefined;
  for?: string | undefined;
  /** A duration, or `end`: when the fault is over. */
  retryAfter?: string | undefined;
  retryAs?: 'seconds' | 'date' | undefined;
  location?: string | undefined;
  body?: string | undefined;
  json?: Readonly<Record<string, unknown>> | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}
