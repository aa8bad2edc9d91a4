// What a scenario expects beside the invariants: counts, outcomes, session states.
import type { SessionState } from '../core/contract.ts';
import type { SourcePosition } from '../core/errors.ts';
import type { Operation } from './operations.ts';
import type { CountBound, Expectations, RequestOutcome } from './plan.ts';
import type { Stage } from './stage.ts';

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
  const misses = [...counts(facts, expect), ...sessions(facts, expect), ...requests(facts, expect)];
  return misses.map((message) => (expect.source === undefined ? { message } : { message, source: expect.source }));
}

function counts(facts: ExpectedOf, { refreshes, prompts }: Expectations): string[] {
  const { events } = facts.stage.recorder.history;
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  return [...outside('refresh request', count('token.sent'), refreshes), ...outside('prompt', count('prompt.shown'), prompts)];
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
    return processes
      .filter((process) => process.client?.state !== undefined && process.shown !== wanted)
      .map((process) => `${process.name} should be ${wanted satisfies SessionState}, but is ${process.shown}`);
  });
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
