// Random lives of a phone and of an app that behaves any way at all, for the laws that must hold in each of them.
import fc from 'fast-check';
import type { IosInput, TaskRequest } from '../../../src/os/ios/words.ts';
import { Bench, CLEANUP, DAY, HOUR, INFO, MINUTE, REFRESH, SECOND, type AppScript } from './bench.ts';

export const SEED = 20_260_105;
export const OTHER = 'com.example.app.other';
const UNLISTED = 'com.example.app.unlisted';
export const IDENTIFIERS = [REFRESH, CLEANUP, OTHER, UNLISTED] as const;

/** `begin`: ms from the wall clock of the moment to earliestBeginDate. */
export interface Submit {
  readonly do: 'submit';
  readonly identifier: string;
  readonly kind: TaskRequest['kind'];
  readonly begin: number | undefined;
  readonly process: 'app' | 'widget' | 'keyboard';
}
export type Step =
  | Submit
  | { readonly do: 'input'; readonly input: IosInput }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'clock'; readonly by: number };

const input = (...inputs: IosInput[]): fc.Arbitrary<Step> => fc.constantFrom(...inputs).map((chosen) => ({ do: 'input', input: chosen }));
const identifier = fc.constantFrom(...IDENTIFIERS);

const submit: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('submit' as const),
  identifier,
  kind: fc.constantFrom<TaskRequest['kind']>(
    'BGAppRefreshTaskRequest',
    'BGProcessingTaskRequest',
    'BGHealthResearchTaskRequest',
    'BGTaskRequest',
  ),
  begin: fc.option(fc.integer({ min: -DAY, max: 6 * DAY }), { nil: undefined }),
  process: fc.constantFrom('app' as const, 'app' as const, 'app' as const, 'widget' as const, 'keyboard' as const),
});

const phone = input(
  { type: 'open' },
  { type: 'open' },
  { type: 'leave' },
  { type: 'leave' },
  { type: 'lock' },
  { type: 'unlock' },
  { type: 'force-quit' },
  { type: 'shutdown' },
  { type: 'boot' },
  { type: 'battery', level: 100, plugged: true },
  { type: 'battery', level: 55, plugged: false },
  { type: 'battery', level: 12, plugged: false },
  { type: 'low-power-mode', on: true },
  { type: 'low-power-mode', on: false },
  { type: 'background-app-refresh', scope: 'phone', setting: 'off' },
  { type: 'background-app-refresh', scope: 'phone', setting: 'wifi' },
  { type: 'background-app-refresh', scope: 'phone', setting: 'on' },
  { type: 'background-app-refresh', scope: 'app', setting: 'off' },
  { type: 'background-app-refresh', scope: 'app', setting: 'on' },
  { type: 'network', connection: 'none' },
  { type: 'network', connection: 'cellular' },
  { type: 'network', connection: 'wifi' },
  { type: 'terminated', by: 'jetsam' },
  { type: 'prewarm' },
  { type: 'update', info: { ...INFO, UIBackgroundModes: ['fetch'] } },
  { type: 'update', info: { ...INFO, BGTaskSchedulerPermittedIdentifiers: [REFRESH] } },
  { type: 'update', info: INFO },
  { type: 'uninstall' },
  { type: 'install', info: INFO },
  { type: 'time-zone', utcOffset: 9 * HOUR },
  { type: 'push', push: { id: 'p', contentAvailable: true } },
);

const app = fc.oneof(
  identifier.map((id): Step => ({ do: 'input', input: { type: 'register', process: 'app', identifier: id } })),
  identifier.map((id): Step => ({ do: 'input', input: { type: 'cancel', identifier: id } })),
  identifier.map((id): Step => ({ do: 'input', input: { type: 'set-task-completed', identifier: id, success: true } })),
  identifier.map((id): Step => ({ do: 'input', input: { type: 'release-task', identifier: id } })),
  input(
    { type: 'cancel-all' },
    { type: 'begin-background-task', task: 'b' },
    { type: 'end-background-task', task: 'b' },
    { type: 'push-completed' },
  ),
);

const pass: fc.Arbitrary<Step> = fc
  .oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: 0, max: 2 * HOUR }), fc.integer({ min: 0, max: 2 * DAY }))
  .map((ms) => ({ do: 'pass', ms }));
const clock: fc.Arbitrary<Step> = fc.integer({ min: -2 * DAY, max: 2 * DAY }).map((by) => ({ do: 'clock', by }));

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: submit },
    { weight: 6, arbitrary: pass },
    { weight: 6, arbitrary: phone },
    { weight: 3, arbitrary: app },
    { weight: 1, arbitrary: clock },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

export const script: fc.Arbitrary<AppScript> = fc.record({
  registers: fc.constantFrom([REFRESH, CLEANUP, OTHER], [REFRESH, CLEANUP, OTHER], [REFRESH], [CLEANUP, CLEANUP], []),
  takes: fc.constantFrom(undefined, SECOND, 20 * SECOND, 4 * MINUTE),
  onExpiration: fc.constantFrom('complete' as const, 'nothing' as const, 'none' as const),
  launchTakes: fc.constantFrom(0, 0, 2 * SECOND, 40 * SECOND),
  pushTakes: fc.constantFrom(undefined, SECOND),
  inHandler: fc.constantFrom(
    () => [],
    (bench: Bench, id: string): TaskRequest[] => [
      { identifier: id, kind: 'BGAppRefreshTaskRequest', earliestBeginDate: bench.wall() + 6 * HOUR },
    ],
  ),
});

/** A phone whose app every look would pick, or one that nearly none would. */
export function phoneOf(app: AppScript, seed: number, likely: boolean): Bench {
  const info = { ...INFO, BGTaskSchedulerPermittedIdentifiers: [REFRESH, CLEANUP, OTHER] };
  const habit = Array.from({ length: 48 }, () => (likely ? 1 : 0));
  return new Bench({ info, habit, extensions: { widget: {}, keyboard: { maySchedule: false } } }, app, { seed });
}

export function take(bench: Bench, step: Step): void {
  if (step.do === 'input') bench.do(step.input);
  else if (step.do === 'pass') bench.pass(step.ms);
  else if (step.do === 'clock') bench.setClock(step.by);
  else bench.do({ type: 'submit', process: step.process, request: requestOf(bench, step) });
}

export function requestOf(bench: Bench, { identifier: id, kind, begin }: Submit): TaskRequest {
  return { identifier: id, kind, ...(begin === undefined ? {} : { earliestBeginDate: bench.wall() + begin }) };
}
