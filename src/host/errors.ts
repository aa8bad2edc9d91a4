// What the parts of a host reject with. The first four codes are those of the contract, which the engine acts upon; the others say
// what a person has to mend.
import { TokenwarpError, type ErrorDetail } from '../core/errors.ts';

/**
 * `store-locked`: the key to the store cannot be had now, later it can. `quota-exceeded`: no room to write. `lock-timeout`: another
 * process kept the lock. `lock-unavailable`: there is no lock here. `store-failed`: reading or writing failed. `key-mismatch`: the
 * store was written with another key than the one given.
 */
export type HostErrorCode = 'store-locked' | 'quota-exceeded' | 'lock-timeout' | 'lock-unavailable' | 'store-failed' | 'key-mismatch';

/** An error of a host's store or lock. */
export class HostError extends TokenwarpError {
  declare readonly code: HostErrorCode;
  constructor(code: HostErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail);
  }
}

/** Something works, but less well than it should: told once. */
export interface HostWarning {
  code: string;
  message: string;
  hint: string;
}

/** The string `code` or `name` of whatever was thrown. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : '';
}
