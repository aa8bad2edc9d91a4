// What a scenario expects beside the invariants: counts, outcomes, session states.
import type { SourcePosition } from '../core/errors.ts';
import { gapsIn, isOpen, type AppStream } from './listening.ts';
import type { Operation } from './operations.ts';
import type { HistoryEvent } from '../core/events.ts';
import { countLosses } from '../verify/background-losses.ts';
import { refreshingRuns } from '../verify/background-report.ts';
import type { CountBound, Expectations, JobsExpectation, SessionExpectation } from './expectation-plan.ts';
import type { RequestOutcome } from './plan.ts';
import type { Stage } from './stage.ts';
import type { Process } from './device.ts';

/** Something the scenario expected and did not get. */
export interface ExpectationMiss {
  message: string;
  source?: SourcePosition;
  seq?: number;
}

/** What expectations are checked against: the world, and requests by the name the scenario gave them. */
export interface ExpectedOf {
  readonly stage: Stage;
  readonly named: ReadonlyMap<string, Operation>;
  readonly streams: ReadonlyMap<string, AppStream>;
}

export function matchesOutcome(request: Operation, wanted: RequestOutcome): boolean {
  if (wanted === 'pending') return !request.settled;
  if (wanted === 'ok') return request.status !== undefined && request.status >= 200 && request.status < 300;
  return typeof wanted === 'number' ? request.status === wanted : request.reason === wanted;
}

export function outcomeText(request: Operation): string {
  if (!request.settled) return 'pending';
  return request.status === undefined ? `rejected (${request.reason ?? 'unspecified'})` : String(request.status);
}

export function checkExpectations(facts: ExpectedOf, expect: Expectations): ExpectationMiss[] {
  const misses = [...counts(facts, expect), ...sessions(facts, expect), ...requests(facts, expect), ...streams(facts, expect)];
  return misses.map((message) => (expect.source === undefined ? { message } : { message, source: expect.source }));
}

function counts({ stage }: ExpectedOf, { refreshes, prompts, lost, jobs }: Expectations): string[] {
  const { events } = stage.recorder.history;
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  const logins = lost === undefined ? 0 : stage.devices.reduce((sum, { name }) => sum + countLosses(events, name), 0);
  return [
    ...outside('refresh request', count('token.sent'), refreshes),
    ...outside('prompt', count('prompt.shown'), prompts),
    ...outside('lost login', logins, lost),
    ...(jobs === undefined ? [] : jobCounts(events, jobs)),
  ];
}

const JOBS = {
  runs: ['job run', 'job.started'],
  refused: ['refused job', 'job.refused'],
  stopped: ['stopped job run', 'job.stopped'],
  cancelled: ['cancelled job', 'job.cancelled'],
  lost: ['lost job', 'job.lost'],
} as const;

function jobCounts(events: readonly HistoryEvent[], { renewing, held = [], ...bounds }: JobsExpectation): string[] {
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  const gates = new Set(events.flatMap((event) => (event.type === 'job.held' ? [event.gate] : [])));
  const never = held.filter((gate) => !gates.has(gate));
  return [
    ...Object.entries(JOBS).flatMap(([name, [what, type]]) => outside(what, count(type), bounds[name as keyof typeof bounds])),
    ...outside('renewing job run', renewing === undefined ? 0 : refreshingRuns(events).size, renewing),
    ...never.map(
      (gate) =>
        `expected a job to be held by ${gate}, but ${gates.size === 0 ? 'nothing held one' : `it was held by ${[...gates].join(', ')}`}`,
    ),
  ];
}

function outside(what: string, actual: number, bound: CountBound | undefined): string[] {
  if (bound === undefined || (actual >= bound.min && actual <= bound.max)) return [];
  return [`expected ${boundText(bound)} ${what}${bound.max === 1 ? '' : 's'}, but there ${actual === 1 ? 'was' : 'were'} ${actual}`];
}

export function boundText({ min, max }: CountBound): string {
  if (min === max) return String(min);
  if (min === 0) return `at most ${max}`;
  return max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`;
}

function sessions(facts: ExpectedOf, expect: Expectations): string[] {
  return Object.entries(expect.sessions ?? {}).flatMap(([name, wanted]) => {
    const { stage } = facts;
    const processes = name.includes('/') ? [stage.process(name)] : stage.device(name).processes;
    return processes.filter((process) => process.client?.state !== undefined).flatMap((process) => unlike(process, wanted));
  });
}

function unlike({ name, shown, reason }: Process, wanted: SessionExpectation): string[] {
  if (shown !== wanted.state) return [`${name} should be ${wanted.state}, but is ${shown}`];
  if (wanted.reason === undefined || reason === undefined || wanted.reason.includes(reason)) return [];
  return [`${name} should be ${shown} for ${wanted.reason.join(' or ')}, but says ${reason}`];
}

function requests(facts: ExpectedOf, expect: Expectations): string[] {
  return Object.entries(expect.requests ?? {}).flatMap(([name, wanted]) => {
    const request = facts.named.get(name);
    if (request === undefined) return [`request "${name}" was never made`];
    return wanted.some((outcome) => matchesOutcome(request, outcome))
      ? []
      : [`request "${name}" should be ${wanted.join(' or ')}, but is ${outcomeText(request)}`];
  });
}

function streams(facts: ExpectedOf, expect: Expectations): string[] {
  return Object.entries(expect.streams ?? {}).flatMap(([name, wanted]) => {
    const stream = facts.streams.get(name);
    if (stream === undefined) return [`stream "${name}" was never asked for`];
    const open = isOpen(facts.stage, stream);
    return [
      ...(wanted.open === undefined || wanted.open === open
        ? []
        : [`stream "${name}" should be ${wanted.open ? 'open' : 'closed'}, but is ${open ? 'open' : 'closed'}`]),
      ...outside(`message on stream "${name}"`, stream.messages.length, wanted.messages),
      ...outside(`gap in stream "${name}"`, gapsIn(stream), wanted.gaps),
    ];
  });
}
