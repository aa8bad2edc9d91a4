// What a provider persona is: a whole policy with a name. Data only; the server does not know which persona it plays.
import { DEFAULT_POLICY, patchPolicy } from '../policy.ts';
import type { PolicyPatch, ServerPolicy } from '../policy.ts';

export interface Persona {
  /** As after `--persona`. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  readonly policy: ServerPolicy;
  /** Client of the registry that fits it. */
  readonly client: string;
  /** Where the numbers come from, and where the persona is less than the provider. */
  readonly sources: readonly string[];
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** 100 years: a patch cannot take the default away. */
export const NEVER = 36_500 * DAY;

/** A whole policy: the default with what the provider does differently. */
export function policyOf(patch: PolicyPatch): ServerPolicy {
  return patchPolicy(DEFAULT_POLICY, patch);
}
