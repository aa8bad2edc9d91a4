// What each published design claims, which scenarios show it, and what its breaking an invariant means. Data only; the verdicts are runs.

export interface Claim {
  /** In our words. */
  readonly text: string;
  /** Scenarios that show whether it holds. */
  readonly scenarios: readonly string[];
  /** Invariants it stands or falls with, where others may break beside them; absent = all. */
  readonly by?: readonly string[];
}

/** `claim`: the guide promises otherwise; `shape`: it follows from what the guide says to do; `silence`: the guide does not speak of it. */
export type Against = 'claim' | 'shape' | 'silence';

export interface Break {
  readonly against: Against;
  readonly why: string;
}

export interface Guide {
  /** File beside this one, without `.ts`. */
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly claims: readonly Claim[];
  /** Where a reader would expect it to break; the runs say whether it does. */
  readonly watch: readonly Claim[];
  /** Every invariant it breaks -> what that means. */
  readonly breaks: Readonly<Record<string, Break>>;
  /** Scenarios that contradict what the guide asks for -> what that is. */
  readonly outside: Readonly<Record<string, string>>;
  /** The same with one thing mended, to show what that hides: its file, and what it is. */
  readonly variant?: { readonly name: string; readonly title: string; readonly what: string };
}

const CLAIM = (text: string, ...scenarios: readonly string[]): Claim => ({ text, scenarios });
const BY = (by: readonly string[], claim: Claim): Claim => ({ ...claim, by });
const REDUNDANT = ['no-duplicate-refresh'];
const FAILED = ['request-never-fails-when-refreshable'];
const SIGNED_OUT = ['no-logout-without-invalid-grant'];
const EARLY = ['no-lost-rotation', 'no-refresh-token-reuse', 'no-stale-token-after-refresh'];
const SHORT_TOKENS = 'the guide asks for access tokens of 15 to 30 minutes';

const G0: Guide = {
  name: 'g0',
  id: 'G0',
  title: 'Background refresh of a TV-show tracker',
  what:
    'A coroutine worker under unique periodic work on Android, an app refresh task on iOS, every 5 days in its code and every 6 hours in its ' +
    'diagram; an initializer that schedules when somebody is signed in and cancels when nobody is. For Trakt, whose tokens live 7 days and ' +
    'whose refresh tokens are good for one use; a pair that is not renewed in time is taken to be over, both halves of it.',
  claims: [
    CLAIM(
      'a token of 7 days stays fresh with a run every 5 days',
      'g0-day-five-does-nothing',
      'g0-opened-every-day',
      'g0-weeks-of-a-commuter',
      'g0-weeks-of-several-visits-a-day',
    ),
    CLAIM('it stays fresh with a run every 6 hours', 'how-often-is-often-enough'),
    CLAIM('a refresh that fails is tried again by the system, with back-off', 'g0-outage-on-the-day-of-the-refresh'),
    CLAIM('a dead refresh token ends the session instead of being tried again', 'g0-session-ended-under-the-worker'),
    CLAIM('the request is submitted again by the handler, for the next run', 'g0-request-is-good-for-one-run'),
    CLAIM('updating the work at each launch keeps its place in the period', 'g0-enqueued-anew-at-each-launch'),
    CLAIM('the task is registered before the launch has finished', 'g0-registered-after-the-launch'),
    CLAIM('one refresh, whoever wants it', 'fifty-requests-one-dead-token', 'late-401', 'job-runs-twice-at-once'),
  ],
  watch: [
    CLAIM('periodic work takes a failure for a success: no back-off, the next run one period later', 'g0-outage-on-the-day-of-the-refresh'),
    CLAIM('the run of day 5 finds a token that does not expire soon, and day 10 is too late', 'g0-day-five-does-nothing'),
    CLAIM('each launch submits again and moves the date: who opens the app daily never gets a run', 'g0-opened-every-day'),
    CLAIM('the rotation that comes after the worker was stopped', 'g0-stopped-before-the-answer', 'g0-answer-lost-with-the-stop'),
    CLAIM(
      'an identifier or a background mode that the Info.plist lacks',
      'g0-identifier-missing-from-the-plist',
      'g0-background-mode-missing',
    ),
    CLAIM('the cancelled and enqueued work of each launch, where it updates', 'g0-enqueued-anew-at-each-launch'),
  ],
  breaks: {
    'background-job-outcome-honest': {
      against: 'claim',
      why:
        'the worker answers failure for a refresh that came to nothing, and periodic work does not back off on that, only on retry; and a ' +
        'stop cancels the coroutine, with it whatever the server was about to answer',
    },
    'recovers-from-lost-answer': {
      against: 'silence',
      why: 'after a stop nothing tries the spent token again until it is due, days after the server has ceased to forgive',
    },
  },
  outside: {},
};

