// What each broken client is for: the invariant meant to catch it, and the scenarios that must show it. Data only.

export interface BrokenClient {
  /** File under broken/, without `.ts`. */
  readonly name: string;
  /** The invariant meant for its bug: it must be the first cause in every scenario named here. */
  readonly invariant: string;
  /** Scenarios in which that invariant must find it. */
  readonly scenarios: readonly string[];
}

/** One row for each row of the detection matrix that the invariants of this version judge. */
export const BROKEN: readonly BrokenClient[] = [
  broken('no-single-flight', 'no-duplicate-refresh'),
  broken('self-compare-mutex', 'no-duplicate-refresh'),
  broken('late-401-refreshes-again', 'no-duplicate-refresh'),
  broken('logout-on-5xx', 'no-logout-without-invalid-grant'),
  broken('logout-on-network-error', 'no-logout-without-invalid-grant'),
  broken('endless-401-loop', 'replay-at-most-once'),
  broken('token-used-before-persisting', 'no-lost-rotation'),
  broken('drops-refresh-token-when-omitted', 'no-lost-rotation'),
  broken('resurrects-after-sign-out', 'no-resurrection'),
  broken('ignores-clock-skew', 'no-duplicate-refresh'),
  broken('timer-overflow-loop', 'no-retry-storm'),
  broken('per-process-single-flight', 'no-duplicate-refresh'),
  broken('captive-portal-taken-as-success', 'only-grants-adopted'),
  broken('captive-portal-taken-as-invalid-grant', 'no-logout-without-invalid-grant'),
  broken('user-switch-overwrites', 'no-cross-user'),
  broken('abort-cancels-shared-refresh', 'abort-isolation'),
  broken('waiters-rejected', 'request-never-fails-when-refreshable'),
  broken('replays-twice', 'replay-at-most-once'),
  broken('no-back-off', 'no-retry-storm'),
  broken('ignores-retry-after', 'no-retry-storm'),
  broken('never-refreshes-ahead', 'refresh-ahead-honoured'),
  broken('token-in-log', 'no-token-leak'),
  broken('refreshes-after-invalid-grant', 'logout-after-invalid-grant'),
  broken('queued-requests-use-old-token', 'no-stale-token-after-refresh'),
  broken('refreshes-while-offline', 'no-refresh-while-offline'),
  broken('some-requests-never-settle', 'every-request-settles'),
  broken('locked-store-read-as-signed-out', 'no-logout-without-invalid-grant'),
  broken('refreshes-on-every-start', 'no-needless-refresh-at-start'),
  broken('ahead-buffer-larger-than-lifetime', 'no-duplicate-refresh'),
  broken('replays-post-with-empty-body', 'replay-at-most-once'),
  broken('discards-rotation-after-commit', 'no-lost-rotation'),
  broken('refresh-has-no-timeout', 'every-request-settles'),
  broken('never-adopts-rotation', 'no-lost-rotation'),
  broken('flight-shared-between-users', 'no-cross-user'),
  broken('token-follows-redirect', 'no-token-leak'),
  broken('pause-outlasts-outage', 'request-never-fails-when-refreshable'),
  broken('optional-field-required', 'request-never-fails-when-refreshable'),
  broken('drops-rotation-when-write-fails', 'no-lost-rotation'),
];

function broken(name: string, invariant: string, ...scenarios: readonly string[]): BrokenClient {
  return { name, invariant, scenarios };
}
