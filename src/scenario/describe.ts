// The words for a step: one function per verb in one table, so that the lanes, JUnit, GitHub and the terminal all say
// the same. A step carries its words as `text`; nothing else writes sentences about steps.
import { formatDuration, type DurationRange } from '../core/duration.ts';
import type { CountBound, Expectations, StreamExpectation } from '../sim/expectation-plan.ts';
import type { ClientOptions } from '../sim/phone-plan.ts';
import type { RequestOutcome, Step, StoreChange, Verb } from '../sim/plan.ts';

type Untold<S> = S extends Step ? Omit<S, 'text'> : never;
/** A step before it has its words. */
export type UntoldStep = Untold<Step>;
type Words = { readonly [V in Verb]: (step: Omit<Extract<Step, { verb: V }>, 'text'>) => string };

/** `3 x GET /feed on phone/app`. */
export function describe(step: UntoldStep): string {
  const words = WORDS[step.verb] as (step: UntoldStep) => string;
  const text = words(step);
  return step.after > 0 ? `after ${formatDuration(step.after)}: ${text}` : text;
}

const WORDS: Words = {
  request: (step) => {
    const many = step.count === 1 ? '' : `${step.count} x `;
    const every = step.every > 0 ? ` every ${formatDuration(step.every)}` : '';
    const abort = step.abortAfter === undefined ? '' : `, aborted after ${formatDuration(step.abortAfter)}`;
    return `${many}${step.method} ${step.path}${every} on ${list(step.on)}${step.as === undefined ? '' : ` as ${step.as}`}${abort}${unawaited(step)}`;
  },
  stream: (step) =>
    'close' in step.change
      ? `close stream ${step.change.close}`
      : `listen to ${step.change.open} on ${list(step.on)}${step.as === undefined ? '' : ` as ${step.as}`}${unawaited(step)}`,
  parallel: (step) => `at once: ${step.steps.map((inner) => inner.text).join('; ')}`,
  repeat: (step) => `${step.times} times: ${step.steps.map((inner) => inner.text).join('; ')}`,
  advance: (step) => {
    switch (step.to) {
      case 'by':
        return `${formatDuration(step.by)} pass`;
      case 'idle':
        return `time passes until nothing is pending (at most ${formatDuration(step.by)})`;
      case 'event':
        return `time passes until ${step.until?.event ?? 'something'}${step.until?.actor === undefined ? '' : ` of ${step.until.actor}`} (at most ${formatDuration(step.by)})`;
      case 'past-expiry':
        return `time passes to ${formatDuration(step.by)} past the expiry of the access token of ${list(step.on)}`;
      case 'before-expiry':
        return `time passes to ${formatDuration(step.by)} before the expiry of the access token of ${list(step.on)}`;
    }
  },
  network: (step) =>
    'state' in step.change
      ? `network ${step.change.state} on ${list(step.on)}`
      : `network latency ${range(step.change.latency)} on ${list(step.on)}`,
  fault: (step) => step.fault.text,
  heal: () => 'every fault ends',
  revoke: (step) => `server revokes ${REVOKED[step.what]} of ${list(step.on)} (${step.reason})`,
  app: (step) => `${step.action} ${list(step.on)}`,
  sleep: (step) =>
    `${list(step.on)} sleeps for ${formatDuration(step.for)}${step.monotonic === 'stops' ? ', its monotonic clock stops' : ''}`,
  clock: (step) => `wall clock of ${list(step.on)} jumps ${step.jump < 0 ? '' : '+'}${formatDuration(step.jump)}`,
  store: (step) => storeWords(step.change, list(step.on)),
  signIn: (step) => `${step.user} signs in on ${list(step.on)}${unawaited(step)}`,
  signOut: (step) => `sign out on ${list(step.on)}${unawaited(step)}`,
  prompt: (step) => `prompts of ${list(step.on)} answer ${answers(step)}`,
  interact: (step) => `user touches the app on ${list(step.on)}`,
  push: (step) => `silent push to ${list(step.on)}${step.refresh ? ', asking for a refresh' : ''}`,
  job: (step) =>
    `job ${step.id} runs on ${list(step.on)}${step.expireAfter === undefined ? '' : `, its time is over after ${formatDuration(step.expireAfter)}`}${unawaited(step)}`,
  phone: ({ change, on }) => `${change.word}${change.value === undefined ? '' : ` ${change.value}`} on ${list(on)}${lent(change.client)}`,
  server: (step) => `server policy changes: ${leaves(step.change).join(', ')}`,
  expect: (step) => `expect ${expected(step.expect)}`,
};