const G1: Guide = {
  name: 'g1',
  id: 'G1',
  title: 'Session ticket of an iOS app',
  what:
    'An API client that refreshes on 401 and five minutes before the `exp` of the JWT, a queue while one refresh runs, a ladder from ' +
    'biometrics over the password to sign-out, the refresh token on a higher level of storage than the access token.',
  claims: [
    CLAIM(
      'a refresh is automatic and nobody sees it',
      'access-token-expired-overnight',
      'two-expiries-in-a-row',
      'cold-start-with-a-stale-token',
      'one-server-error',
      'outage-is-no-reason-to-ask',
    ),
    CLAIM('a 401 leads to a refresh, and the request is sent again', 'post-replayed-with-its-body', 'token-dies-in-transit'),
    CLAIM('concurrent requests wait for the refresh, none fails', 'fifty-requests-one-dead-token', 'as-many-401s-as-connections'),
    CLAIM('the token is refreshed five minutes before its end', 'burst-just-before-expiry', 'timer-and-request-collide'),
    CLAIM('no duplicate refresh', 'fifty-requests-one-dead-token', 'late-401', 'clock-ahead', 'token-shorter-than-the-buffer'),
    CLAIM('back in foreground, the token is refreshed if needed', 'back-after-eight-hours', 'refreshed-on-foreground'),
    CLAIM('the session is restored at relaunch', 'restarted-with-a-good-token', 'killed-after-first-use'),
    CLAIM('a refresh token that is over leads to a sign-in', 'thirty-days-away', 'session-revoked', 'biometrics-after-the-session-ended'),
    CLAIM('biometrics are offered when a refresh has failed', 'biometrics-then-password', 'ten-callers-one-prompt', 'every-rung-fails'),
    CLAIM(
      'no network during a refresh: queued and tried again',
      'tunnel-asks-for-no-finger',
      'network-lost-mid-refresh',
      'queued-until-the-network-is-back',
    ),
    CLAIM('one refresh for several apps or tabs', 'two-processes-one-session', 'six-tabs-thirty-second-token'),
  ],
  watch: [
    CLAIM('a tunnel shows a prompt', 'tunnel-asks-for-no-finger', 'network-lost-mid-refresh', 'offline-at-expiry'),
    CLAIM('an outage or a portal shows a prompt', 'outage-is-no-reason-to-ask', 'captive-portal', 'rate-limited-for-a-minute'),
    CLAIM('five callers, five prompts', 'ten-callers-one-prompt'),
  ],
  breaks: {
    'no-duplicate-refresh': {
      against: 'claim',
      why: "a 401 that comes late sets off one more refresh, and by a buffer longer than the token's life or a wrong clock every token is due at once",
    },
    'every-request-settles': {
      against: 'silence',
      why: 'it names no time limit for a refresh, and URLSession waits for 60 s, as long as those who called',
    },
    'no-logout-without-invalid-grant': {
      against: 'shape',
      why: '"refresh fails" makes no difference between invalid_grant and an outage or a portal: both ask for the finger, then for the password, then sign out',
    },
    'refresh-ahead-honoured': {
      against: 'claim',
      why: 'five minutes before `exp` are counted on the clock of the device, which may be hours off',
    },
    'recovers-from-lost-answer': {
      against: 'silence',
      why: 'after 60 s without an answer the server no longer repeats it, and with every pause in between it is later still',
    },
  },
  outside: {},
};

