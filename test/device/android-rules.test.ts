// The pure rules of the driver: when work is due, which gate holds it, what became of it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ANDROID_GATES, JOB_STOP_REASONS, STANDBY_BUCKETS } from '../../src/core/android-words.ts';
import { nextRun, refusedUntil, type WorkTiming } from '../../src/device/android/due.ts';
import { shutGates, type Look } from '../../src/device/android/gates.ts';
import type { JobRecord } from '../../src/device/android/read/jobs.ts';
import { isWorker } from '../../src/device/android/target.ts';
import { decide, type Evidence, type Snapshot } from '../../src/device/android/verdict.ts';
import type { WorkRow } from '../../src/device/android/workdb.ts';
import { GATES } from '../../src/os/android/gates.ts';
import { stopReasonOf } from '../../src/os/android/stop-reasons.ts';
import { BUCKETS } from '../../src/os/android/tables.ts';

const H = 3_600_000;
const NOW = 1_700_000_000_000;
const PERIODIC: WorkTiming = {
  state: 'ENQUEUED',
  periodic: true,
  interval: H,
  flex: H,
  initialDelay: 0,
  attempts: 0,
  linear: false,
  backoff: 30_000,
  lastEnqueue: NOW,
  periods: 3,
};
const ONE_TIME: WorkTiming = { ...PERIODIC, periodic: false, interval: 0, flex: 0, periods: 0 };

describe('when work is due', () => {
  test.each([
    [1, 30],
    [2, 60],
    [3, 120],
    [4, 240],
    [5, 480],
    [6, 960],
    [7, 1_920],
    [8, 3_840],
    [9, 7_680],
    [10, 15_360],
    [11, 18_000],
    [600, 18_000],
  ])('exponential backoff after %d attempts: %d s', (attempts, seconds) => {
    expect(nextRun({ ...ONE_TIME, attempts })).toBe(NOW + seconds * 1_000);
    expect(nextRun({ ...PERIODIC, attempts })).toBe(NOW + seconds * 1_000);
  });
  test.each([
    [1, 30],
    [10, 300],
    [600, 18_000],
  ])('linear backoff after %d attempts: %d s', (attempts, seconds) => {
    expect(nextRun({ ...ONE_TIME, linear: true, attempts })).toBe(NOW + seconds * 1_000);
  });
  test('a base above 2^24 ms is computed on a 32-bit float and loses odd milliseconds', () => {
    expect(nextRun({ ...ONE_TIME, attempts: 1, backoff: 16_777_217 })).toBe(NOW + 16_777_216);
  });
  test.each([
    ['the first period, at once', { periods: 0 }, 0],
    ['the first period of work with flex, so much before its end', { periods: 0, flex: H / 4 }, (3 * H) / 4],
    ['the first period after an initial delay', { periods: 0, initialDelay: 5_000 }, 5_000],
    ['later ones from the end of the run before, flex or not', { flex: H / 4 }, H],
    ['an override before the first run', { periods: 0, override: NOW + 7 }, 7],
    ['an override later, not within fifteen minutes', { override: NOW + 7 }, 900_000],
    ['a far override beats backoff', { override: NOW + 9 * H, attempts: 2 }, 9 * H],
  ] as const)('periodic: %s', (_what, change, wait) => expect(nextRun({ ...PERIODIC, ...change })).toBe(NOW + wait));
  test('one-time: after its delay; never when it was never enqueued', () => {
    expect(nextRun({ ...ONE_TIME, initialDelay: 10 })).toBe(NOW + 10);
    expect(nextRun({ ...ONE_TIME, lastEnqueue: -1 })).toBeUndefined();
  });
  test('only periodic and backed-off work is refused before its time', () => {
    expect(refusedUntil(PERIODIC, NOW)).toBe(NOW + H);
    expect(refusedUntil(PERIODIC, NOW + H)).toBeUndefined();
    expect(refusedUntil({ ...ONE_TIME, initialDelay: H }, NOW)).toBeUndefined();
    expect(refusedUntil({ ...ONE_TIME, attempts: 1 }, NOW)).toBe(NOW + 30_000);
  });
});

const ROW: WorkRow = { ...PERIODIC, id: 'w', worker: 'a.B', names: [], tags: [], after: [], stopReason: -256, job: 4 };
const READY = { value: true, parts: { job: true, user: true, pending: false, active: false } };
const JOB: JobRecord = {
  id: 4,
  uid: 'u0a1',
  user: 0,
  name: 'a.b/S',
  package: 'a.b',
  required: [],
  satisfied: [],
  unsatisfied: [],
  implicit: { readyNotDozing: true, readyNotRestrictedInBg: true },
  ready: READY,
  bucket: 'ACTIVE',
  detailed: true,
};
const FACTS = { version: '1', targetSdk: 34, debuggable: true, installed: true, stopped: false, neverLaunched: false };

