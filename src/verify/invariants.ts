// The one table of invariants. Order matters where two break at one event: the earlier entry is then taken for the cause.
import { abortIsolation } from './invariants/abort-isolation.ts';
import { backgroundJobOutcomeHonest } from './invariants/background-job-outcome-honest.ts';
import { boundedHold } from './invariants/bounded-hold.ts';
import { everyRequestSettles } from './invariants/every-request-settles.ts';
import { fencedWrites } from './invariants/fenced-writes.ts';
import { lockedPrecedesContent } from './invariants/locked-precedes-content.ts';
import { logoutAfterInvalidGrant } from './invariants/logout-after-invalid-grant.ts';
import { noCrossUser } from './invariants/no-cross-user.ts';
import { noDuplicateRefresh } from './invariants/no-duplicate-refresh.ts';
import { noLogoutWithoutInvalidGrant } from './invariants/no-logout-without-invalid-grant.ts';
import { noLostRotation } from './invariants/no-lost-rotation.ts';
import { noNeedlessRefreshAtStart } from './invariants/no-needless-refresh-at-start.ts';
import { noRefreshTokenReuse } from './invariants/no-refresh-token-reuse.ts';
import { noRefreshWhileOffline } from './invariants/no-refresh-while-offline.ts';
import { noRequestAfterSignOut } from './invariants/no-request-after-sign-out.ts';
import { noResurrection } from './invariants/no-resurrection.ts';
import { noRetryStorm } from './invariants/no-retry-storm.ts';
import { noStaleTokenAfterRefresh } from './invariants/no-stale-token-after-refresh.ts';
import { noTokenLeak } from './invariants/no-token-leak.ts';
import { onePromptAtATime } from './invariants/one-prompt-at-a-time.ts';
import { onlyGrantsAdopted } from './invariants/only-grants-adopted.ts';
import { recoversFromLostAnswer } from './invariants/recovers-from-lost-answer.ts';
import { refreshAheadHonoured } from './invariants/refresh-ahead-honoured.ts';
import { refreshRateBounded } from './invariants/refresh-rate-bounded.ts';
import { replayAtMostOnce } from './invariants/replay-at-most-once.ts';
import { requestNeverFailsWhenRefreshable } from './invariants/request-never-fails-when-refreshable.ts';
import { streamFollowsToken } from './invariants/stream-follows-token.ts';
import { unreadableIsNotAbsent } from './invariants/unreadable-is-not-absent.ts';
import type { Invariant } from './result.ts';

/** Every invariant, in the order of its number. */
export const INVARIANTS: readonly Invariant[] = [
  noDuplicateRefresh,
  noRefreshTokenReuse,
  noLostRotation,
  noStaleTokenAfterRefresh,
  everyRequestSettles,
  noLogoutWithoutInvalidGrant,
  logoutAfterInvalidGrant,
  noRequestAfterSignOut,
  noResurrection,
  noCrossUser,
  noRetryStorm,
  noRefreshWhileOffline,
  refreshAheadHonoured,
  requestNeverFailsWhenRefreshable,
  replayAtMostOnce,
  noTokenLeak,
  onePromptAtATime,
  lockedPrecedesContent,
  abortIsolation,
  backgroundJobOutcomeHonest,
  onlyGrantsAdopted,
  noNeedlessRefreshAtStart,
  recoversFromLostAnswer,
  refreshRateBounded,
  unreadableIsNotAbsent,
  fencedWrites,
  boundedHold,
  streamFollowsToken,
];

/**
 * Which invariant is the cause when several break at one event, most causal first. What could not be read precedes the session that ends
 * for it; a refusal that is ignored precedes the storm it makes; a loop precedes the needless refreshes it is made of; a rotation that was
 * never kept, or taken away by a sibling, precedes the reuse; a user switch precedes what leaks through it; a session that ends wrongly
 * precedes the prompts for it; the failed request comes last of all.
 */
export const CAUSE_ORDER: readonly Invariant[] = [
  noTokenLeak,
  lockedPrecedesContent,
  abortIsolation,
  onlyGrantsAdopted,
  noCrossUser,
  noResurrection,
  noRequestAfterSignOut,
  unreadableIsNotAbsent,
  logoutAfterInvalidGrant,
  noRefreshWhileOffline,
  noRetryStorm,
  noNeedlessRefreshAtStart,
  noDuplicateRefresh,
  refreshRateBounded,
  fencedWrites,
  noLostRotation,
  noRefreshTokenReuse,
  recoversFromLostAnswer,
  replayAtMostOnce,
  refreshAheadHonoured,
  backgroundJobOutcomeHonest,
  noStaleTokenAfterRefresh,
  streamFollowsToken,
  noLogoutWithoutInvalidGrant,
  onePromptAtATime,
  boundedHold,
  everyRequestSettles,
  requestNeverFailsWhenRefreshable,
];
