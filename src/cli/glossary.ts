// The words that reports use and that no schema or table defines elsewhere: one or two sentences and where they come from.
import type { Feature, Rejection, SessionState } from '../core/contract.ts';
import type { EventOf } from '../core/events.ts';
import type { Reason } from '../engine/machine.ts';
import type { ProblemCode } from '../scenario/problem.ts';

export interface Entry {
  text: string;
  sources?: readonly string[];
}

export const STATES: Readonly<Record<SessionState, string>> = {
  loading: 'The client is reading and checking its tokens after a start; nobody knows yet who is signed in.',
  active: 'Signed in: requests can be answered, if need be after a refresh.',
  locked: 'Signed in, but biometrics, a PIN or the password must be shown first. Tokens are kept.',
  expired: 'The session cannot be refreshed any more; the user has to sign in again.',
  'signed-out': 'Nobody is signed in and no token is kept.',
};

export const REJECTION_WORDS: Readonly<Record<Rejection, string>> = {
  'reauthentication-required':
    'The session has ended; only a new sign-in helps. Right after invalid_grant, wrong after a mere network failure.',
  'signed-out': 'Nobody is signed in, or the user signed out while the request was on its way.',
  locked: 'The session is locked and the user did not unlock it.',
  offline: 'The device is offline and the client does not keep the request for later.',
  deadline: 'The request did not settle before its deadline.',
  'queue-full': 'The offline queue has no room for another request.',
  'not-replayable': 'The request would have to be sent again and must not be: its first sending may have had an effect (RFC 9110 9.2.2).',
  aborted: 'The caller gave up.',
  network: 'The network failed, and sending again did not help or was not allowed.',
};

/** Of the built-in engine; another client may tell others. */
export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  restored: 'A launch has found a session in the store that may be used.',
  'signed-in': 'Somebody has signed in.',
  reauthenticated: 'The user has answered the prompt to sign in again; requests that waited go on.',
  'sibling-signed-in': 'Another process of the device has signed somebody in.',
  'idle-timeout': 'Nobody has touched the app for as long as its lock policy allows.',
  'background-timeout': 'The app was off the screen for longer than its lock policy allows, by the monotonic clock.',
  'cold-start': 'An app that locks itself has been launched.',
  unlocked: 'The user has answered an unlock prompt.',
  'refresh-token-expired':
    'The refresh token has reached its end: the server said so beside its invalid_grant, or had told the end beforehand.',
  'revoked-elsewhere': 'The session was ended from another device or by an administrator, says the server beside its invalid_grant.',
  'password-changed': 'The password was changed, which ends sessions, says the server beside its invalid_grant.',
  'signed-in-on-another-device':
    'The account may be open on one device only and another one has signed in, says the server beside its invalid_grant.',
  reused: 'The server has seen the refresh token twice and takes it for stolen.',
  'invalid-grant': 'The server has refused the refresh token and did not say why (RFC 6749 5.2).',
  'lost-response': 'The refresh token is spent: the server had rotated it in an answer that never came.',
  'no-refresh-token': 'The access token is over and there is no refresh token.',
  'store-corrupt': 'What the store holds cannot be read as a session. It stays there until the next sign-in.',
  'store-empty': 'The store holds no session.',
  reinstalled: 'The session in the store is from before the app was installed anew, and is not used.',
  'reauthentication-failed': 'The user was asked in every way there is and did not sign in again.',
  user: 'The user has signed out.',
  'sibling-signed-out': 'The user has signed out in another process of the device.',
};

export const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  'refresh-ahead': 'Refreshes before the access token expires, so that no request has to meet a 401.',
  'offline-queue': 'Keeps requests made offline and sends them when the device is online again.',
  'cross-process': 'Two processes of one device (app, widget, extension) refresh once between them.',
  background: 'Refreshes in a background job within the budget the system grants.',
  push: 'Reacts to a silent push.',
  'silent-refresh': 'Renews the session without the user seeing anything.',
  reauthentication: 'Asks the user for biometrics or the password when the session needs it.',
  'idle-lock': 'Locks after a time without interaction, or in background.',
  streams: 'Keeps event streams and sockets open over every renewal of the token.',
};