function look(
  change: { job?: Partial<JobRecord> | undefined; row?: Partial<WorkRow>; stopped?: boolean } & Partial<
    Omit<Look, 'work' | 'situation'>
  > = {},
): Look {
  const { job = {}, row = { periods: 0 }, stopped = false, ...rest } = change;
  const work = { names: [], row: { ...ROW, ...row }, ...('job' in change && change.job === undefined ? {} : { job: { ...JOB, ...job } }) };
  const dump = { jobs: [], history: [], complete: true };
  return {
    situation: { app: 'a.b', facts: { ...FACTS, stopped }, dump, works: [work], source: 'database' },
    work,
    device: { id: 'emulator-5556', wasNamed: false },
    wall: NOW + 1,
    idle: { deep: 'ACTIVE', light: 'ACTIVE', forced: false, deepEnabled: true, lightEnabled: true, allowed: [] },
    restricted: false,
    unlocked: true,
    bucket: 'ACTIVE',
    ...rest,
  };
}
const IDLE = { deep: 'IDLE', light: 'OVERRIDE', forced: false, deepEnabled: true, lightEnabled: true, allowed: [] };

/** Gate, and what shuts it. */
const SHUT = [
  ['FLAG_STOPPED', { stopped: true }],
  ['USER_LOCKED', { unlocked: false }],
  ['BLOCKED', { row: { state: 'BLOCKED', after: ['x'] } }],
  ['NOT_SCHEDULED', { job: undefined }],
  ['WORK_NOT_DUE', { row: {} }],
  ['TIMING_DELAY', { job: { required: ['TIMING_DELAY'], unsatisfied: ['TIMING_DELAY'], earliest: H } }],
  ['CHARGING', { job: { required: ['CHARGING'], unsatisfied: ['CHARGING'] } }],
  ['BATTERY_NOT_LOW', { job: { required: ['BATTERY_NOT_LOW'], unsatisfied: ['BATTERY_NOT_LOW'] } }],
  ['STORAGE_NOT_LOW', { job: { required: ['STORAGE_NOT_LOW'], unsatisfied: ['STORAGE_NOT_LOW'] } }],
  ['IDLE', { job: { required: ['IDLE'], unsatisfied: ['IDLE'] } }],
  ['CONNECTIVITY', { job: { required: ['CONNECTIVITY'], unsatisfied: ['CONNECTIVITY'] } }],
  ['DEVICE_NOT_DOZING', { job: { implicit: { readyNotDozing: false } } }],
  ['DEVICE_NOT_DOZING', { job: { implicit: {} }, idle: IDLE }],
  ['BACKGROUND_NOT_RESTRICTED', { restricted: true }],
  ['BACKGROUND_NOT_RESTRICTED', { job: { implicit: { readyNotRestrictedInBg: false } } }],
  ['WITHIN_QUOTA', { job: { bucket: 'RARE', unsatisfied: ['WITHIN_QUOTA'] } }],
  ['WITHIN_QUOTA', { job: { bucket: 'NEVER' } }],
  ['FLEXIBILITY', { job: { required: ['FLEXIBILITY'], unsatisfied: ['FLEXIBILITY'] } }],
  ['BATCHING', { job: { bucket: 'RARE', batchedFor: 60_000 } }],
  ['CONCURRENCY', { job: { ready: { value: true, parts: { pending: true, active: false } } } }],
] as const;

