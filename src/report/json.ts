// The results as data: one document (`json`) or one line per scenario (`ndjson`). The same run gives the same bytes,
// apart from the fields named `wallMs`, which are there for people.
import type { HistoryEvent } from '../core/events.ts';
import type { RunResult } from '../verify/result.ts';
import { failureBlock, problemsOf } from './failure.ts';
import type { Reporter, ReportContext, RunInfo, ScenarioReport, Summary } from './reporter.ts';
import { paintOf, PLAIN_COLUMNS, PLAIN_SCREEN } from './screen.ts';

/** Name and version of the format; a change that breaks readers raises the number. */
export const RESULT_SCHEMA = 'tokenwarp/result.v1';

/** One result as the formats carry it. `text` of a problem is its failure block; `events` is there when the scenario did not pass. */
export interface JsonResult extends Omit<RunResult, 'events' | 'stepLines' | 'verdict'> {
  verdict: RunResult['verdict'];
  problems: readonly { title: string; message: string; file: string; line?: number; hint?: string; text: string }[];
  seeds?: ScenarioReport['seeds'];
  divergence?: ScenarioReport['divergence'];
  events?: readonly HistoryEvent[];
  wallMs: number;
}

/** One document, written at the end. */
export function jsonReporter(context: ReportContext): Reporter {
  const results: JsonResult[] = [];
  let info: RunInfo | undefined;
  return {
    begin(given) {
      info = given;
    },
    result(report) {
      results.push(jsonResult(report));
    },
    end(summary) {
      const document = {
        schema: RESULT_SCHEMA,
        version: info?.version,
        client: info?.client,
        seeds: info?.seeds,
        summary: jsonSummary(summary),
        results,
      };
      context.write(`${JSON.stringify(document, undefined, 2)}\n`);
    },
  };
}

/** One line per scenario at once, and a last line with the totals; `schema` tells them apart. */
export function ndjsonReporter(context: ReportContext): Reporter {
  return {
    result(report) {
      context.write(`${JSON.stringify({ schema: RESULT_SCHEMA, ...jsonResult(report) })}\n`);
    },
    end(summary) {
      context.write(`${JSON.stringify({ schema: 'tokenwarp/summary.v1', ...jsonSummary(summary) })}\n`);
    },
  };
}

/** Plain data of one scenario. */
export function jsonResult(report: ScenarioReport): JsonResult {
  const { events, stepLines: _stepLines, ...rest } = report.result;
  const style = { paint: paintOf(PLAIN_SCREEN), width: PLAIN_COLUMNS };
  const problems = problemsOf(report).map((problem) => ({
    title: problem.title,
    message: problem.message,
    file: problem.file,
    ...(problem.line === undefined ? {} : { line: problem.line }),
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
    text: failureBlock(problem, report.result, style).join('\n'),
  }));
  return {
    ...rest,
    problems,
    ...(report.seeds === undefined ? {} : { seeds: report.seeds }),
    ...(report.divergence === undefined ? {} : { divergence: report.divergence }),
    ...(problems.length === 0 ? {} : { events }),
    wallMs: Math.round(report.wallMs),
  };
}

function jsonSummary(summary: Summary): Summary {
  return { ...summary, wallMs: Math.round(summary.wallMs) };
}
