// When WorkManager wants a work to run. Vectors: WorkSpec.calculateNextRunTime and BackoffPolicy of androidx work-runtime; the property
// compares the model with the rule table written down a second time, row by row, in whole numbers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffOf, NEVER, nextRunTime, type Timing } from '../../../src/os/android/next-run.ts';
import { figuresOf } from '../../../src/os/android/tables.ts';
import { DAY, HOUR, MINUTE, SECOND, WALL } from './kit.ts';

const figures = figuresOf(34);
const spec = (rest: Partial<Timing> = {}): Timing => ({
  periodic: false,
  state: 'ENQUEUED',
  interval: 0,
  flex: 0,
  initialDelay: 0,
  backoffPolicy: 'EXPONENTIAL',
  backoffDelay: 30 * SECOND,
  runAttemptCount: 0,
  lastEnqueueTime: WALL,
  periodCount: 0,
  nextScheduleTimeOverride: undefined,
  ...rest,
});
const daily = (rest: Partial<Timing> = {}): Timing => spec({ periodic: true, interval: DAY, flex: DAY, ...rest });
const dueIn = (timing: Timing): number => nextRunTime(timing, figures) - WALL;

describe('the backoff', () => {
  it('doubles from 30 s and stops at 5 h: n = 1 .. 11', () => {
    const waits = Array.from({ length: 11 }, (_, n) => dueIn(spec({ runAttemptCount: n + 1 })) / SECOND);
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 18000]);
  });

  it('grows evenly when linear, to 18,000 s at n = 600', () => {
    const linear = (n: number): number => dueIn(spec({ backoffPolicy: 'LINEAR', runAttemptCount: n })) / SECOND;
    expect([1, 2, 10, 599, 600, 601].map(linear)).toEqual([30, 60, 300, 17970, 18000, 18000]);
  });

  it('is computed on a 32-bit float: a base above 2^24 ms loses its odd millisecond, but not when linear', () => {
    expect(backoffOf('EXPONENTIAL', 16_777_216, 1, Infinity)).toBe(16_777_216);
    expect(backoffOf('EXPONENTIAL', 16_777_217, 1, Infinity)).toBe(16_777_216);
    expect(backoffOf('EXPONENTIAL', 16_777_219, 1, Infinity)).toBe(16_777_220);
    expect(backoffOf('LINEAR', 16_777_217, 1, Infinity)).toBe(16_777_217);
  });

  it('does not overflow, however often it was tried', () => {
    expect(backoffOf('EXPONENTIAL', 10_000, 5_000, figures.maxBackoff)).toBe(18_000_000);
  });

  it('ignores the initial delay and the period, and holds for enqueued work only', () => {
    expect(dueIn(daily({ runAttemptCount: 1, initialDelay: HOUR, periodCount: 3 }))).toBe(30 * SECOND);
    expect(dueIn(daily({ runAttemptCount: 1, state: 'RUNNING', periodCount: 3 }))).toBe(DAY);
  });
});

describe('periodic work', () => {
  it('is due at once for the first time when it has no flex', () => {
    expect(dueIn(daily())).toBe(0);
    expect(dueIn(daily({ initialDelay: HOUR }))).toBe(HOUR);
  });

  it('waits for interval minus flex at first, after that flex does not count', () => {
    expect(dueIn(daily({ flex: HOUR }))).toBe(23 * HOUR);
    expect(dueIn(daily({ flex: HOUR, initialDelay: MINUTE }))).toBe(23 * HOUR + MINUTE);
    expect(dueIn(daily({ flex: HOUR, periodCount: 1 }))).toBe(DAY);
    expect(dueIn(daily({ flex: HOUR, periodCount: 1, initialDelay: MINUTE }))).toBe(DAY);
  });

  it('obeys an override before everything else, later ones at least 15 minutes after the last run', () => {
    const override = WALL + MINUTE;
    expect(dueIn(daily({ nextScheduleTimeOverride: override, runAttemptCount: 4 }))).toBe(MINUTE);
    expect(dueIn(daily({ nextScheduleTimeOverride: override, periodCount: 1 }))).toBe(15 * MINUTE);
    expect(dueIn(daily({ nextScheduleTimeOverride: WALL + HOUR, periodCount: 1 }))).toBe(HOUR);
  });
});

