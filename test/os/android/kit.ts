// Drives the model the way a world does: time moves from event to event, workers answer after a while, everything is kept.
import { createAndroid } from '../../../src/os/android/android.ts';
import type { AndroidDecision } from '../../../src/os/android/decisions.ts';
import type { AndroidInput, WorkOutcome } from '../../../src/os/android/inputs.ts';
import type { AndroidOptions } from '../../../src/os/android/state.ts';
import type { ApiLevel } from '../../../src/os/android/tables.ts';
import type { WorkRequest } from '../../../src/os/android/work-spec.ts';
import type { Gate, OsMoment } from '../../../src/os/model.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Wall clock of the device at elapsed 0. */
export const WALL = Date.UTC(2026, 0, 5);

export type DecisionOf<T extends AndroidDecision['type']> = Extract<AndroidDecision, { type: T }>;
/** How a worker answers a start: after `takes` ms, or never. */
export type Worker = (start: DecisionOf<'start'>) => { outcome: WorkOutcome; takes: number } | 'never';

export const succeeds: Worker = () => ({ outcome: 'success', takes: 2 * SECOND });
export const answers =
  (outcome: WorkOutcome, takes = 2 * SECOND): Worker =>
  () => ({ outcome, takes });
export const never: Worker = () => 'never';

export class Phone {
  readonly model;
  readonly log: AndroidDecision[] = [];
  now: number;
  offset: number;
  worker: Worker;
  /** Every state of Doze, with the time it was entered. */
  readonly doze: { at: number; deep: string; light: string }[] = [];
  /** Told of each moment after the model acted at it. */
  watch: ((phone: Phone) => void) | undefined;
  readonly #answers: { at: number; run: string; outcome: WorkOutcome }[] = [];

  constructor(api: ApiLevel = 34, options: Omit<AndroidOptions, 'api'> & { worker?: Worker } = {}) {
    const { worker = succeeds, ...rest } = options;
    this.model = createAndroid({ api, start: { elapsed: 0, wall: WALL }, ...rest });
    this.now = 0;
    this.offset = WALL;
    this.worker = worker;
  }

  get at(): OsMoment {
    return { elapsed: this.now, wall: this.now + this.offset };
  }

  do(...inputs: AndroidInput[]): AndroidDecision[] {
    const from = this.log.length;
    for (const input of inputs) {
      this.#take(this.model.handle(input, this.at));
      this.advance(0);
    }
    return this.log.slice(from);
  }

  advance(ms: number): AndroidDecision[] {
    return this.until(this.now + ms);
  }

  /** Plays everything up to and including `end`, elapsed ms. */
  until(end: number): AndroidDecision[] {
    const from = this.log.length;
    for (;;) {
      const answer = this.#answers[0];
      const next = this.model.next() ?? Infinity;
      if (Math.min(answer?.at ?? Infinity, next) > end) break;
      if (answer !== undefined && answer.at <= next) {
        this.#answers.shift();
        this.now = answer.at;
        this.#take(this.model.handle({ type: 'finished', run: answer.run, outcome: answer.outcome }, this.at));
      } else {
        this.now = next;
        this.#take(this.model.tick(this.at));
      }
    }
    this.now = end;
    return this.log.slice(from);
  }

  setClock(wall: number): AndroidDecision[] {
    this.offset = wall - this.now;
    return this.do({ type: 'time-set' });
  }

  why(job = 'work-1'): Gate {
    return this.model.why(job, this.at);
  }

  of<T extends AndroidDecision['type']>(type: T): DecisionOf<T>[] {
    return this.log.filter((decision): decision is DecisionOf<T> => decision.type === type);
  }

  /** Elapsed ms of every start. */
  starts(): number[] {
    return this.of('start').map(({ at }) => at);
  }

  #take(decisions: AndroidDecision[]): void {
    this.log.push(...decisions);
    for (const decision of decisions) {
      if (decision.type !== 'start') continue;
      const answer = this.worker(decision);
      if (answer !== 'never') this.#answers.push({ at: this.now + answer.takes, run: decision.run, outcome: answer.outcome });
    }
    this.#answers.sort((a, b) => a.at - b.at);
    const { deep, light } = this.model.view();
    const before = this.doze.at(-1);
    if (before?.deep !== deep || before.light !== light) this.doze.push({ at: this.now, deep, light });
    this.watch?.(this);
  }
}

export const periodic = (interval: number, rest: Partial<WorkRequest> = {}): AndroidInput => ({
  type: 'enqueue',
  requests: [{ worker: 'RefreshWorker', periodic: { interval }, ...rest }],
});
export const oneTime = (rest: Partial<WorkRequest> = {}): AndroidInput => ({
  type: 'enqueue',
  requests: [{ worker: 'RefreshWorker', ...rest }],
});

/** A phone whose app was opened, used and left, screen still on: everything is in order. */
export function usedPhone(api: ApiLevel = 34, options: ConstructorParameters<typeof Phone>[1] = {}): Phone {
  const phone = new Phone(api, options);
  phone.do({ type: 'app-foreground' }, { type: 'app-background' });
  return phone;
}