describe('the gate that holds it', () => {
  test('none', () => expect(shutGates(look())).toEqual([]));

  test.each(SHUT)('%s', (gate, change) => {
    const [first] = shutGates(look(change as Parameters<typeof look>[0]));
    expect(first?.gate).toBe(gate);
    expect([first?.detail, first?.by].every((text) => (text ?? '').length > 3)).toBe(true);
  });

  test.each([
    ['WORK_NOT_DUE', { row: {} }, ' --make-due'],
    ['TIMING_DELAY', { job: { required: ['TIMING_DELAY'], unsatisfied: ['TIMING_DELAY'], earliest: H } }, ''],
    ['CHARGING', { job: { required: ['CHARGING'], unsatisfied: ['CHARGING'] } }, ''],
    ['BATCHING', { job: { bucket: 'RARE', batchedFor: 60_000 } }, ''],
  ] as const)('%s: the command can be typed as it is, and says which work where the app has more than one', (_gate, change, more) => {
    const one = look(change);
    expect(shutGates(one)[0]?.command).toBe(`tokenwarp fire android --package a.b${more}`);
    const { work } = one;
    const among = (...names: string[]): Look => ({
      ...one,
      work: { ...work, names, worker: 'a.Worker' },
      situation: { ...one.situation, works: [work, work] },
    });
    expect(shutGates(among("Ada's sync"))[0]?.command).toBe(`tokenwarp fire android --package a.b --work 'Ada'\\''s sync'${more}`);
    expect(shutGates(among())[0]?.command).toBe(`tokenwarp fire android --package a.b --worker a.Worker${more}`);
  });

  test.each(SHUT)('%s: docs/android.md has the command that opens it, and it names the device that was named', (gate, change) => {
    const facts = look(change as Parameters<typeof look>[0]);
    const command = shutGates(facts)[0]?.command;
    const row = readFileSync(new URL('../../docs/android.md', import.meta.url), 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`| \`${gate}\``));
    expect(row).toContain(command === undefined ? gate : `\`${command.replace('a.b', 'com.example.app')}\``);
    const named = shutGates({ ...facts, device: { id: 'emulator-5556', wasNamed: true } })[0]?.command;
    expect(named).toBe(
      command?.startsWith('adb shell') === true
        ? command.replace('adb', 'adb -s emulator-5556')
        : command === undefined
          ? undefined
          : `${command} --device emulator-5556`,
    );
  });

  test('the radios of a phone that is reached by its network are not switched', () => {
    const facts = look({ job: { required: ['CONNECTIVITY'], unsatisfied: ['CONNECTIVITY'] } });
    expect(shutGates({ ...facts, device: { id: '10.0.0.7:5555', wasNamed: false } })[0]?.command).toBe(
      'tokenwarp fire android --package a.b',
    );
  });

  test('battery saver is not lifted by allowing the app', () => {
    const saver = shutGates(look({ job: { implicit: { readyNotRestrictedInBg: false } } }))[0];
    expect([saver?.detail, saver?.command]).toEqual(['battery saver is on', 'adb shell cmd power set-mode 0']);
    expect(shutGates(look({ restricted: true }))[0]?.command).toBe('tokenwarp device restrict off --package a.b');
  });

  test('is one of those of the model of Android, which has no other, and the reasons of a stop are those it knows', () => {
    expect(GATES).toEqual([...new Set(SHUT.map(([gate]) => gate))].toSorted((a, b) => GATES.indexOf(a) - GATES.indexOf(b)));
    expect(
      SHUT.flatMap(([, change]) => shutGates(look(change as Parameters<typeof look>[0]))).every(({ gate }) => GATES.includes(gate)),
    ).toBe(true);
    expect(Object.values(JOB_STOP_REASONS).map(stopReasonOf)).not.toContain('STOP_REASON_UNKNOWN');
    expect(Object.keys(STANDBY_BUCKETS)).toEqual(BUCKETS);
  });

  test('is the first in the order of the system; the others stand behind it', () => {
    const all = shutGates(
      look({
        row: {},
        job: {
          required: ['TIMING_DELAY', 'CONNECTIVITY', 'CHARGING', 'FLEXIBILITY'],
          unsatisfied: ['CONNECTIVITY', 'WITHIN_QUOTA', 'TIMING_DELAY', 'FLEXIBILITY', 'CHARGING'],
          implicit: { readyNotDozing: false, readyNotRestrictedInBg: false },
          bucket: 'RARE',
          batchedFor: 1,
        },
      }),
    ).map(({ gate }) => gate);
    expect(all).toEqual(ANDROID_GATES.filter((gate) => all.includes(gate)));
    expect(all).toEqual([
      'WORK_NOT_DUE',
      'TIMING_DELAY',
      'CONNECTIVITY',
      'CHARGING',
      'DEVICE_NOT_DOZING',
      'BACKGROUND_NOT_RESTRICTED',
      'WITHIN_QUOTA',
      'FLEXIBILITY',
      'BATCHING',
    ]);
  });

  test('a constraint that is listed without being required holds nothing; quota is never required and does', () => {
    expect(shutGates(look({ job: { unsatisfied: ['CHARGING', 'TIMING_DELAY'] } }))).toEqual([]);
  });

  test('an app that Doze spares is not held by it where the dump does not say', () => {
    expect(shutGates(look({ job: { implicit: {} }, idle: { ...IDLE, allowed: ['a.b'] } }))).toEqual([]);
  });

  test('forced Doze does not end by itself, and batching after 31 minutes', () => {
    expect(shutGates(look({ job: { implicit: { readyNotDozing: false } }, idle: { ...IDLE, forced: true } }))[0]?.detail).toContain(
      'forced by somebody',
    );
    expect(shutGates(look({ job: { batchedFor: 60_000 } }))[0]?.opensIn).toBe(30 * 60_000);
  });
});

