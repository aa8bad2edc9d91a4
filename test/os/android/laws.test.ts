// Laws that hold for any life of any phone: random inputs, random waits, random workers, every Android version.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AndroidInput } from '../../../src/os/android/inputs.ts';
import { networkFits, type Network } from '../../../src/os/android/phone.ts';
import { API_LEVELS, BUCKETS, type ApiLevel } from '../../../src/os/android/tables.ts';
import type { WorkRequest } from '../../../src/os/android/work-spec.ts';
import { DAY, HOUR, MINUTE, Phone, SECOND, type Worker } from './kit.ts';

/** Beside the inputs of the model: the user sets the clock. */
type Happening = AndroidInput | { readonly type: 'clock'; readonly by: number };
type Step = { readonly input: Happening; readonly after: number };
interface Story {
  readonly api: ApiLevel;
  readonly steps: readonly Step[];
  readonly outcomes: readonly ({ outcome: 'success' | 'failure' | 'retry'; takes: number } | 'never')[];
}

const networks: Network[] = [
  { transport: 'none', metered: false, roaming: false },
  { transport: 'wifi', metered: false, roaming: false },
  { transport: 'cellular', metered: true, roaming: false },
  { transport: 'cellular', metered: true, roaming: true },
];
const anyRequest: fc.Arbitrary<WorkRequest> = fc.record(
  {
    worker: fc.constant('W'),
    periodic: fc.record({ interval: fc.integer({ min: 15, max: 600 }).map((n) => n * MINUTE) }),
    initialDelay: fc.integer({ min: 0, max: 300 }).map((n) => n * MINUTE),
    backoff: fc.record({
      policy: fc.constantFrom('EXPONENTIAL', 'LINEAR'),
      delay: fc.integer({ min: 10, max: 3_600 }).map((n) => n * SECOND),
    }),
    constraints: fc.record(
      {
        network: fc.constantFrom('CONNECTED', 'UNMETERED', 'NOT_ROAMING', 'METERED'),
        charging: fc.boolean(),
        batteryNotLow: fc.boolean(),
        storageNotLow: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['worker'] },
);
const anyExpedited: fc.Arbitrary<WorkRequest> = fc.record({
  worker: fc.constant('W'),
  expedited: fc.constantFrom('RUN_AS_NON_EXPEDITED_WORK_REQUEST', 'DROP_WORK_REQUEST'),
});
const anyName = fc.constantFrom('a', 'b', 'c', 'd');
const plain = (...types: AndroidInput['type'][]): fc.Arbitrary<AndroidInput> =>
  fc.constantFrom(...types.map((type) => ({ type }) as AndroidInput));
const enqueued = ([request, name]: [WorkRequest, string]): AndroidInput => ({
  type: 'enqueue',
  requests: [request],
  unique: { name, policy: 'REPLACE' },
});
const anyInput: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: plain('screen-on', 'screen-off', 'screen-off', 'user-present') },
  { weight: 4, arbitrary: plain('app-foreground', 'app-background', 'app-swiped') },
  { weight: 3, arbitrary: plain('power-connected', 'power-disconnected', 'power-disconnected') },
  { weight: 1, arbitrary: plain('reboot', 'force-stop', 'package-replaced', 'timezone-changed', 'reset-execution-quota', 'unforce-idle') },
  { weight: 4, arbitrary: fc.constantFrom(...networks).map((network) => ({ type: 'network', network }) as const) },
  { weight: 2, arbitrary: fc.boolean().map((moving) => ({ type: 'motion', moving }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((on) => ({ type: 'power-save-mode', on }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((allowed) => ({ type: 'run-any-in-background', allowed }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((low) => ({ type: 'storage-low', low }) as const) },
  { weight: 1, arbitrary: fc.constantFrom(10, 50, 90).map((percent) => ({ type: 'battery-level', percent }) as const) },
  { weight: 3, arbitrary: fc.constantFrom(...BUCKETS.slice(1)).map((bucket) => ({ type: 'set-standby-bucket', bucket }) as const) },
  { weight: 1, arbitrary: fc.constantFrom('lmkd', 'crash').map((by) => ({ type: 'process-killed', by }) as const) },
  { weight: 8, arbitrary: fc.tuple(anyRequest, anyName).map(enqueued) },
  { weight: 1, arbitrary: fc.tuple(anyExpedited, anyName).map(enqueued) },
  {
    weight: 2,
    arbitrary: fc.tuple(anyRequest, anyName).map(([request, id]) => ({ type: 'update-work', request: { ...request, id } }) as const),
  },
  { weight: 1, arbitrary: anyName.map((name) => ({ type: 'cancel-unique-work', name }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((listed) => ({ type: 'deviceidle-whitelist', listed }) as const) },
  { weight: 1, arbitrary: fc.boolean().map((on) => ({ type: 'foreground-service', on }) as const) },
  { weight: 1, arbitrary: fc.constantFrom('force-idle', 'step-idle').map((type) => ({ type, mode: 'deep' }) as const) },
  { weight: 1, arbitrary: fc.constantFrom('high', 'normal').map((priority) => ({ type: 'push', id: 'p', priority }) as const) },
  { weight: 2, arbitrary: fc.integer({ min: -3 * DAY, max: 3 * DAY }).map((by) => ({ type: 'clock', by }) as const) },
  { weight: 1, arbitrary: anyName.map((job) => ({ type: 'stop-job', job, reason: 13 }) as const) },
);
const anyStory: fc.Arbitrary<Story> = fc.record({
  api: fc.constantFrom(...API_LEVELS),
  steps: fc.array(
    fc.record({
      input: anyInput,
      after: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 1, max: 120 }).map((n) => n * MINUTE),
        fc.integer({ min: 1, max: 3 * DAY }),
      ),
    }),
    { minLength: 3, maxLength: 40 },
  ),
  outcomes: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ outcome: fc.constantFrom('success', 'failure', 'retry'), takes: fc.integer({ min: 0, max: 20 * MINUTE }) }),
      },
      { weight: 1, arbitrary: fc.constant('never' as const) },
    ),
    { minLength: 1, maxLength: 9 },
  ),
});