describe('one-time work', () => {
  it('is due after its delay, and never when it was never enqueued', () => {
    expect(dueIn(spec({ initialDelay: HOUR }))).toBe(HOUR);
    expect(nextRunTime(spec({ lastEnqueueTime: -1 }), figures)).toBe(NEVER);
  });

  it('knows no override', () => {
    expect(dueIn(spec({ nextScheduleTimeOverride: WALL + HOUR }))).toBe(0);
  });
});

/** The rule table once more: [row applies, time], with BigInt for Java's long and a Float32Array for its float. */
function transcribed(work: Timing): number {
  const quarter = 15n * 60n * 1000n;
  const cap = 5n * 60n * 60n * 1000n;
  const last = BigInt(work.lastEnqueueTime);
  const rows: [boolean, () => bigint][] = [
    [
      work.periodic && work.nextScheduleTimeOverride !== undefined,
      () => {
        const override = BigInt(work.nextScheduleTimeOverride ?? 0);
        return work.periodCount === 0 || override > last + quarter ? override : last + quarter;
      },
    ],
    [
      work.state === 'ENQUEUED' && work.runAttemptCount > 0,
      () => {
        let delay = BigInt(work.backoffDelay) * BigInt(work.runAttemptCount);
        if (work.backoffPolicy === 'EXPONENTIAL') {
          const float = new Float32Array([work.backoffDelay]);
          for (let n = 1; n < work.runAttemptCount && float[0]! < 1e9; n++) float[0]! *= 2;
          delay = BigInt(float[0]!);
        }
        return last + (delay < cap ? delay : cap);
      },
    ],
    [
      work.periodic,
      () => {
        const base = last + BigInt(work.periodCount === 0 ? work.initialDelay : work.interval);
        return work.flex !== work.interval && work.periodCount === 0 ? base + BigInt(work.interval - work.flex) : base;
      },
    ],
    [work.lastEnqueueTime === -1, () => BigInt(NEVER)],
    [true, () => last + BigInt(work.initialDelay)],
  ];
  return Number(rows.find(([applies]) => applies)![1]());
}

describe('the next run', () => {
  it('is what the rule table says, for any work', () => {
    const anyTiming = fc.record<Timing>({
      periodic: fc.boolean(),
      state: fc.constantFrom('ENQUEUED', 'RUNNING', 'BLOCKED', 'SUCCEEDED', 'FAILED', 'CANCELLED'),
      interval: fc.integer({ min: 900_000, max: 40 * DAY }),
      flex: fc.integer({ min: 300_000, max: 40 * DAY }),
      initialDelay: fc.oneof(fc.constant(0), fc.nat({ max: 10 * DAY })),
      backoffPolicy: fc.constantFrom('EXPONENTIAL', 'LINEAR'),
      backoffDelay: fc.oneof(fc.integer({ min: 10_000, max: 18_000_000 }), fc.integer({ min: 16_777_216, max: 18_000_000 })),
      runAttemptCount: fc.oneof(fc.constant(0), fc.nat({ max: 12 }), fc.nat({ max: 2_000 })),
      lastEnqueueTime: fc.oneof(fc.constant(-1), fc.integer({ min: WALL - 400 * DAY, max: WALL + 400 * DAY })),
      periodCount: fc.oneof(fc.constant(0), fc.nat({ max: 9 })),
      nextScheduleTimeOverride: fc.option(fc.integer({ min: WALL - 40 * DAY, max: WALL + 40 * DAY }), { nil: undefined }),
    });
    const evened = anyTiming.chain((work) => fc.boolean().map((even) => (even ? { ...work, flex: work.interval } : work)));
    fc.assert(
      fc.property(evened, (work) => {
        expect(nextRunTime(work, figures)).toBe(transcribed(work));
      }),
      { numRuns: 3_000 },
    );
  });
});
