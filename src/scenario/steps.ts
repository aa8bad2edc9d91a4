// Step inputs -> the plan's steps: one builder per verb in one table, names resolved, durations in ms, defaults filled in.
// It runs on checked data only, so it decides nothing and reports nothing.
import { parseDurationRange, type DurationRange } from '../core/duration.ts';
import type { Expectations, JobsExpectation, SessionExpectation, StreamExpectation } from '../sim/expectation-plan.ts';
import type { DevicePlan, RequestOutcome, Step, Verb } from '../sim/plan.ts';
import { defined } from '../core/defined.ts';
import { describe, type UntoldStep } from './describe.ts';
import { faultSpec } from '../core/fault-spec.ts';
import { phoneChange } from './phone-schema.ts';
import { policyPatch } from './server-schema.ts';
import { storeChange } from './store-schema.ts';
import type { Path, Source } from './source.ts';
import type { ExpectationsInput, StepInput } from './step-schema.ts';
import { ms, parseCount } from './values.ts';
import { VERBS, expandPlace, isVerb } from './words.ts';

/** How far past or before an expiry `advance` goes when nothing is said. */
const MARGIN = 1_000;
/** How long `advance: to-idle` waits at most. */
const IDLE = 600_000;

export interface Workshop {
  source: Source;
  devices: readonly DevicePlan[];
  requestDeadline: number;
  /** The index of the next step. */
  next: number;
}

/** The steps of a list, in reading order. */
export function buildSteps(inputs: readonly StepInput[], path: Path, shop: Workshop): Step[] {
  return inputs.map((input, i) => buildStep(input, [...path, i], shop));
}

/** What is expected, with bounds and lists in one form. */
export function buildExpectations(input: ExpectationsInput, path: Path, source: Source): Expectations {
  const { file, line, column } = source.at(path);
  return {
    ...defined({
      refreshes: input.refreshes === undefined ? undefined : parseCount(input.refreshes),
      prompts: input.prompts === undefined ? undefined : parseCount(input.prompts),
      lost: input.lost === undefined ? undefined : parseCount(input.lost),
      jobs: input.jobs === undefined ? undefined : jobsOf(input.jobs),
      sessions: input.sessions === undefined ? undefined : mapValues(input.sessions, sessionOf),
      streams: input.streams === undefined ? undefined : mapValues(input.streams, streamOf),
      requests: input.requests === undefined ? undefined : mapValues(input.requests, (outcome) => [outcome].flat() as RequestOutcome[]),
    }),
    source: { file, line, column },
  };
}

function jobsOf({ held, ...counts }: NonNullable<ExpectationsInput['jobs']>): JobsExpectation {
  const bounds = mapValues(counts as Record<string, string | number>, (bound) => parseCount(bound) ?? { min: 0, max: 0 });
  return { ...bounds, ...defined({ held: held === undefined ? undefined : [held].flat() }) };
}

function sessionOf(wanted: NonNullable<ExpectationsInput['sessions']>[string]): SessionExpectation {
  if (typeof wanted === 'string') return { state: wanted };
  return { state: wanted.state, ...defined({ reason: wanted.reason === undefined ? undefined : [wanted.reason].flat() }) };
}

function streamOf(wanted: NonNullable<ExpectationsInput['streams']>[string]): StreamExpectation {
  const { state, messages, gaps } = typeof wanted === 'string' ? { state: wanted } : wanted;
  return defined({
    open: state === undefined ? undefined : state === 'open',
    messages: messages === undefined ? undefined : parseCount(messages),
    gaps: gaps === undefined ? undefined : parseCount(gaps),
  });
}

function mapValues<A, B>(all: Readonly<Record<string, A>>, to: (one: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, to(value)]));
}

/** A range that the schema has let through. */
export function rangeOf(text: string): DurationRange {
  return parseDurationRange(text) ?? { min: 0, max: 0 };
}

type Base = Pick<UntoldStep, 'index' | 'source' | 'on' | 'after'>;
type Build<V extends Verb> = (
  value: NonNullable<StepInput[V]>,
  base: Base,
  more: { input: StepInput; path: Path; shop: Workshop },
) => Omit<Extract<Step, { verb: V }>, 'text'>;

function buildStep(input: StepInput, path: Path, shop: Workshop): Step {
  const verb = (Object.keys(input).find(isVerb) ?? 'expect') as Verb;
  const { file, line, column } = shop.source.at(path);
  const base: Base = {
    index: shop.next++,
    source: { file, line, column },
    on: resolveOn(verb, input, shop.devices),
    after: input.after === undefined ? 0 : ms(input.after),
  };
  const build = BUILD[verb] as Build<Verb>;
  const untold = build(input[verb] as never, base, { input, path, shop }) as UntoldStep;
  return { ...untold, text: describe(untold) } as Step;
}

