// What each broken client is for: the invariant meant to catch it, and the scenarios that must show it. Data only.

export interface BrokenClient {
  /** File under broken/, without `.ts`. */
  readonly name: string;
  /** The invariant meant for its bug. */
  readonly invariant: string;
  /** Scenarios made for it, or that show it best: that invariant must find it in each of them. */
  readonly scenarios: readonly string[];
}

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
  broken('refreshes-on-every-start', 'no-needless-refresh-at-start', 'restarted-with-a-good-token', 'crash-loop-at-start'),
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
];

function broken(name: string, invariant: string, ...scenarios: readonly string[]): BrokenClient {
  return { name, invariant, scenarios };
}