const G2: Guide = {
  name: 'g2',
  id: 'G2',
  variant: {
    name: 'g2-replay',
    title: 'With its replay alone mended',
    what:
      'Ktor runs validators outside its retry plugin, so nobody sends the failed request again, and that hides what else is wrong. Here it ' +
      'is sent again, and nothing else is changed.',
  },
  title: 'Ktor interceptors with a mutex',
  what:
    'An interceptor adds the access token from plain preferences; an authenticator refreshes under a mutex that compares the token with ' +
    'itself; a validator refreshes on 401, puts the new header on the failed request and rethrows, for a retry plugin to send it again.',
  claims: [
    BY(REDUNDANT, CLAIM('one refresh for many 401s', 'fifty-requests-one-dead-token', 'late-401', 'cold-start-with-a-stale-token')),
    BY(
      FAILED,
      CLAIM(
        'the original request is sent again',
        'access-token-expired-overnight',
        'post-replayed-with-its-body',
        'fifty-requests-one-dead-token',
      ),
    ),
    BY(
      SIGNED_OUT,
      CLAIM(
        'sign-out only when the refresh token is over',
        'session-revoked',
        'thirty-days-away',
        'server-errors-for-ten-minutes',
        'malformed-answer',
      ),
    ),
    BY(
      SIGNED_OUT,
      CLAIM('network failure during a refresh is met with back-off', 'connection-reset', 'one-server-error', 'tunnel-asks-for-no-finger'),
    ),
  ],
  watch: [
    BY(
      REDUNDANT,
      CLAIM('N concurrent 401s make N refreshes, one after another', 'fifty-requests-one-dead-token', 'cold-start-with-a-stale-token'),
    ),
    BY(FAILED, CLAIM('nothing sends the failed request again', 'access-token-expired-overnight')),
    BY(
      SIGNED_OUT,
      CLAIM('one server error or one lost connection signs out', 'one-server-error', 'connection-reset', 'outage-hits-nine-phones-at-once'),
    ),
    BY(
      SIGNED_OUT,
      CLAIM(
        'an outage of minutes, a tunnel, half an answer signs out',
        'server-errors-for-ten-minutes',
        'tunnel-asks-for-no-finger',
        'truncated-answer',
      ),
    ),
    CLAIM('the retry plugin sends a POST again', 'post-meets-a-gateway-timeout', 'post-not-sent-twice'),
    BY(
      EARLY,
      CLAIM('the header is read before the asynchronous write has ended', 'request-between-answer-and-write', 'two-expiries-in-a-row'),
    ),
    BY(EARLY, CLAIM('a process that dies before the asynchronous write has ended', 'killed-after-first-use', 'killed-again-and-again')),
  ],
  breaks: {
    'no-duplicate-refresh': {
      against: 'claim',
      why: 'under the mutex a value is compared with itself, so everybody who waited refreshes again, one after another, each with the newest token',
    },
    'no-stale-token-after-refresh': {
      against: 'shape',
      why: 'the retry plugin sends the request as the interceptor left it, with the token of the first time',
    },
    'no-logout-without-invalid-grant': {
      against: 'claim',
      why: 'any exception is a false, and a false signs out: an outage longer than the retries, a portal, half an answer',
    },
    'no-request-after-sign-out': { against: 'silence', why: 'a retry that was waiting goes on after the sign-out' },
    'no-resurrection': { against: 'silence', why: 'an answer that comes after the sign-out is written to the preferences like any other' },
    'no-cross-user': { against: 'silence', why: "Ada's answer overwrites what Bob has signed in with" },
    'no-retry-storm': { against: 'claim', why: 'refreshes whose callers have left follow each other at once, each granted, none needed' },
    'request-never-fails-when-refreshable': {
      against: 'claim',
      why: 'what the validator throws never comes to the retry plugin: the refresh was made, and the caller gets the 401',
    },
    'replay-at-most-once': { against: 'shape', why: 'three retries on server errors are three more payments' },
    'no-token-leak': { against: 'shape', why: 'plain preferences hold both tokens' },
  },
  outside: {},
};