const SHOT: Snapshot = { jobId: 4, active: false, row: ROW, history: [] };
const START = { age: 1, what: 'START', uid: 'u0a1', id: 4, name: 'a.b/S' } as const;
const seen = (change: Partial<Evidence> & { row?: Partial<WorkRow> | null } = {}): Evidence => {
  const { row, ...rest } = change;
  const { row: before, ...bare } = SHOT;
  const after = row === null ? bare : { ...SHOT, row: { ...ROW, ...row } };
  return { before: before === undefined ? bare : SHOT, after, logs: true, held: [], settled: true, ...rest };
};
const noRow = ({ row: _row, ...rest }: Snapshot): Snapshot => rest;

describe('what became of it', () => {
  test.each([
    ['a logged result decides over everything', seen({ logged: 'RETRY', settled: false }), { outcome: 'ran', result: 'RETRY' }],
    [
      'one period more: it ran, and nobody knows with which result',
      seen({ row: { periods: 4, lastEnqueue: NOW + 5 } }),
      { outcome: 'ran', result: 'SUCCESS or FAILURE' },
    ],
    [
      'an attempt more and enqueued again: a retry',
      seen({ row: { attempts: 1, lastEnqueue: NOW + 5 } }),
      { outcome: 'ran', result: 'RETRY' },
    ],
    ['an attempt more at the old time: stopped', seen({ row: { attempts: 1, stopReason: 7 } }), { outcome: 'stopped', reason: 7 }],
    ['succeeded', seen({ row: { state: 'SUCCEEDED' } }), { outcome: 'ran', result: 'SUCCESS' }],
    ['failed', seen({ row: { state: 'FAILED' } }), { outcome: 'ran', result: 'FAILURE' }],
    ['cancelled', seen({ row: { state: 'CANCELLED' } }), { outcome: 'ran', result: 'cancelled' }],
    ['gone from the database', seen({ row: null }), { outcome: 'ran', result: 'cancelled' }],
    ['another number and an untouched row: refused', seen({ after: { ...SHOT, jobId: 5 } }), { outcome: 'refused' }],
    ['a start, a stop, and an untouched row: refused', seen({ after: { ...SHOT, history: [START] } }), { outcome: 'refused' }],
    ['nothing yet: wait', seen(), undefined],
    ['a start of another job of the app says nothing: wait', seen({ after: { ...SHOT, history: [{ ...START, id: 9 }] } }), undefined],
    ['still running: wait', seen({ after: { ...SHOT, active: true, jobId: 5 } }), undefined],
    ['running by the database: wait', seen({ row: { state: 'RUNNING', attempts: 1 } }), undefined],
    ['not yet still: wait', seen({ after: { ...SHOT, jobId: 5 }, settled: false }), undefined],
  ] as const)('%s', (_what, evidence, verdict) => expect(decide(evidence)).toEqual(verdict));

  const blind = { before: noRow(SHOT), after: noRow({ ...SHOT, jobId: 5 }) };
  test.each([
    ['no database, a log that is believed and says nothing: refused', seen(blind), { outcome: 'refused' }],
    ['no database and no log: undecided', seen({ ...blind, logs: false }), { outcome: 'undecided' }],
    [
      'no database and no log, but the server saw a refresh: it ran',
      seen({ ...blind, logs: false, refreshes: 1 }),
      { outcome: 'ran', result: 'unknown' },
    ],
  ] as const)('%s', (_what, evidence, verdict) => expect(decide(evidence)).toEqual(verdict));

  test('nothing moved and a gate is shut: held by it', () => {
    const gate = { gate: 'DEVICE_NOT_DOZING', detail: '', by: '' } as const;
    expect(decide(seen({ held: [gate] }))).toEqual({ outcome: 'held', gate });
    expect(decide(seen({ held: [gate], settled: false }))).toBeUndefined();
  });
});

test('a worker may be called by the end of its class name', () => {
  expect(
    ['com.example.RefreshWorker', 'RefreshWorker', 'example.RefreshWorker'].every((name) => isWorker('com.example.RefreshWorker', name)),
  ).toBe(true);
  expect(isWorker('com.example.Outer$Inner', 'Inner')).toBe(true);
  // Where only the trace of a job is known, it is the simple name.
  expect(isWorker('RefreshWorker', 'com.example.RefreshWorker')).toBe(true);
  expect(isWorker('com.example.PreRefreshWorker', 'RefreshWorker')).toBe(false);
});
