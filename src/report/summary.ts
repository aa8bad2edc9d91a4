// Totals of a run, computed from the results and nothing else: every reporter and the exit code read the same numbers.
import { hash } from 'node:crypto';
import { formatDuration } from '../core/duration.ts';
import type { Outcome } from '../verify/result.ts';
import type { ScenarioReport, Summary } from './reporter.ts';
import type { Paint } from './screen.ts';

/** Totals. `selected` counts scenarios that were to run; what has no report was not run. */
export function summarise(reports: readonly ScenarioReport[], rest: { selected: number; wallMs: number; interrupted?: string }): Summary {
  const counts: Record<Outcome, number> = { passed: 0, failed: 0, 'not-applicable': 0, inconclusive: 0 };
  const reasons = new Map<string, number>();
  let virtualMs = 0;
  for (const { result } of reports) {
    counts[result.outcome] += 1;
    virtualMs += result.virtualMs;
    if (result.outcome === 'not-applicable')
      reasons.set(result.reason ?? 'no reason given', (reasons.get(result.reason ?? 'no reason given') ?? 0) + 1);
  }
  return {
    counts,
    divergent: reports.filter((report) => report.divergence !== undefined).length,
    notRun: rest.selected - reports.length,
    virtualMs,
    wallMs: rest.wallMs,
    digest: digestOf(reports.map(({ result, seeds }) => `${result.scenario.name} ${result.seed} ${seeds?.digest ?? result.digest}`)),
    idle: idleEverywhere(reports),
    notApplicable: [...reasons].map(([reason, count]) => ({ reason, count })),
    ...(rest.interrupted === undefined ? {} : { interrupted: rest.interrupted }),
  };
}

function idleEverywhere(reports: readonly ScenarioReport[]): string[] {
  const verdicts = reports.filter(({ result }) => result.outcome !== 'not-applicable').map(({ result }) => result.verdict);
  const idle = new Set(verdicts.flatMap((verdict) => verdict.idle));
  const judged = new Set(
    verdicts.flatMap((verdict) =>
      Object.entries(verdict.judged)
        .filter(([, count]) => count > 0)
        .map(([name]) => name),
    ),
  );
  return [...idle].filter((name) => !judged.has(name)).sort();
}

/** Fingerprint of several lines, in order: 16 hex digits. */
export function digestOf(lines: readonly string[]): string {
  return hash('sha256', lines.map((line) => `${line}\n`).join('')).slice(0, 16);
}

/** `33 passed · 1 failed · 0 not applicable · 0 inconclusive     3h41m virtual in 0.4 s     digest 9f2c41d0a1b2c3d4`. */
export function summaryLine(summary: Summary, paint: Paint): string {
  const { counts } = summary;
  const parts = [
    paint(counts.passed > 0 ? 'green' : 'dim', `${counts.passed} passed`),
    paint(counts.failed > 0 ? 'red' : 'dim', `${counts.failed} failed`),
    paint('dim', `${counts['not-applicable']} not applicable`),
    paint(counts.inconclusive > 0 ? 'yellow' : 'dim', `${counts.inconclusive} inconclusive`),
    ...(summary.divergent > 0 ? [paint('red', `${summary.divergent} not deterministic`)] : []),
    ...(summary.notRun > 0 ? [paint('yellow', `${summary.notRun} not run`)] : []),
    ...(summary.interrupted === undefined ? [] : [paint('yellow', `interrupted by ${summary.interrupted}`)]),
  ];
  return `${parts.join(' · ')}     ${formatDuration(summary.virtualMs)} virtual in ${seconds(summary.wallMs)}     digest ${summary.digest}`;
}

/** Why scenarios were not applicable, most frequent first. */
export function notApplicableLines(summary: Summary): string[] {
  return summary.notApplicable
    .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
    .map(({ reason, count }) => `${count} × ${reason}`);
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(Math.round(ms / 1_000) * 1_000);
}
