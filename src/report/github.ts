// GitHub Actions: an annotation on the line that broke, and a step summary in Markdown. Workflow commands are lines on stdout
// (docs.github.com, "Workflow commands"); it is added by itself when GITHUB_ACTIONS is true.
import { failureText, problemsOf } from './failure.ts';
import type { Problem } from './failure.ts';
import type { Reporter, ReportContext, RunInfo, ScenarioReport, Summary } from './reporter.ts';
import { paintOf, PLAIN_COLUMNS, PLAIN_SCREEN } from './screen.ts';
import { summaryLine } from './summary.ts';

const PLAIN = paintOf(PLAIN_SCREEN);

/** Annotations as scenarios finish; the step summary at the end, where the context has one. */
export function githubReporter(context: ReportContext): Reporter {
  const reports: ScenarioReport[] = [];
  let info: RunInfo | undefined;
  return {
    begin(given) {
      info = given;
    },
    result(report) {
      reports.push(report);
      for (const problem of problemsOf(report)) context.write(`${annotation(report, problem)}\n`);
    },
    end(summary) {
      context.stepSummary?.(markdown(info, reports, summary));
    },
  };
}

function annotation(report: ScenarioReport, problem: Problem): string {
  const level = problem.kind === 'inconclusive' ? 'warning' : 'error';
  const place = problem.line === undefined ? '' : `,line=${problem.line}`;
  const title = property(`${report.result.scenario.name} › ${problem.title}`);
  const hint = problem.hint === undefined ? '' : `\n${problem.hint}`;
  return `::${level} file=${property(problem.file)}${place},title=${title}::${data(`${problem.message}${hint}\nreplay: ${report.result.replay}`)}`;
}

/** The runner decodes these three in the message ... */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** ... and two more in a property, because they end it. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function markdown(info: RunInfo | undefined, reports: readonly ScenarioReport[], summary: Summary): string {
  const broken = reports.filter((report) => problemsOf(report).length > 0);
  const rows = broken.map(
    (report) =>
      `| ${report.result.scenario.name} | ${report.result.outcome} | ${cell(
        problemsOf(report)
          .map((problem) => problem.title)
          .join(', '),
      )} |`,
  );
  const table = rows.length === 0 ? [] : ['| scenario | outcome | what broke |', '| --- | --- | --- |', ...rows, ''];
  const blocks = broken.flatMap((report) => [
    `<details><summary>${report.result.scenario.name}</summary>`,
    '',
    ...fenced(failureText(report, { paint: PLAIN, width: PLAIN_COLUMNS })),
    '',
    '</details>',
    '',
  ]);
  const client = info === undefined ? '' : `, ${info.client}`;
  return `${[`### tokenwarp${client}`, '', summaryLine(summary, PLAIN), '', ...table, ...blocks].join('\n')}\n`;
}

/** A fence longer than any run of backquotes inside. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(0, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}text`, ...lines, fence];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