function begin({ api, outcomes }: Story): Phone {
  let runs = 0;
  const worker: Worker = () => outcomes[runs++ % outcomes.length]!;
  const phone = new Phone(api, { worker });
  phone.do({ type: 'app-foreground' });
  return phone;
}

/** Puts the id of a work where the story says its name. */
function named(phone: Phone, input: Happening): Happening {
  const idOf = (name: string | undefined): string => phone.model.workInfo(name ?? '')?.id ?? 'nobody';
  if (input.type === 'update-work') return { ...input, request: { ...input.request, id: idOf(input.request.id) } };
  return input.type === 'stop-job' ? { ...input, job: idOf(input.job) } : input;
}

function act(phone: Phone, input: Happening): void {
  if (input.type === 'clock') phone.setClock(phone.at.wall + input.by);
  else phone.do(input);
}

/** Plays the story; `watch` sees the phone after each step. */
function play(story: Story, watch: (phone: Phone) => void = () => undefined): Phone {
  const phone = begin(story);
  for (const { input, after } of story.steps) {
    act(phone, named(phone, input));
    watch(phone);
    phone.advance(after);
    watch(phone);
  }
  return phone;
}

/** What the test itself knows of the phone: the inputs, nothing of the model. */
interface Shadow {
  network: Network;
  low: boolean;
  storage: boolean;
  restricted: boolean;
  stopped: boolean;
  locked: boolean;
  open: boolean;
  screen: boolean;
  keyguard: boolean;
  service: boolean;
  exempt: boolean;
}
function follow(shadow: Shadow, input: Happening): void {
  const closed = ['app-background', 'app-swiped', 'force-stop', 'reboot', 'package-replaced', 'process-killed'];
  if (input.type === 'network') shadow.network = input.network;
  if (input.type === 'battery-level') shadow.low = input.percent === 10;
  if (input.type === 'storage-low') shadow.storage = input.low;
  if (input.type === 'run-any-in-background') shadow.restricted = !input.allowed;
  if (input.type === 'force-stop') shadow.stopped = true;
  if (input.type === 'reboot') shadow.locked = true;
  if (input.type === 'user-present') shadow.locked = false;
  if (closed.includes(input.type)) shadow.open = false;
  if (input.type === 'screen-on') shadow.screen = true;
  if (input.type === 'screen-off') Object.assign(shadow, { screen: false, keyguard: true });
  if (input.type === 'user-present') shadow.keyguard = false;
  if (input.type === 'reboot') shadow.keyguard = true;
  if (input.type === 'foreground-service') shadow.service = input.on;
  if (input.type === 'deviceidle-whitelist') shadow.exempt = input.listed;
  if (input.type === 'app-foreground' && !shadow.locked) Object.assign(shadow, { stopped: false, open: true });
}