const REVOKED = {
  'access-token': 'the access token',
  'refresh-token': 'the refresh token',
  family: 'the token family',
  'all-sessions': 'all sessions of the user',
} as const;

function storeWords(change: StoreChange, device: string): string {
  const tiers = 'tiers' in change ? `${change.tiers.join(' and ')} store of ${device}` : '';
  switch (change.kind) {
    case 'lock':
    case 'unlock':
      return `${change.kind} the store of ${device}`;
    case 'fail':
      return `next ${change.times} ${change.what} ${change.what === 'reads' ? 'from' : 'to'} the store of ${device} fail (${change.code})`;
    case 'delay':
      return `store of ${device} takes ${formatDuration(change.ms)} per operation`;
    case 'quota':
      return `store of ${device} holds ${change.size === Number.POSITIVE_INFINITY ? 'anything' : `${change.size} characters`}`;
    case 'writes':
      return `writes to the store of ${device} are ${change.mode}`;
    case 'clear':
    case 'corrupt':
      return `${change.kind} the ${tiers}`;
    case 'truncate':
      return `truncate the ${tiers} to ${change.keep} characters`;
    case 'overwrite':
      return `overwrite the ${tiers}`;
    case 'save':
      return `save the store of ${device} as ${change.name}`;
    case 'restore':
      return `restore the ${tiers} from ${change.name}`;
  }
}

function answers({ biometric, password, takes }: { biometric?: readonly string[]; password?: readonly string[]; takes?: number }): string {
  return [
    ...(biometric === undefined ? [] : [`biometric ${biometric.join(' then ')}`]),
    ...(password === undefined ? [] : [`password ${password.join(' then ')}`]),
    ...(takes === undefined ? [] : [`after ${formatDuration(takes)}`]),
  ].join(', ');
}

/** `, now with refreshEvery 6h`. */
function lent(options: ClientOptions | undefined): string {
  return options === undefined ? '' : `, now with ${leaves(options).join(', ')}`;
}

const list = (names: readonly string[]): string => names.join(', ');
const unawaited = (step: { wait: boolean }): string => (step.wait ? '' : ' (not awaited)');
const range = ({ min, max }: DurationRange): string =>
  min === max ? formatDuration(min) : `${formatDuration(min)}..${formatDuration(max)}`;

/** `accessToken.lifetime 300000`: the members of a policy patch, flat. */
function leaves(patch: object, prefix = ''): string[] {
  return Object.entries(patch).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? leaves(value, `${prefix}${key}.`) : [`${prefix}${key} ${String(value)}`],
  );
}

/** `refreshes 1, late 200, phone active`. */
function expected(expect: Expectations): string {
  const counts = [
    ['refreshes', expect.refreshes],
    ['prompts', expect.prompts],
    ['logins lost', expect.lost],
  ] as const;
  return [
    ...counts.flatMap(([name, bound]) => (bound === undefined ? [] : [`${name} ${bounds(bound)}`])),
    ...Object.entries(expect.jobs ?? {}).map(([name, wanted]) => `jobs ${name} ${'min' in wanted ? bounds(wanted) : wanted.join(' and ')}`),
    ...Object.entries(expect.sessions ?? {}).map(
      ([name, { state, reason }]) => `${name} ${state}${reason === undefined ? '' : ` (${reason.join(' or ')})`}`,
    ),
    ...Object.entries(expect.streams ?? {}).map(([name, stream]) => `${name} ${streamWords(stream)}`),
    ...Object.entries(expect.requests ?? {}).map(([name, outcomes]) => `${name} ${anyOf(outcomes)}`),
  ].join(', ');
}

function streamWords({ open, messages, gaps }: StreamExpectation): string {
  return [
    ...(open === undefined ? [] : [open ? 'open' : 'closed']),
    ...(messages === undefined ? [] : [`with ${bounds(messages)} messages`]),
    ...(gaps === undefined ? [] : [`with ${bounds(gaps)} gaps`]),
  ].join(' ');
}

/** `1`, `<=2`, `>=1`, `1..3`. */
export function bounds({ min, max }: CountBound): string {
  if (min === max) return String(min);
  if (min === 0) return `<=${max}`;
  return max === Number.MAX_SAFE_INTEGER ? `>=${min}` : `${min}..${max}`;
}

/** `ok or 401`. */
export function anyOf(outcomes: readonly RequestOutcome[]): string {
  return outcomes.map(String).join(' or ');
}
