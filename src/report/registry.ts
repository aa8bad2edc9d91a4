// Which output formats there are; each is loaded only when it is asked for.
import type { ReporterFactory } from './reporter.ts';

export interface ReporterEntry {
  summary: string;
  load(): Promise<ReporterFactory>;
}

/** All reporters by the name that `--reporter` takes. */
export const REPORTERS = {
  lines: {
    summary: 'one line per scenario, failure blocks, totals (default)',
    load: async () => (await import('./lines.ts')).linesReporter,
  },
  quiet: { summary: 'failures and one line of totals', load: async () => (await import('./quiet.ts')).quietReporter },
  json: { summary: 'one document, schema tokenwarp/result.v1', load: async () => (await import('./json.ts')).jsonReporter },
  ndjson: { summary: 'one JSON line per scenario, then one with the totals', load: async () => (await import('./json.ts')).ndjsonReporter },
  junit: { summary: 'JUnit XML: a suite per scenario, a case per invariant', load: async () => (await import('./junit.ts')).junitReporter },
  github: {
    summary: 'annotations and step summary of GitHub Actions (added by itself there)',
    load: async () => (await import('./github.ts')).githubReporter,
  },
} as const satisfies Record<string, ReporterEntry>;

export type ReporterName = keyof typeof REPORTERS;