const BUILD: { readonly [V in Verb]: Build<V> } = {
  request: (value, base, { input, shop }) => {
    const more = typeof value === 'string' ? { path: value } : value;
    return {
      ...base,
      verb: 'request',
      path: more.path,
      method: more.method ?? (more.body === undefined ? 'GET' : 'POST'),
      count: more.count ?? 1,
      every: more.every === undefined ? 0 : ms(more.every),
      wait: input.wait ?? true,
      deadline: more.deadline === undefined ? shop.requestDeadline : ms(more.deadline),
      oneShot: more.oneShot ?? false,
      ...defined({
        as: input.as,
        body: more.body,
        latency: more.latency === undefined ? undefined : rangeOf(more.latency),
        abortAfter: more.abortAfter === undefined ? undefined : ms(more.abortAfter),
        expect: more.expect === undefined ? undefined : ([more.expect].flat() as RequestOutcome[]),
      }),
    };
  },
  stream: (value, base, { input, shop }) => {
    const change = typeof value === 'string' ? { open: value } : value;
    return { ...base, verb: 'stream', change, wait: input.wait ?? true, deadline: shop.requestDeadline, ...defined({ as: input.as }) };
  },
  parallel: (value, base, { path, shop }) => ({ ...base, verb: 'parallel', steps: buildSteps(value, [...path, 'parallel'], shop) }),
  repeat: (value, base, { path, shop }) => ({
    ...base,
    verb: 'repeat',
    times: value.times,
    steps: buildSteps(value.steps, [...path, 'repeat', 'steps'], shop),
  }),
  advance: (value, base) => {
    if (value === 'past-expiry' || value === 'before-expiry') return { ...base, verb: 'advance', to: value, by: MARGIN };
    if (value === 'to-idle') return { ...base, verb: 'advance', to: 'idle', by: IDLE };
    if (typeof value === 'string') return { ...base, verb: 'advance', to: 'by', by: ms(value) };
    if ('until' in value) {
      const { until: event, by: actor, within } = value;
      return {
        ...base,
        verb: 'advance',
        to: 'event',
        by: within === undefined ? IDLE : ms(within),
        until: { event, ...defined({ actor }) },
      };
    }
    const given = value.to === 'idle' ? value.within : value.margin;
    return { ...base, verb: 'advance', to: value.to, by: given === undefined ? (value.to === 'idle' ? IDLE : MARGIN) : ms(given) };
  },
  network: (value, base) => ({
    ...base,
    verb: 'network',
    change: typeof value === 'string' ? { state: value } : { latency: rangeOf(value.latency) },
  }),
  fault: (value, base) => ({ ...base, verb: 'fault', fault: faultSpec(value) }),
  heal: (_value, base) => ({ ...base, verb: 'heal' }),
  revoke: (value, base) => ({
    ...base,
    verb: 'revoke',
    ...(typeof value === 'string' ? { what: value, reason: 'user' as const } : { what: value.what, reason: value.reason ?? 'user' }),
  }),
  app: (value, base) => ({ ...base, verb: 'app', action: value }),
  sleep: (value, base) => {
    const { for: long, monotonic = 'runs' } = typeof value === 'string' ? { for: value } : value;
    return { ...base, verb: 'sleep', for: ms(long), monotonic };
  },
  clock: (value, base) => ({ ...base, verb: 'clock', jump: ms(typeof value === 'string' ? value : value.jump) }),
  store: (value, base) => ({ ...base, verb: 'store', change: storeChange(value) }),
  signIn: (value, base, { input, shop }) => {
    const named = typeof value === 'string' ? value : value.user;
    return { ...base, verb: 'signIn', user: named ?? userOf(base.on, shop.devices), wait: input.wait ?? true };
  },
  signOut: (_value, base, { input }) => ({ ...base, verb: 'signOut', wait: input.wait ?? true }),
  prompt: (value, base) => ({
    ...base,
    verb: 'prompt',
    ...defined({
      biometric: value.biometric && [value.biometric].flat(),
      password: value.password && [value.password].flat(),
      takes: value.takes === undefined ? undefined : ms(value.takes),
    }),
  }),
  interact: (_value, base) => ({ ...base, verb: 'interact' }),
  push: (value, base) => ({ ...base, verb: 'push', refresh: value === 'refresh' }),
  job: (value, base, { input }) => {
    const { id, expireAfter } = typeof value === 'string' ? { id: value } : value;
    return {
      ...base,
      verb: 'job',
      id,
      wait: input.wait ?? true,
      ...defined({ expireAfter: expireAfter === undefined ? undefined : ms(expireAfter) }),
    };
  },
  phone: (value, base) => ({ ...base, verb: 'phone', change: phoneChange(value) }),
  server: (value, base) => ({ ...base, verb: 'server', change: policyPatch(value) }),
  expect: (value, base, { path, shop }) => ({
    ...base,
    verb: 'expect',
    expect: buildExpectations(value, [...path, 'expect'], shop.source),
  }),
};

/** Processes for what an app does, devices for the rest; the first of either when the step names none. */
function resolveOn(verb: Verb, input: StepInput, devices: readonly DevicePlan[]): string[] {
  const first = devices[0]?.name ?? 'phone';
  const processesOf = (name: string) => devices.find((device) => device.name === name)?.processes;
  const asked = [input.on ?? (typeof input.signOut === 'string' ? input.signOut : first)].flat();
  const named = asked.flatMap((name) => expandPlace(name, processesOf));
  if (VERBS[verb].on !== 'process') return [...new Set(named.map((name) => name.split('/', 1)[0] ?? name))];
  return [
    ...new Set(
      named.map((name) => (name.includes('/') ? name : `${name}/${devices.find((device) => device.name === name)?.processes[0] ?? 'app'}`)),
    ),
  ];
}

function userOf(on: readonly string[], devices: readonly DevicePlan[]): string {
  return devices.find((device) => on[0]?.startsWith(`${device.name}/`))?.user ?? 'ada';
}