export const CLIENT_ERRORS: Readonly<Record<EventOf<'client.error'>['kind'], string>> = {
  'unhandled-rejection':
    'A promise inside the client was rejected and nobody listened. In a browser or an app that is a lost error, in Node the end of the process.',
  'uncaught-exception': 'The client threw in a callback, outside of every call that could have caught it.',
  'ambient-api':
    'The client used a clock, a timer, randomness or a fetch of its own instead of those its host lends it. Such a run cannot be replayed.',
  'leaked-timer': 'A timer of the client was still set when its process had stopped.',
  stuck: 'The client kept the thread busy without end; function and line are named where they can be found.',
  threw: 'The client threw where the contract wants a rejected promise, or an error without a `reason`.',
};

/** Codes of errors that are not scenario mistakes; those are in PROBLEM_CODES. */
export const ERROR_CODES: Readonly<Record<Exclude<string, ProblemCode>, string>> = {
  TW_USAGE: 'The command line or a TOKENWARP_* variable is wrong. Exit code 2.',
  TW_REPORT_FILE: 'A report file cannot be written. Exit code 2, whatever the results were.',
  TW_NOTHING_SELECTED: 'No scenario matches the filters, the name or the tags. Exit code 4, or 0 with --pass-with-none.',
  TW_SCENARIO: 'At least one selected scenario file has mistakes; each is shown with its place. Exit code 3.',
  TW_SCHEDULE: 'The text given to --schedule is no schedule, or it no longer fits the scenario or the client. Exit code 3.',
  TW_CLIENT_MISSING: 'The module given to --client is not there. Exit code 3.',
  TW_CLIENT_LOAD: 'The module given to --client fails or does not finish while it is imported. Exit code 3.',
  TW_CLIENT_EXPORT: 'The module given to --client has no function as its default export. Exit code 3.',
  TW_CLIENT_OPTION:
    'The `client` or `compare` block of a scenario, or an update of the app in it, says something that the built-in engine cannot read. Exit code 3.',
  TW_CLIENT_METHOD: 'What the factory returned lacks a required method: start, signIn or request. Exit code 3.',
  TW_UNREACHABLE: 'No server answers where `tokenwarp ctl` looks for one, or the ready file is not there. Exit code 6.',
  TW_LISTEN: 'The server cannot listen on the address and port: taken, not ours, or not there. Exit code 2.',
  TW_TLS_FOLDER: 'The folder of the local certificate authority cannot be read or written. Exit code 2.',
  TW_READY_FILE: 'The file given to --ready-file cannot be written. Exit code 2.',
  TW_POLICY: 'The file given to --policy holds no server block, or one with mistakes. Exit code 3.',
  TW_CLOCK: 'The clock of a server was asked to run backwards, or by no whole number of milliseconds. Exit code 2.',
  TW_DEVICE_TOOL: 'adb or Xcode is not installed, or adb cannot reach its server. Exit code 6.',
  TW_DEVICE_NONE: 'No device is connected. Exit code 6.',
  TW_DEVICE_MANY: 'Several devices can be used and none was named. Exit code 6.',
  TW_DEVICE_UNKNOWN: 'The device that was named is not connected, or is no longer. Exit code 6.',
  TW_DEVICE_STATE:
    'The device is connected and cannot be used: it has not allowed this computer, does not answer, is not started. Exit code 6.',
  TW_DEVICE_CAPABILITY:
    'The device cannot do what was asked: its version, its build or the way it is connected lacks something. Exit code 6.',
  TW_DEVICE_DROPPED: 'The connection broke while a command ran on the device; what it did is unknown. Exit code 7.',
  TW_DEVICE_TIMEOUT: 'A command on the device did not end in time and was killed. Exit code 7.',
  TW_DEVICE_COMMAND: 'A command on the device failed; what it said is in the message. Exit code 7.',
  TW_DEVICE_OUTPUT: 'A tool printed something we cannot read. Exit code 7.',
  TW_DEVICE_APP: 'The app is not installed on the device. Exit code 7.',
  TW_DEVICE_JOB: 'The app has no such background job, or several that were meant alike. Exit code 7.',
  TW_DEVICE_RESTORE: 'Something that was changed on the device could not be put back; it stays in the undo journal. Exit code 7.',
  TW_DEVICE_STEP: 'A scenario asks for what the device or its app cannot do; the message has each place. Nothing was touched. Exit code 6.',
  TW_DEVICE_HOOK: 'The app under test was asked for something through its debug hook and did not do it in time. Exit code 7.',
  TW_DEVICE_LIMIT: 'A scenario with a real app was not over within --timeout: the run is inconclusive. Exit code 5.',
  TW_TRANSCRIPT: 'The file given to --replay is no transcript, was cut, or has no answer for what the run asks now. Exit code 3.',
  TW_TRANSCRIPT_FILE: 'The file given to --record cannot be written. Exit code 2.',
  TW_DEVICE_BUSY: 'Another process is at work on the device and will put it back itself. Exit code 7, or --force.',
  TW_DEVICE_PLIST: 'The Info.plist of the app does not permit the background task; the message says what is missing. Exit code 7.',
  TW_DEVICE_NO_FRAMEWORK: 'The app has not loaded BackgroundTasks, or has not come so far in its start. Exit code 7.',
  TW_DEVICE_NOT_REGISTERED: 'The app has registered no handler for the background task in this process. Exit code 7.',
  TW_DEVICE_NOT_SCHEDULED: 'The app has no pending request for the background task. Exit code 7.',
  TW_DEVICE_NOT_ATTACHABLE: 'The debugger may not attach to the app: no debug build, or no right to. Exit code 7.',
  TW_DEVICE_NO_SELECTOR: 'This iOS has other private methods than the debugger was told to call; nothing was called. Exit code 7.',
  TW_DEVICE_EVALUATION: 'The call that the debugger made inside the app failed, or did not end in time. Exit code 7.',
  TW_DEVICE_NOT_RUNNING: 'The app does not run. Exit code 7.',
  TW_DEVICE_APP_GONE: 'The app ended while its background task was fired. Exit code 7.',
  TW_DEVICE_NOT_STARTED: 'The call was made and the log of iOS shows no start of the task. Exit code 7.',
  TW_DEVICE_NOT_COMPLETED: 'The background task started and was not completed in time. Exit code 7.',
  TW_DEVICE_TASK_RUNNING: 'The background task runs or may still run: a second launch would crash the app. Exit code 7.',
  TW_DEVICE_TASK_DROPPED: 'The app let go of the background task without completing it. Exit code 7.',
  TW_DEVICE_INTERRUPTED: 'Somebody stopped an operation on a device; what it had changed was put back. Exit code 130 or 143.',
  TW_REQUEST_REJECTED:
    'The engine gave a request no answer; the error has the reason, see the rejections. Your app sees it, no command does.',
  TW_SIGN_IN_INVALID: 'The answer to a sign-in has no access token, says the engine. Your app sees it, no command does.',
  TW_UNEXPECTED_ANSWER:
    'A request of the engine about sessions was answered with a status that says no success. Your app sees it, no command does.',
  TW_KEY_IN_FILE: 'A warning of the store for Node: its key lies in a file beside the session, for want of a keychain.',
  TW_LOCK_UNAVAILABLE: 'A warning of the host for Node: no lock keeps two processes from refreshing one session at the same time.',
  TW_OS_MODEL: 'The model of iOS does not know this version, or was given settings that no phone has.',
  TW_OS_INPUT: 'The model of iOS was asked for something that this version or this app does not have.',
  TW_BUG: 'A fault of tokenwarp itself. Exit code 70; please report it with the command you ran.',
};

