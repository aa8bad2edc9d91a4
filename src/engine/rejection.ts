// Why a request failed, as an Error with a `reason`. Messages are fixed texts: no token, URL or server text can get into them.
import type { Rejection } from '../core/contract.ts';
import { TokenwarpError } from '../core/errors.ts';

/** A logical request that got no answer; `code` is TW_REQUEST_REJECTED. */
export class RequestRejected extends TokenwarpError {
  readonly reason: Rejection;
  constructor(reason: Rejection) {
    super('TW_REQUEST_REJECTED', `request rejected: ${MEANING[reason]}`, { hint: HINT[reason] });
    this.reason = reason;
  }
}

/** What was handed to `signIn` is not a token response (RFC 6749 5.1); `code` is TW_SIGN_IN_INVALID. */
export class InvalidSignInError extends TokenwarpError {
  constructor() {
    super('TW_SIGN_IN_INVALID', 'the token response has no access_token', { hint: 'pass the body of the token endpoint as it came' });
  }
}

/** An API of the user's sessions answered with a status that says nothing useful; `code` is TW_UNEXPECTED_ANSWER. */
export class UnexpectedAnswerError extends TokenwarpError {
  constructor(status: number) {
    super('TW_UNEXPECTED_ANSWER', `unexpected answer: status ${status}`, { hint: 'try again later', fields: { status } });
  }
}

const MEANING: Readonly<Record<Rejection, string>> = {
  'reauthentication-required': 'the session has ended and needs a new sign-in',
  'signed-out': 'nobody is signed in, or the user signed out meanwhile',
  locked: 'the app is locked',
  offline: 'the device is offline',
  deadline: 'it took longer than allowed',
  'queue-full': 'too many requests wait for the network',
  'not-replayable': 'its body cannot be sent twice',
  aborted: 'its caller gave up',
  network: 'the network or the server failed',
};

const HINT: Readonly<Record<Rejection, string>> = {
  'reauthentication-required': 'send the user to sign-in',
  'signed-out': 'send the user to sign-in',
  locked: 'unlock the app first',
  offline: 'try again when the network is back',
  deadline: 'try again later',
  'queue-full': 'try again when the network is back',
  'not-replayable': 'send it again from the app',
  aborted: 'nothing to do',
  network: 'try again later',
};
