// The rule table of submit once more, transcribed from facts 1.2 and 1.3 without the model's own code, against the model in any life of an app.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InfoPlist, IosDecision } from '../../../src/os/ios/words.ts';
import { CLEANUP, INFO, REFRESH, type Bench, type Entry } from './bench.ts';
import { OTHER, phoneOf, requestOf, script, SEED, steps, take, type Submit } from './random-life.ts';

/** What an observer of the log knows: it never looks into the model. */
class Observer {
  alive = false;
  suspended = false;
  installed = true;
  info: InfoPlist = { ...INFO, BGTaskSchedulerPermittedIdentifiers: [REFRESH, CLEANUP, OTHER] };
  refreshOnPhone = true;
  refreshOfApp = true;
  readonly registered = new Set<string>();
  readonly pending = new Map<string, string>();

  see(entry: Entry): void {
    if ('decision' in entry) return this.#decided(entry.decision);
    const { input } = entry;
    if (input.type === 'background-app-refresh' && input.scope === 'phone') this.refreshOnPhone = input.setting !== 'off';
    if (input.type === 'background-app-refresh' && input.scope === 'app') this.refreshOfApp = input.setting === 'on';
    if (input.type === 'uninstall') this.installed = false;
    if (input.type === 'update' && this.installed) this.info = input.info;
    if (input.type === 'install' && !this.installed) {
      this.installed = true;
      this.info = input.info;
    }
    if (input.type === 'submit') this.#asked = input.request.kind;
  }

  #asked = '';

  #decided(decision: IosDecision): void {
    if (decision.type === 'process.launched') this.alive = true;
    if (decision.type === 'process.suspended') this.suspended = true;
    if (decision.type === 'process.resumed') this.suspended = false;
    if (decision.type === 'process.ended' || decision.type === 'process.crashed') {
      this.alive = this.suspended = false;
      this.registered.clear();
    }
    if (decision.type === 'register.answered' && decision.registered) this.registered.add(decision.identifier);
    if (decision.type === 'request.taken' || decision.type === 'request.cancelled') this.pending.delete(decision.identifier);
    if (decision.type === 'submit.accepted') this.pending.set(decision.identifier, this.#asked);
  }

  /** Facts R8, then R9 with R11 and R12: the first that applies. */
  expected({ process, identifier, kind }: Submit): string {
    const permitted = this.info.BGTaskSchedulerPermittedIdentifiers.includes(identifier);
    if (process === 'app' && !this.alive) return 'ignored: not running';
    if (process === 'app' && this.suspended) return 'ignored: suspended';
    if (kind === 'BGTaskRequest') return 'false';
    if (process === 'app' && !this.registered.has(identifier)) return permitted ? 'exception' : '3 Unrecognized Identifier';
    if (process === 'keyboard') return '1 extension may not schedule';
    if (!this.refreshOnPhone || !this.refreshOfApp) return '1 backgroundRefreshStatus';
    if (!this.installed) return '3 app record';
    if (!this.info.UIBackgroundModes.includes(kind === 'BGAppRefreshTaskRequest' ? 'fetch' : 'processing')) return '3 UIBackgroundModes';
    if (!permitted) return '3 BGTaskSchedulerPermittedIdentifiers';
    const isRefresh = (one: string): boolean => one === 'BGAppRefreshTaskRequest';
    const others = [...this.pending].filter(([other, otherKind]) => other !== identifier && isRefresh(otherKind) === isRefresh(kind));
    return others.length + 1 > (isRefresh(kind) ? 1 : 10) ? '2 limit' : 'accepted';
  }
}

function answered(decisions: readonly IosDecision[]): string {
  for (const decision of decisions) {
    if (decision.type === 'input.ignored') return `ignored: ${decision.why}`;
    if (decision.type === 'process.crashed') return 'exception';
    if (decision.type === 'submit.accepted') return 'accepted';
    if (decision.type === 'submit.refused') return decision.code === undefined ? 'false' : `${decision.code} ${decision.why}`;
  }
  return 'nothing';
}

it('every submit in any life is answered as the table says', () => {
  const answers = new Set<string>();
  fc.assert(
    fc.property(fc.record({ app: script, steps, seed: fc.nat(1000) }), ({ app, steps: all, seed }) => {
      const bench: Bench = phoneOf(app, seed, true);
      const observer = new Observer();
      const [told, wanted]: [string[], string[]] = [[], []];
      let seen = 0;
      for (const step of all) {
        for (const entry of bench.log.slice(seen)) observer.see(entry);
        seen = bench.log.length;
        if (step.do !== 'submit') {
          take(bench, step);
          continue;
        }
        const expected = observer.expected(step);
        const from = bench.history.length;
        bench.do({ type: 'submit', process: step.process, request: requestOf(bench, step) });
        told.push(answered(bench.history.slice(from).map(({ decision }) => decision)));
        wanted.push(expected);
        answers.add(expected);
      }
      expect(told).toEqual(wanted);
    }),
    { numRuns: 600, seed: SEED },
  );
  // a table of which half is never reached would prove half
  expect([...answers].toSorted()).toEqual([
    '1 backgroundRefreshStatus',
    '1 extension may not schedule',
    '2 limit',
    '3 BGTaskSchedulerPermittedIdentifiers',
    '3 UIBackgroundModes',
    '3 Unrecognized Identifier',
    '3 app record',
    'accepted',
    'exception',
    'false',
    'ignored: not running',
    'ignored: suspended',
  ]);
});