export const WORDS: Readonly<Record<string, Entry>> = {
  rotation: {
    text: 'The server answers each refresh with a new refresh token and the old one stops working.',
    sources: ['RFC 9700 4.14.2', 'RFC 6749 6'],
  },
  'token-family': {
    text: 'All refresh tokens that descend from one sign-in. When one of them is used twice, the server cannot tell thief from owner and ends the whole family.',
    sources: ['RFC 9700 4.14.2'],
  },
  'reuse-detection': {
    text: 'The server notices that a refresh token that was already exchanged is presented again, and revokes the family.',
    sources: ['RFC 9700 4.14.2'],
  },
  'grace-window': {
    text: 'A short time in which the just-rotated refresh token is still accepted, so that a lost response does not end the session. Providers differ in what they answer.',
    sources: ['RFC 9700 4.14.2'],
  },
  'invalid-grant': {
    text: 'The answer of the token endpoint that a refresh token is expired, revoked or was used before. The one answer that ends a session; a network failure, a 5xx or a captive portal never does.',
    sources: ['RFC 6749 5.2'],
  },
  'single-flight': { text: 'However many requests need a new token, one refresh is under way and all wait for it.' },
  'late-401': {
    text: 'A 401 for an access token that has been replaced meanwhile. It says nothing about the new token: the request is sent again with that, without another refresh.',
    sources: ['RFC 6750 3.1'],
  },
  'refresh-ahead': { text: 'Refreshing shortly before the access token expires. Also a feature a client may claim.' },
  stale: { text: 'The access token is past its expiry (or inside the refresh-ahead time) while the refresh token is still good.' },
  idle: {
    text: 'An invariant that had nothing to judge in a run. That is not the same as passed: a corpus full of idle invariants proves nothing.',
  },
  'event-stream': {
    text: 'A request whose answer goes on: messages come until the server ends it, the client closes it, or the connection breaks. Its token was shown once, at the opening; whether the server looks again differs.',
    sources: ['WHATWG HTML 9.2'],
  },
  'half-open-connection': {
    text: 'A connection that died without telling anybody: nothing comes any more, and only a clock of its own tells a client so. `how: silence` on a stream makes one.',
  },
  fleet: {
    text: 'Many processes of one device over one store, such as command line tools that share a credential file. `processes: 10` makes one.',
  },
  dial: {
    text: 'Something that differs between one report of a refresh bug and the next: a policy, an answer, an actor, a clock. The reference of the scenario format lists each with the line that moves it.',
  },
  witness: { text: 'The few events that show a violation; the failure block draws them as lanes, one column per process and server.' },
  lanes: {
    text: 'The drawing of a witness. Time runs down; an arrow to the right is a message to a server, one to the left an answer; `▸` marks the event that broke the invariant.',
  },
  digest: { text: 'Fingerprint of a history. The same scenario, seed and schedule give the same one on every machine.' },
  seed: {
    text: 'The number that all randomness of a run comes from: latencies, jitter, ids. It stands in the first line and in every replay line.',
  },
  schedule: { text: 'The recorded choices of a run where several things could have happened next. Replayed with --schedule.' },
  determinism: {
    text: 'Nothing decides but scenario, seed and schedule: a client takes time, randomness, timers and network from its host. --verify-determinism runs everything twice and compares.',
  },
  'not-applicable': {
    text: 'The client does not claim what the scenario or the invariant needs. Counted with the reason; never as passed, never as failed.',
  },
  expectation: { text: 'What the scenario file says must be true: at one point (`expect` as a step), or at the end.' },
  'client-error': {
    text: 'A fault of the client as code rather than of the session: an unhandled rejection, a leaked timer, a call past the host.',
  },
};