const G3: Guide = {
  name: 'g3',
  id: 'G3',
  title: 'Four refresh triggers',
  what:
    'Before a request when less than two minutes remain; from a response header when the server adds a new token near the end of the old one; ' +
    'on a silent push; in foreground. One refresh for all of them, an offline queue, biometric re-login.',
  claims: [
    CLAIM(
      '(a) the token is refreshed before a request when less than two minutes remain',
      'burst-just-before-expiry',
      'timer-and-request-collide',
    ),
    CLAIM(
      '(b) a token that comes in a response is adopted',
      'token-offered-beside-an-answer',
      'offers-in-the-wrong-order',
      'offer-meets-a-refresh',
      'header-token-comes-too-late',
    ),
    CLAIM('(c) a silent push refreshes in the background', 'silent-push-asks-for-a-refresh', 'push-refreshes-in-background'),
    CLAIM('(d) so does a return to the foreground', 'ahead-on-foreground', 'refreshed-on-foreground', 'back-after-eight-hours'),
    CLAIM(
      'all of them together are one refresh',
      'all-four-at-once',
      'push-after-push',
      'fifty-requests-one-dead-token',
      'timer-and-request-collide',
    ),
    CLAIM('requests wait for the network and go on after it', 'queued-until-the-network-is-back', 'tunnel-asks-for-no-finger'),
    CLAIM('a sign-out revokes', 'sign-out-revokes-the-refresh-token'),
    CLAIM('biometric re-login when the refresh token is over', 'biometrics-after-the-session-ended', 'fingerprint-cancelled'),
  ],
  watch: [
    CLAIM('(b) renews only while requests flow', 'hidden-for-eight-hours', 'back-after-eight-hours'),
    CLAIM('two requests in the window get two tokens, and one overwrites the other', 'offers-in-the-wrong-order'),
    CLAIM('a late response overwrites a newer token', 'header-token-comes-too-late', 'offer-meets-a-refresh'),
    CLAIM('a push and a return to the foreground meet', 'all-four-at-once'),
    CLAIM('a push that comes late or twice refreshes again', 'push-after-push'),
  ],
  breaks: {
    'no-stale-token-after-refresh': {
      against: 'claim',
      why: 'the app adopts what a response brings, also a token that has been replaced since the response was on its way',
    },
  },
  outside: {
    'token-shorter-than-the-buffer': SHORT_TOKENS,
    'minute-token-on-a-fast-clock': SHORT_TOKENS,
    'killed-again-and-again': SHORT_TOKENS,
  },
};

const G4: Guide = {
  name: 'g4',
  id: 'G4',
  title: 'Session states',
  what:
    'Loading, Active, Locked and Expired as one observable; an inactivity timer that pauses in background, a background time-out measured ' +
    'from when the app left; a 401 of the refresh is the end of the session; the store is read before anything is shown.',
  claims: [
    CLAIM(
      'the app locks after minutes without a touch',
      'locked-after-five-quiet-minutes',
      'touched-every-four-minutes',
      'preset-fintech',
      'preset-corporate',
    ),
    CLAIM('the inactivity timer pauses in background and goes on in foreground', 'idle-time-stands-still-in-background'),
    CLAIM(
      'back after too long in background, the app locks before anything is shown',
      'back-after-the-threshold',
      'clock-moved-in-background',
    ),
    CLAIM('the store is read before anything is shown', 'cold-start-with-a-stale-token', 'store-locked-at-launch', 'launched-locked'),
    CLAIM('a password change ends the session of the others', 'password-changed', 'password-changed-everywhere'),
    CLAIM('a new sign-in ends the old session, and its app is told', 'one-session-per-user', 'one-session-with-a-reason'),
    CLAIM(
      'a 401 of the refresh is the end of the session, not a network error',
      'session-revoked',
      'revoked-while-the-app-was-closed',
      'refresh-refused-without-a-body',
    ),
    CLAIM('a 401 of the API alone is not', 'access-token-expired-overnight', 'forbidden-is-not-expired', 'resource-refuses-everybody'),
  ],
  watch: [
    CLAIM('the wall clock: somebody sets it, and the app never locks, or locks at once', 'clock-moved-in-background'),
    CLAIM('a timer that goes on in background', 'idle-time-stands-still-in-background'),
    CLAIM('a timer that a suspended process never fires', 'back-after-the-threshold'),
    CLAIM('an ending taken for a network error', 'session-revoked', 'revoked-while-the-app-was-closed', 'absolute-lifetime-reached'),
    CLAIM('content while Loading, or at a launch that should be locked', 'store-locked-at-launch', 'launched-locked'),
    CLAIM('a lock that keeps the background from refreshing', 'background-refresh-while-locked'),
  ],
  breaks: {
    'no-logout-without-invalid-grant': {
      against: 'shape',
      why: 'a 401 of the refresh ends the session whatever it says, also that of a gateway',
    },
    'locked-precedes-content': {
      against: 'claim',
      why: 'when the app left is a date, and a date can be set; and an app that was swiped away never left: it starts open',
    },
  },
  outside: {},
};

export const GUIDES: readonly Guide[] = [G0, G1, G2, G3, G4];
