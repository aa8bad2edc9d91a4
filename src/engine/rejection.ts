// Why a request failed, as an Error with a `reason`. Messages are fixed texts: no token, URL or server text can get into them.
import type { Rejection } from '../core/contract.ts';
import { TokenwarpError } from '../core/errors.ts';

/** A logical request that got no answer; `code` is TW_REQUEST_REJECTED. */
export class RequestRejected extends TokenwarpError {
  readonly reason: Rejection;
  constructor(reason: Rejection) {
    super('TW_REQUEST_REJECTED', `request rejected: ${reason}`, { hint: HINTS[reason] ?? 'try again later' });
    this.reason = reason;
  }
}

const SIGN_IN = 'send the user to sign-in';
/** Where trying again later is not the answer. */
const HINTS: Partial<Readonly<Record<Rejection, string>>> = {
  'reauthentication-required': SIGN_IN,
  'signed-out': SIGN_IN,
  locked: 'unlock the app first',
  'not-replayable': 'make its body anew',
  aborted: 'nothing to do',
};
