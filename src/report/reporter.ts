// The contract of every output format: a record comes in, text goes out through `write`. A reporter decides no outcome,
// reads no clock, no environment and no file, and never prints by itself.
import type { Outcome, RunResult } from '../verify/result.ts';
import type { Screen } from './screen.ts';

/** What is known before the first run. */
export interface RunInfo {
  /** Of tokenwarp. */
  version: string;
  /** Names in the order in which they run. */
  scenarios: readonly string[];
  seeds: readonly number[];
  /** `built-in engine`, or the module's path as given. */
  client: string;
}

/** One scenario with its wall time; over several seeds the worst one, and how many did not pass. */
export interface ScenarioReport {
  result: RunResult;
  /** For people only: never part of a digest or of a decision. */
  wallMs: number;
  /** Present when the scenario ran over more than one seed. */
  seeds?: { run: number; notPassed: readonly number[]; digest: string };
  /** Present when the same seed gave two histories. */
  divergence?: Divergence;
}

/** The first event in which two histories of one seed differ; absent where one of them ended before. */
export interface Divergence {
  seq: number;
  first?: string;
  second?: string;
  how: string;
}

export interface Summary {
  counts: Readonly<Record<Outcome, number>>;
  /** Same seed, different history. */
  divergent: number;
  /** Selected but not run: stopped by `--bail` or by a signal. */
  notRun: number;
  /** Sum over all runs, ms. */
  virtualMs: number;
  wallMs: number;
  /** Fingerprint of all histories in order. */
  digest: string;
  /** Why something was not applicable -> how many scenarios. */
  notApplicable: readonly { reason: string; count: number }[];
  /** Invariants that had nothing to judge in any scenario: of them this run says nothing. */
  idle: readonly string[];
  interrupted?: string;
}

/** Everything a reporter is lent. */
export interface ReportContext {
  write(text: string): void;
  screen: Screen;
  /** More than most people want to read. */
  verbose?: boolean;
  /** Appends Markdown to the step summary of GitHub Actions; absent elsewhere. */
  stepSummary?(text: string): void;
}

/** All methods are optional: a format takes what it needs. Called in this order: begin, result for each scenario, end. */
export interface Reporter {
  begin?(info: RunInfo): void;
  result?(report: ScenarioReport): void;
  end?(summary: Summary): void;
}

export type ReporterFactory = (context: ReportContext) => Reporter;

/** One reporter that hands everything to several, in order. */
export function multiplex(reporters: readonly Reporter[]): Required<Reporter> {
  return {
    begin: (info) => {
      for (const reporter of reporters) reporter.begin?.(info);
    },
    result: (report) => {
      for (const reporter of reporters) reporter.result?.(report);
    },
    end: (summary) => {
      for (const reporter of reporters) reporter.end?.(summary);
    },
  };
}
