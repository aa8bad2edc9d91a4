// Laws of the iOS model in any life of a phone, with an app that behaves any way at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IosDecision } from '../../../src/os/ios/words.ts';
import { DAY, MINUTE, SECOND, type AppScript, type Bench } from './bench.ts';
import { IDENTIFIERS, phoneOf, script, SEED, steps, take, type Step } from './random-life.ts';

interface Life {
  readonly app: AppScript;
  readonly steps: Step[];
  readonly seed: number;
  readonly likely: boolean;
}
const life: fc.Arbitrary<Life> = fc.record({ app: script, steps, seed: fc.nat(1000), likely: fc.boolean() });

/** Lives it to the end and three days on; `each` looks before every step. */
const live = ({ app, steps: all, seed, likely }: Life, each?: (bench: Bench) => void): Bench => {
  const bench = phoneOf(app, seed, likely);
  for (const step of all) {
    each?.(bench);
    take(bench, step);
  }
  bench.pass(3 * DAY);
  return bench;
};
const law = (check: (lived: Life) => void): void => fc.assert(fc.property(life, check), { numRuns: 300, seed: SEED });

describe('in any life', () => {
  it('a request never starts before its earliestBeginDate, as the wall clock stands at the start', () => {
    law((lived) => {
      let asked: number | undefined;
      const floors = new Map<string, number>();
      const early: unknown[] = [];
      for (const entry of live(lived).log) {
        if ('input' in entry) asked = entry.input.type === 'submit' ? entry.input.request.earliestBeginDate : asked;
        else if (entry.decision.type === 'submit.accepted') floors.set(entry.decision.identifier, asked ?? -Infinity);
        else if (entry.decision.type === 'request.taken' && entry.wall < (floors.get(entry.decision.identifier) ?? Infinity))
          early.push(entry);
      }
      expect(early).toEqual([]);
    });
  });

  it('no app-refresh task starts and no silent push arrives between a force-quit and the next launch by the user', () => {
    law((lived) => {
      let quit = false;
      const uninvited: unknown[] = [];
      for (const entry of live(lived).log) {
        if ('input' in entry) {
          if (entry.input.type === 'force-quit') quit = true;
          if (entry.input.type === 'uninstall') quit = false;
          continue;
        }
        const { decision } = entry;
        if (decision.type === 'app.foreground' || (decision.type === 'input.ignored' && decision.input === 'force-quit')) quit = false;
        const started = decision.type === 'task.started' && decision.kind === 'BGAppRefreshTaskRequest';
        if (quit && (started || decision.type === 'push.delivered')) uninvited.push(entry);
      }
      expect(uninvited).toEqual([]);
    });
  });

  it('each accepted submit leads to one start or one cancellation at most, and each start to one end at most', () => {
    law((lived) => {
      const states = new Map<string, { pending: boolean; running: boolean }>(
        IDENTIFIERS.map((identifier) => [identifier, { pending: false, running: false }]),
      );
      for (const { decision } of live(lived).history) {
        const change = CHANGES[decision.type];
        if (change === undefined || !('identifier' in decision)) continue;
        const state = states.get(decision.identifier);
        expect({ decision, ...state }).toMatchObject(change.needs);
        states.set(decision.identifier, { pending: false, running: false, ...state, ...change.leaves });
      }
    });
  });

  it('the expiration handler is called before the app is killed, and within what the task was given', () => {
    law((lived) => {
      let told = -Infinity;
      const taken = new Map<string, number>();
      for (const { at, decision } of live(lived).history) {
        if (decision.type === 'request.taken') taken.set(decision.identifier, at);
        if (decision.type === 'task.expired') {
          told = at;
          expect(at - (taken.get(decision.identifier) ?? -Infinity)).toBeLessThanOrEqual(10 * MINUTE);
        }
        // an app that is still launching when its time is over is killed without having been told: its handler never ran
        const slow = (lived.app.launchTakes ?? 0) > 20 * SECOND;
        if (decision.type === 'process.ended' && decision.why === 'expiration-overrun' && !slow)
          expect(at - told).toBeLessThanOrEqual(5 * SECOND);
      }
    });
  });

  it('a process is launched when there is none and resumed when it sleeps, and app code runs in one that runs', () => {
    law((lived) => {
      let state = 'none';
      const impossible: string[] = [];
      for (const { decision } of live(lived).history) {
        const needed = NEEDS[decision.type] ?? state;
        if (needed !== state) impossible.push(`${decision.type} of a process: ${state}`);
        state = LEAVES[decision.type] ?? state;
      }
      expect(impossible).toEqual([]);
    });
  });

  it('`why` agrees with what happens next: a gate that opens by itself does so in its moment, and the last one starts the task', () => {
    let checked = 0;
    law((lived) => {
      live(lived, (bench) => {
        const next = bench.model.next();
        for (const identifier of IDENTIFIERS) {
          const { gate, opens } = bench.why(identifier);
          if (opens === undefined) continue;
          expect(next).toBeLessThanOrEqual(opens);
          if (next !== opens || bench.nextTimer() <= opens) continue;
          checked += 1;
          const decisions = bench.pass(opens - bench.now);
          const started = decisions.some((decision) => decision.type === 'request.taken' && decision.identifier === identifier);
          if (LAST.includes(gate)) expect(started).toBe(true);
          else expect([started, bench.why(identifier).gate]).not.toEqual([false, gate]);
          return;
        }
      });
    });
    expect(checked).toBeGreaterThan(100);
  });

  it('the gate that was told last is the gate that holds', () => {
    law((lived) => {
      live(lived, (bench) => {
        for (const { identifier } of bench.model.pending()) {
          const told = bench.all('task.held').findLast((held) => held.identifier === identifier);
          expect(bench.why(identifier).gate).toBe(told?.gate.gate);
        }
      });
    });
  });

  it('the model is never behind: what it does next is not in the past', () => {
    law((lived) => {
      live(lived, (bench) => expect(bench.model.next() ?? Infinity).toBeGreaterThanOrEqual(bench.now));
    });
  });

  it('the same life is lived twice the same way', () => {
    law((lived) => {
      expect(live(lived).history).toEqual(live(lived).history);
    });
  });
});

