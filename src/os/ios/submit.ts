// What `submit` answers: one ordered table, first the checks inside the app's process, then those of the daemon (facts R8 to R13).
import { BGTaskSchedulerErrorCode, DAEMON_CODES, type BGTaskSchedulerErrorName, type DaemonCode } from './codes.ts';
import type { BackgroundMode, SubmitWhy, TaskRequestKind } from './words.ts';

/** All that the answer depends on. */
export interface SubmitFacts {
  readonly kind: TaskRequestKind;
  readonly strategy: 'fail' | 'queue';
  /** From an app extension, which cannot register and is not asked whether it has. */
  readonly extension: boolean;
  /** False: a keyboard without open access, or a kind of extension that may not schedule. */
  readonly mayReachScheduler: boolean;
  readonly simulator: boolean;
  /** This process has a launch handler for the identifier. */
  readonly registered: boolean;
  /** The identifier is in the Info.plist (and not too long). */
  readonly permitted: boolean;
  readonly resources: 'supported' | 'unsupported';
  /** Background App Refresh, of the phone and of the app. */
  readonly backgroundAllowed: boolean;
  /** The system knows the app as installed. */
  readonly recordValid: boolean;
  readonly modes: readonly BackgroundMode[];
  /** Pending requests of its group, without one of the same identifier: replace first, then count. */
  readonly pending: number;
  readonly limit: number;
  /** Of a continued-processing task: whether it could begin at once. */
  readonly canRunNow: boolean;
  readonly unsupportedResources: 'unavailable' | 'notPermitted';
}

export type SubmitAnswer =
  | { readonly answer: 'accepted' }
  | { readonly answer: 'false'; readonly why: SubmitWhy }
  | { readonly answer: 'exception'; readonly why: 'no launch handler' }
  | {
      readonly answer: 'error';
      readonly why: SubmitWhy;
      readonly code: number;
      readonly name: BGTaskSchedulerErrorName;
      readonly replaced: boolean;
    };

/** The mode a kind needs in UIBackgroundModes; a continued-processing task needs none. */
export const MODE_OF: Partial<Record<TaskRequestKind, BackgroundMode>> = {
  BGAppRefreshTaskRequest: 'fetch',
  BGProcessingTaskRequest: 'processing',
  BGHealthResearchTaskRequest: 'processing',
};

interface Check {
  readonly why: SubmitWhy;
  refuses(facts: SubmitFacts): boolean;
  answer(facts: SubmitFacts): SubmitAnswer;
}

const error = (why: SubmitWhy, name: BGTaskSchedulerErrorName, replaced = false): SubmitAnswer => ({
  answer: 'error',
  why,
  code: BGTaskSchedulerErrorCode[name],
  name,
  replaced,
});
const daemon =
  (why: SubmitWhy, code: DaemonCode, replaced = false) =>
  (): SubmitAnswer =>
    error(why, DAEMON_CODES[code], replaced);

/** In order: the first check that refuses decides. */
export const SUBMIT_CHECKS: readonly Check[] = [
  {
    why: 'abstract request class',
    refuses: ({ kind }) => kind === 'BGTaskRequest',
    answer: () => ({ answer: 'false', why: 'abstract request class' }),
  },
  {
    why: 'no launch handler',
    refuses: ({ extension, registered, permitted }) => !extension && !registered && permitted,
    answer: () => ({ answer: 'exception', why: 'no launch handler' }),
  },
  {
    why: 'Unrecognized Identifier',
    refuses: ({ extension, registered }) => !extension && !registered,
    answer: () => error('Unrecognized Identifier', 'BGTaskSchedulerErrorCodeNotPermitted'),
  },
  {
    why: 'unsupported resources',
    refuses: ({ kind, resources }) => kind === 'BGContinuedProcessingTaskRequest' && resources === 'unsupported',
    answer: ({ unsupportedResources }) =>
      error(
        'unsupported resources',
        unsupportedResources === 'unavailable' ? 'BGTaskSchedulerErrorCodeUnavailable' : 'BGTaskSchedulerErrorCodeNotPermitted',
      ),
  },
  {
    why: 'no scheduler on a simulator',
    refuses: ({ simulator }) => simulator,
    answer: () => error('no scheduler on a simulator', 'BGTaskSchedulerErrorCodeUnavailable'),
  },
  {
    why: 'extension may not schedule',
    refuses: ({ mayReachScheduler }) => !mayReachScheduler,
    answer: () => error('extension may not schedule', 'BGTaskSchedulerErrorCodeUnavailable'),
  },
  { why: 'backgroundRefreshStatus', refuses: ({ backgroundAllowed }) => !backgroundAllowed, answer: daemon('backgroundRefreshStatus', 0) },
  { why: 'app record', refuses: ({ recordValid }) => !recordValid, answer: daemon('app record', 2) },
  { why: 'UIBackgroundModes', refuses: ({ kind, modes }) => lacksMode(kind, modes), answer: daemon('UIBackgroundModes', 2) },
  {
    why: 'BGTaskSchedulerPermittedIdentifiers',
    refuses: ({ permitted }) => !permitted,
    answer: daemon('BGTaskSchedulerPermittedIdentifiers', 2),
  },
  { why: 'limit', refuses: ({ pending, limit }) => pending + 1 > limit, answer: daemon('limit', 4, true) },
  {
    why: 'cannot run now',
    refuses: ({ kind, strategy, canRunNow }) => kind === 'BGContinuedProcessingTaskRequest' && strategy === 'fail' && !canRunNow,
    answer: () => error('cannot run now', 'BGTaskSchedulerErrorCodeImmediateRunIneligible', true),
  },
];

export function judgeSubmit(facts: SubmitFacts): SubmitAnswer {
  return SUBMIT_CHECKS.find((check) => check.refuses(facts))?.answer(facts) ?? { answer: 'accepted' };
}

function lacksMode(kind: TaskRequestKind, modes: readonly BackgroundMode[]): boolean {
  const mode = MODE_OF[kind];
  return mode !== undefined && !modes.includes(mode);
}
