// The results of a run with a real app as they come, and their reports: whole when the run ends, of what had finished when it is ended.
import type { ScenarioReport } from '../../report/reporter.ts';
import { summarise } from '../../report/summary.ts';
import { DEFAULT_SEED } from '../../scenario/run.ts';
import type { Plan } from '../../sim/plan.ts';
import type { OpenReports } from '../reports.ts';
import { packageVersion, type StopSignal, type System } from '../system.ts';
import type { RunWords } from './transcript-file.ts';

/** What is to be run, from the command line or from a transcript. */
export interface Job {
  readonly plans: readonly Plan[];
  /** The command for each that does it again. */
  readonly replays: readonly string[];
  readonly words: RunWords;
}

export interface Tally {
  readonly finished: readonly ScenarioReport[];
  /** How many did not hold. */
  readonly broken: number;
  begin(client: string): void;
  add(report: ScenarioReport): void;
  /** Every scenario that should run has run. */
  end(): void;
  /** Without an end before: writes the reports when there is something to tell. */
  close(): void;
}

/** `now`: of the recorded clock, so that a run that is played back says the same. */
export function openTally(
  { reporter, close }: OpenReports,
  { plans, words }: Job,
  { system, now }: { system: System; now(): number },
): Tally {
  const finished: ScenarioReport[] = [];
  const started = now();
  const state: { signal?: StopSignal; ended: boolean } = { ended: false };
  const remove = system.onSignal((signal) => void (state.signal = signal));
  const end = (wallMs: number): void => {
    state.ended = true;
    const { signal } = state;
    reporter.end(summarise(finished, { selected: plans.length, wallMs, ...(signal === undefined ? {} : { interrupted: signal }) }));
    close();
  };
  return {
    finished,
    get broken() {
      return finished.filter(({ result }) => result.outcome === 'failed').length;
    },
    begin(client) {
      const scenarios = plans.map(({ name }) => name);
      reporter.begin({ version: packageVersion(), scenarios, seeds: [words.seed ?? DEFAULT_SEED], client });
    },
    add(report) {
      finished.push(report);
      reporter.result(report);
    },
    end: () => end(now() - started),
    close() {
      remove();
      // A transcript that has come to its end knows no time any more.
      if (!state.ended && (finished.length > 0 || state.signal !== undefined)) end(finished.reduce((sum, one) => sum + one.wallMs, 0));
    },
  };
}