const check = (law: (story: Story) => void, numRuns = 150): void => fc.assert(fc.property(anyStory, law), { numRuns });

describe('whatever happens to the phone', () => {
  it('no job runs while a gate before it is shut', () => {
    let starts = 0;
    check((story) => {
      const phone = begin(story);
      const shadow: Shadow = {
        network: networks[1]!,
        low: false,
        storage: false,
        restricted: false,
        stopped: false,
        locked: false,
        open: true,
        screen: true,
        keyguard: false,
        service: false,
        exempt: false,
      };
      let request: WorkRequest | undefined;
      phone.watch = (at) => {
        for (const decision of at.log.slice(seen)) {
          if (decision.type === 'enqueued' && decision.effect !== 'NOT_APPLIED') wanted.set(decision.work, request?.constraints ?? {});
          if (decision.type !== 'start') continue;
          const start = decision;
          starts += 1;
          const spec = wanted.get(start.work)!;
          const { bucket, deep, light } = at.model.view();
          expect([shadow.stopped, shadow.locked]).toEqual([false, false]);
          expect(networkFits(shadow.network, spec.network ?? 'NOT_REQUIRED')).toBe(true);
          expect(spec.batteryNotLow === true && shadow.low).toBe(false);
          expect(spec.storageNotLow === true && shadow.storage).toBe(false);
          if (start.by === 'GreedyScheduler') continue;
          const onTop = shadow.open && shadow.screen && !shadow.keyguard;
          expect(shadow.restricted && !shadow.service && !onTop).toBe(false);
          expect(bucket).not.toBe('NEVER');
          if (start.expedited || shadow.exempt) continue;
          expect([deep === 'IDLE', light === 'IDLE', light === 'WAITING_FOR_NETWORK']).toEqual([false, false, false]);
        }
        seen = at.log.length;
      };
      let seen = 0;
      const wanted = new Map<string, NonNullable<WorkRequest['constraints']>>();
      for (const { input: abstract, after } of story.steps) {
        const input = named(phone, abstract);
        follow(shadow, input);
        if (input.type === 'enqueue') request = input.requests[0];
        if (input.type === 'update-work') request = input.request;
        act(phone, input);
        phone.advance(after);
      }
    });
    expect(starts).toBeGreaterThan(100);
  });

  it('no periodic or backed-off work runs before its time, and none twice at once', () => {
    check((story) => {
      const open = new Map<string, string>();
      const periodic = new Set<string>();
      const phone = play(story, (at) => {
        for (const { id, periodCount } of at.model.workInfos()) if (periodCount > 0) periodic.add(id);
      });
      for (const decision of phone.log) {
        if (decision.type === 'start') {
          if (decision.attempt > 0 || periodic.has(decision.work)) expect(decision.late).toBeGreaterThanOrEqual(0);
          expect(open.has(decision.work)).toBe(false);
          open.set(decision.work, decision.run);
        }
        if (decision.type === 'finished' || decision.type === 'stop' || decision.type === 'died') {
          expect(open.get(decision.work)).toBe(decision.run);
          open.delete(decision.work);
        }
      }
    });
  });

  it('periodic work that is late knows the gate that held it', () => {
    let late = 0;
    check((story) => {
      const starts = play(story)
        .of('start')
        .filter((start) => start.late > 0 && start.attempt === 0);
      late += starts.length;
      expect(starts.filter(({ waited }) => waited === undefined)).toEqual([]);
    });
    expect(late).toBeGreaterThan(10);
  });

  it('why names the gate that was told last', () => {
    check((story) => {
      play(story, (phone) => {
        for (const { id } of phone.model.workInfos()) {
          const gate = phone.why(id).gate;
          const told = phone.of('held').filter(({ work }) => work === id);
          if (['running', 'SUCCEEDED', 'FAILED', 'CANCELLED'].includes(gate)) continue;
          expect(gate).not.toBe('ready');
          expect(told.at(-1)?.gate.gate).toBe(gate);
        }
      });
    });
  });

  it('a gate opens when why says so, if nothing else happens: the work starts, is refused, or another gate holds it', () => {
    let foretold = 0;
    check((story) => {
      const first = play(story);
      for (const { id } of first.model.workInfos()) {
        const gate = first.why(id);
        if (gate.opens === undefined) continue;
        expect(gate.opens).toBeGreaterThan(first.now);
        foretold += 1;
        const phone = play(story);
        const since = phone.until(gate.opens);
        const acted = since.some(
          (decision) =>
            'work' in decision && decision.work === id && ['start', 'before-schedule', 'state', 'enqueued'].includes(decision.type),
        );
        const moved = since.some(({ type }) => type === 'bucket');
        if (!acted && !moved) expect(phone.why(id).gate).not.toBe(gate.gate);
      }
    }, 120);
    expect(foretold).toBeGreaterThan(10);
  });

  it('a gate that waits for time alone does not open before', () => {
    check((story) => {
      const first = play(story);
      for (const { id } of first.model.workInfos()) {
        const { gate, opens } = first.why(id);
        if (opens === undefined || !['TIMING_DELAY', 'DEVICE_NOT_DOZING', 'WORK_NOT_DUE'].includes(gate)) continue;
        const phone = play(story);
        const since = phone.until(opens - 1);
        // Scheduled anew, by other work that ran or a process that started: something did happen.
        if (since.some((decision) => decision.type === 'scheduled' && decision.work === id)) continue;
        expect(since.some((decision) => decision.type === 'start' && decision.work === id && decision.by === 'JobScheduler')).toBe(false);
      }
    }, 120);
  });

  it('the same story gives the same decisions', () => {
    check((story) => {
      expect(play(story).log).toEqual(play(story).log);
    }, 60);
  });

  it('the next event lies in the future, and looking when nothing is due changes nothing', () => {
    check((story) => {
      play(story, (phone) => {
        const next = phone.model.next() ?? Infinity;
        expect(next).toBeGreaterThan(phone.now);
        expect(phone.model.tick(phone.at)).toEqual([]);
        expect(phone.model.next() ?? Infinity).toBe(next);
      });
    });
  });

  it('every decision is made in order of time, and data that JSON keeps', () => {
    check((story) => {
      let last = 0;
      for (const decision of play(story).log) {
        expect(decision.at).toBeGreaterThanOrEqual(last);
        last = decision.at;
        expect(JSON.parse(JSON.stringify(decision))).toEqual(JSON.parse(JSON.stringify({ ...decision })));
      }
    }, 40);
  });

  it('the job ids of one phone are used once', () => {
    check((story) => {
      const owner = new Map<number, string>();
      for (const { work, jobId } of play(story).of('scheduled')) {
        expect(owner.get(jobId) ?? work).toBe(work);
        owner.set(jobId, work);
      }
    });
  });

  it('weeks pass without an end of ticks', () => {
    check((story) => {
      const phone = play(story);
      const before = phone.log.length;
      phone.advance(10 * DAY);
      expect(phone.log.length - before).toBeLessThan(20_000);
      expect(phone.now).toBeGreaterThan(10 * DAY - HOUR);
    }, 40);
  });
});
