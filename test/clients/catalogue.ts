// What each broken client is for: the invariant meant to catch it, and the scenarios that must show it. Data only.

export interface BrokenClient {
  /** File under broken/, without `.ts`. */
  readonly name: string;
  /** The invariant meant for its bug, or {@link EXPECTATIONS}: what scenarios say must come of it, where no rule holds in every history. */
  readonly invariant: string;
  /** Scenarios made for it, or that show it best: each of them must find it by that. */
  readonly scenarios: readonly string[];
}

/** In place of an invariant. */
export const EXPECTATIONS = 'expectations';

/** One row for each row of the detection matrix that the invariants of this version judge. */
export const BROKEN: readonly BrokenClient[] = [
  broken('no-single-flight', 'no-duplicate-refresh', 'fifty-requests-one-dead-token', 'cold-start-with-a-stale-token'),
  broken('self-compare-mutex', 'no-duplicate-refresh', 'late-401', 'fifty-requests-one-dead-token'),
  broken('late-401-refreshes-again', 'no-duplicate-refresh', 'late-401', 'late-401-after-two-refreshes'),
  broken('logout-on-5xx', 'no-logout-without-invalid-grant', 'one-server-error', 'gateway-error-after-the-commit'),
  broken('logout-on-network-error', 'no-logout-without-invalid-grant', 'connection-reset', 'network-lost-mid-refresh'),
  broken('endless-401-loop', 'replay-at-most-once', 'resource-refuses-everybody'),
  broken('token-used-before-persisting', 'no-lost-rotation', 'killed-after-first-use', 'two-expiries-in-a-row'),
  broken('drops-refresh-token-when-omitted', 'no-lost-rotation', 'refresh-token-left-out', 'refresh-token-null'),
  broken('resurrects-after-sign-out', 'no-resurrection', 'signed-out-mid-refresh'),
  broken('ignores-clock-skew', 'no-duplicate-refresh', 'clock-ahead', 'clock-set-forward-mid-session'),
  broken('timer-overflow-loop', 'no-retry-storm', 'thirty-day-access-token'),
  broken('per-process-single-flight', 'no-duplicate-refresh', 'two-processes-one-session', 'two-processes-at-cold-start'),
  broken('captive-portal-taken-as-success', 'only-grants-adopted', 'captive-portal', 'malformed-answer'),
  broken('captive-portal-taken-as-invalid-grant', 'no-logout-without-invalid-grant', 'forbidden-page-from-a-proxy'),
  broken('user-switch-overwrites', 'no-cross-user', 'user-switched-mid-refresh', 'user-switched-with-both-expired'),
  broken('abort-cancels-shared-refresh', 'abort-isolation', 'first-caller-aborts', 'every-caller-aborts'),
  broken('waiters-rejected', 'request-never-fails-when-refreshable', 'fifty-requests-one-dead-token', 'cold-start-with-a-stale-token'),
  broken('replays-twice', 'replay-at-most-once', 'resource-refuses-everybody'),
  broken('no-back-off', 'no-retry-storm', 'server-errors-for-ten-minutes'),
  broken('ignores-retry-after', 'no-retry-storm', 'busy-server-names-a-time', 'rate-limited-for-a-minute'),
  broken('never-refreshes-ahead', 'refresh-ahead-honoured', 'burst-just-before-expiry', 'token-shorter-than-the-buffer'),
  broken('token-in-log', 'no-token-leak', 'two-expiries-in-a-row', 'access-token-expired-overnight'),
  broken('refreshes-after-invalid-grant', 'logout-after-invalid-grant', 'session-revoked', 'password-changed'),
  broken('queued-requests-use-old-token', 'no-stale-token-after-refresh', 'fifty-requests-one-dead-token'),
  broken('refreshes-while-offline', 'no-refresh-while-offline', 'offline-at-expiry', 'launched-offline-with-a-stale-token'),
  broken('some-requests-never-settle', 'every-request-settles', 'fifty-requests-one-dead-token'),
  broken('locked-store-read-as-signed-out', 'unreadable-is-not-absent', 'store-locked-at-launch'),
  broken('refreshes-on-every-start', 'no-needless-refresh-at-start', 'restarted-with-a-good-token', 'slow-store-at-cold-start'),
  broken('ahead-buffer-larger-than-lifetime', 'no-duplicate-refresh', 'token-shorter-than-the-buffer'),
  broken('replays-post-with-empty-body', 'replay-at-most-once', 'post-replayed-with-its-body'),
  broken('discards-rotation-after-commit', 'no-lost-rotation', 'clock-behind', 'clock-set-back-mid-refresh'),
  broken('refresh-has-no-timeout', 'bounded-hold', 'token-endpoint-hangs', 'silently-lost-response'),
  broken('never-adopts-rotation', 'no-lost-rotation', 'two-expiries-in-a-row'),
  broken('flight-shared-between-users', 'no-cross-user', 'user-switched-with-both-expired'),
  broken('token-follows-redirect', 'no-token-leak', 'redirect-to-another-port'),
  broken('pause-outlasts-outage', 'request-never-fails-when-refreshable', 'server-errors-for-ten-minutes'),
  broken('optional-field-required', 'request-never-fails-when-refreshable', 'refresh-token-left-out'),
  broken('pauses-before-first-retry', 'recovers-from-lost-answer', 'lost-response-same-successor', 'lost-response-new-sibling'),
  broken('zero-lifetime-means-expired', 'refresh-rate-bounded', 'expires-in-of-zero'),
  broken('clears-without-looking', 'fenced-writes', 'late-clearing-meets-a-new-session'),
  broken('drops-rotation-when-write-fails', 'no-lost-rotation', 'store-write-fails-once', 'store-locks-before-the-answer'),
  broken('prompt-for-every-caller', 'one-prompt-at-a-time', 'ten-callers-one-prompt', 'biometrics-after-the-session-ended'),
  broken('prompts-in-background', 'one-prompt-at-a-time', 'session-ends-in-background'),
  broken('password-before-biometrics', 'one-prompt-at-a-time', 'every-rung-fails', 'unlock-fails'),
  broken('carries-out-twice-after-a-prompt', 'replay-at-most-once', 'payment-under-a-prompt'),
  broken('content-before-the-lock', 'locked-precedes-content', 'back-after-the-threshold', 'preset-fintech'),
  broken('background-time-by-wall-clock', 'locked-precedes-content', 'clock-moved-in-background'),
  broken('idle-timer-runs-in-background', 'locked-precedes-content', 'idle-time-stands-still-in-background'),
  broken('opens-unlocked-at-launch', 'locked-precedes-content', 'launched-locked'),
  broken('requests-count-as-touches', 'locked-precedes-content', 'polling-is-no-touch'),
  broken('replays-drained-stream', 'replay-at-most-once', 'upload-stream-is-not-sent-twice'),
  broken('sends-again-after-a-lost-answer', 'replay-at-most-once', 'post-not-sent-twice', 'post-meets-a-gateway-timeout'),
  broken('older-offer-overwrites', 'no-stale-token-after-refresh', 'all-four-at-once'),
  broken('push-refreshes-beside-the-flight', 'no-duplicate-refresh', 'push-refreshes-in-background', 'push-after-push'),
  broken('refreshes-on-every-return', 'no-duplicate-refresh', 'back-after-the-threshold', 'preset-corporate'),
  broken('forbidden-taken-as-expired', 'no-duplicate-refresh', 'forbidden-is-not-expired'),
  broken('stream-opened-with-its-first-token', 'no-stale-token-after-refresh', 'cut-after-expiry', 'open-over-two-refreshes'),
  broken('stream-never-told', 'stream-follows-token', 'cut-after-expiry', 'half-open'),
  broken('stream-forgotten-at-its-end', 'stream-follows-token', 'cut-after-expiry', 'idle-page-with-a-feed'),
  broken('stream-outlives-sign-out', 'stream-follows-token', 'user-switched-under-an-open-stream'),
  broken('loser-deletes-the-winners-pair', 'fenced-writes', 'loser-deletes-the-winners-pair'),
  broken('pauses-inside-the-lock', 'bounded-hold', 'one-server-error', 'four-commands-inside-the-limit'),
  broken('waits-for-the-lock-for-ever', 'bounded-hold', 'frozen-holder', 'lock-that-nobody-gets'),
  broken('old-answer-over-a-newer-pair', 'no-stale-token-after-refresh', 'frozen-holder', 'notification-extension-rotates-meanwhile'),
  broken(
    'never-reads-the-store-again',
    'no-refresh-token-reuse',
    'sibling-rotated-while-asleep',
    'idle-for-three-days',
    'worker-in-a-fresh-process',
  ),
  broken('refresh-token-in-the-plain-tier', 'no-token-leak', 'two-expiries-in-a-row'),
  broken('bearer-undefined', 'only-grants-adopted', 'never-signed-in', 'push-to-who-has-signed-out'),
  broken('retry-survives-sign-out', 'no-request-after-sign-out', 'sign-out-during-the-pause', 'signed-out-with-waiters'),
  broken('sign-out-waits-for-the-server', 'no-request-after-sign-out', 'sign-out-while-revocation-hangs', 'sign-out-offline'),
  broken('no-jitter', 'no-retry-storm', 'outage-hits-nine-phones-at-once'),
  broken('crashes-on-a-corrupt-entry', EXPECTATIONS, 'one-flipped-byte', 'torn-write', 'corrupted-behind-the-app'),
  broken('lifetime-in-the-wrong-unit', 'no-duplicate-refresh', 'seconds-taken-for-milliseconds', 'two-expiries-in-a-row'),
  broken('zero-refresh-life-means-over', 'no-logout-without-invalid-grant', 'refresh-expires-in-zero'),
  broken('signed-out-until-read', 'unreadable-is-not-absent', 'slow-store-at-cold-start'),
  broken('cache-outlives-its-user', 'no-cross-user', 'account-switched-with-a-good-token'),
  broken('refreshes-where-the-401-says', 'no-token-leak', 'metadata-of-a-stranger'),
];

function broken(name: string, invariant: string, ...scenarios: readonly string[]): BrokenClient {
  return { name, invariant, scenarios };
}