it('nothing is polled: ten days behind one gate cost not one look', () => {
  const bench = phoneOf({ registers: [...IDENTIFIERS] }, 1, true);
  bench.submitAndLeave({ identifier: IDENTIFIERS[0], kind: 'BGAppRefreshTaskRequest' });
  bench.do({ type: 'low-power-mode', on: true });
  bench.pass(MINUTE);
  const before = bench.ticks;
  bench.pass(10 * DAY);
  expect(bench.ticks - before).toBe(0);
  bench.do({ type: 'low-power-mode', on: false });
  expect(bench.until('task.started', DAY)).toBeDefined();
});

const LAST = ['app usage', 'discretionary', 'submission queue'];

/** Per identifier: what must be so before a decision, and what is so after it. */
const CHANGES: Partial<Record<IosDecision['type'], { needs: object; leaves: object }>> = {
  'submit.accepted': { needs: { pending: false }, leaves: { pending: true } },
  'request.cancelled': { needs: { pending: true }, leaves: { pending: false } },
  'request.taken': { needs: { pending: true, running: false }, leaves: { pending: false, running: true } },
  'task.started': { needs: { running: true }, leaves: {} },
  'task.expired': { needs: { running: true }, leaves: {} },
  'task.completed': { needs: { running: true }, leaves: { running: false } },
  'task.lost': { needs: { running: true }, leaves: { running: false } },
};

/** Of the process: what it must be for a decision, and what it is after it. */
const NEEDS: Partial<Record<IosDecision['type'], string>> = {
  'process.launched': 'none',
  'process.resumed': 'sleeps',
  'process.suspended': 'runs',
  'process.crashed': 'runs',
  'register.answered': 'runs',
  'task.started': 'runs',
  'task.expired': 'runs',
  'background-task.expired': 'runs',
  'push.delivered': 'runs',
  'push.expired': 'runs',
};
const LEAVES: Partial<Record<IosDecision['type'], string>> = {
  'process.launched': 'runs',
  'process.resumed': 'runs',
  'process.suspended': 'sleeps',
  'process.ended': 'none',
  'process.crashed': 'none',
};
