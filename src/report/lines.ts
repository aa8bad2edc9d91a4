// One line per scenario as it finishes, the failure blocks, the totals: what a person reads in a terminal or a CI log.
import { formatDuration } from '../core/duration.ts';
import { backgroundText, wantsBackground } from './background.ts';
import { failureText, problemsOf } from './failure.ts';
import type { Reporter, ReportContext, RunInfo, ScenarioReport } from './reporter.ts';
import { paintOf } from './screen.ts';
import type { Paint } from './screen.ts';
import { notApplicableLines, summaryLine } from './summary.ts';

/** Marks of the four outcomes. */
const MARKS = { passed: ['green', '✓'], failed: ['red', '✗'], 'not-applicable': ['dim', '–'], inconclusive: ['yellow', '?'] } as const;

/** The default reporter. */
export function linesReporter(context: ReportContext): Reporter {
  const paint = paintOf(context.screen);
  const blocks: string[][] = [];
  let nameWidth = 0;
  return {
    begin(info) {
      nameWidth = Math.max(0, ...info.scenarios.map((name) => name.length));
      context.write(`${headerLine(info, paint)}\n`);
    },
    result(report) {
      context.write(`${scenarioLine(report, nameWidth, paint)}\n`);
      const block = failureText(report, { paint, width: context.screen.columns });
      if (block.length > 0) blocks.push(block);
      if (context.verbose === true || wantsBackground(report.result)) {
        const background = backgroundText(report.result, { paint, width: context.screen.columns });
        if (background.length > 0) blocks.push(background);
      }
    },
    end(summary) {
      for (const block of blocks) context.write(`\n${block.join('\n')}\n`);
      const reasons = notApplicableLines(summary);
      if (blocks.length > 0 || reasons.length > 0) context.write('\n');
      for (const reason of reasons) context.write(` ${paint('dim', `– not applicable: ${reason}`)}\n`);
      if (context.verbose === true && summary.idle.length > 0)
        context.write(` ${paint('dim', `– idle everywhere: ${summary.idle.join(', ')}`)}\n`);
      context.write(` ${summaryLine(summary, paint)}\n`);
    },
  };
}

/** `tokenwarp 0.1.0 · 34 scenarios · seed 42`. */
export function headerLine(info: RunInfo, paint: Paint): string {
  const count = info.scenarios.length;
  const [first, ...more] = info.seeds;
  const last = more.at(-1);
  const seeds = last === undefined ? `seed ${first}` : `${info.seeds.length} seeds ${first}..${last}`;
  const client = info.client === 'built-in engine' ? [] : [`client ${info.client}`];
  return `${paint('bold', `tokenwarp ${info.version}`)} · ${[`${count} ${count === 1 ? 'scenario' : 'scenarios'}`, seeds, ...client].join(' · ')}`;
}

/** ` ✓ expiry-ahead-of-burst   2 refreshes   5m20s virtual     3 ms`. */
function scenarioLine(report: ScenarioReport, nameWidth: number, paint: Paint): string {
  const { result } = report;
  const [style, mark] = report.divergence === undefined ? MARKS[result.outcome] : MARKS.failed;
  const start = ` ${paint(style, mark)} ${result.scenario.name.padEnd(nameWidth)}`;
  if (result.outcome === 'not-applicable') return `${start}   ${paint('dim', result.reason ?? 'not applicable')}`;
  const refreshes = `${String(result.refreshes).padStart(3)} ${(result.refreshes === 1 ? 'refresh' : 'refreshes').padEnd(9)}`;
  const time = `${formatDuration(result.virtualMs).padStart(8)} virtual`;
  const numbers = `${refreshes}  ${time}  ${paint('dim', `${String(Math.round(report.wallMs)).padStart(5)} ms`)}`;
  const remarks = [...seedRemark(report), ...reasonsOf(report)].join(', ');
  return remarks === '' ? `${start}  ${numbers}` : `${start}  ${numbers}   ${paint(style, remarks)}`;
}

/** Names of what broke, each once. */
function reasonsOf(report: ScenarioReport): string[] {
  return [...new Set(problemsOf(report).map((problem) => problem.title))];
}

function seedRemark(report: ScenarioReport): string[] {
  const { seeds, result } = report;
  if (seeds === undefined) return [];
  return [seeds.notPassed.length === 0 ? `${seeds.run} seeds` : `${seeds.notPassed.length} of ${seeds.run} seeds, worst ${result.seed}`];
}
