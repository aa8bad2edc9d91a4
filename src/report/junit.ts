// JUnit XML for CI systems: a suite is a scenario, a case is an invariant. Idle invariants are skipped cases, so that a
// silent corpus shows; the failure block stands in system-out. Written at the end, because totals stand in the first element.
import type { RunResult } from '../verify/result.ts';
import { failureBlock, failureText, problemsOf } from './failure.ts';
import type { Problem } from './failure.ts';
import type { Reporter, ReportContext, ScenarioReport } from './reporter.ts';
import { paintOf, PLAIN_COLUMNS, PLAIN_SCREEN } from './screen.ts';

type Verdict = 'failure' | 'error' | 'skipped' | 'passed';
interface Case {
  name: string;
  verdict: Verdict;
  message?: string;
  body?: string;
}

const STYLE = { paint: paintOf(PLAIN_SCREEN), width: PLAIN_COLUMNS };

/** One `testsuites` document. */
export function junitReporter(context: ReportContext): Reporter {
  const suites: { report: ScenarioReport; cases: Case[] }[] = [];
  return {
    result(report) {
      suites.push({ report, cases: casesOf(report) });
    },
    end(summary) {
      const all = suites.flatMap((suite) => suite.cases);
      context.write(
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tokenwarp" ${totals(all)} time="${seconds(summary.wallMs)}">\n`,
      );
      for (const suite of suites) context.write(suiteText(suite.report, suite.cases));
      context.write('</testsuites>\n');
    },
  };
}

/** Text for an XML attribute or element: markup escaped, characters that XML 1.0 forbids (2.2) replaced by U+FFFD. */
export function xmlText(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- these are the characters to remove
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Attributes also keep their line ends, which a parser would turn into spaces. */
function attribute(text: string): string {
  return xmlText(text).replaceAll('\n', '&#10;').replaceAll('\r', '&#13;').replaceAll('\t', '&#9;');
}

function suiteText(report: ScenarioReport, cases: readonly Case[]): string {
  const { result } = report;
  const name = report.seeds === undefined ? result.scenario.name : `${result.scenario.name} (seed ${result.seed})`;
  const facts = {
    client: result.client,
    seed: result.seed,
    digest: result.digest,
    virtualMs: result.virtualMs,
    refreshes: result.refreshes,
    replay: result.replay,
  };
  const lines = [
    `  <testsuite name="${attribute(name)}" file="${attribute(result.scenario.file)}" ${totals(cases)} time="${seconds(report.wallMs)}">`,
    '    <properties>',
    ...Object.entries(facts).map(([key, value]) => `      <property name="${key}" value="${attribute(String(value))}"/>`),
    '    </properties>',
    ...cases.map((one) => caseText(result, one)),
  ];
  const text = failureText(report, STYLE).join('\n');
  if (text !== '') lines.push(`    <system-out>${xmlText(text)}</system-out>`);
  return `${lines.join('\n')}\n  </testsuite>\n`;
}

function caseText(result: RunResult, one: Case): string {
  const start = `    <testcase name="${attribute(one.name)}" classname="${attribute(`${result.scenario.family}.${result.scenario.name}`)}" time="0"`;
  if (one.verdict === 'passed') return `${start}/>`;
  const message = one.message === undefined ? '' : ` message="${attribute(one.message)}"`;
  const inner = one.body === undefined ? `<${one.verdict}${message}/>` : `<${one.verdict}${message}>${xmlText(one.body)}</${one.verdict}>`;
  return `${start}>\n      ${inner}\n    </testcase>`;
}

/** Every invariant once, then what else can break. */
function casesOf(report: ScenarioReport): Case[] {
  const { result } = report;
  if (result.outcome === 'not-applicable') return [{ name: 'scenario', verdict: 'skipped', message: result.reason ?? 'not applicable' }];
  const { verdict } = result;
  const problems = problemsOf(report);
  const folded = new Map(verdict.findings.flatMap((finding) => finding.folded.map((one) => [one.invariant, finding] as const)));
  const names = new Set([
    ...Object.keys(verdict.judged),
    ...verdict.idle,
    ...verdict.findings.map((one) => one.invariant),
    ...folded.keys(),
  ]);
  const skipped = new Map([
    ...verdict.idle.map((name) => [name, 'idle: nothing to judge'] as const),
    ...verdict.notApplicable.map(({ invariant, reason }) => [invariant, `not applicable: ${reason}`] as const),
    ...verdict.relaxed.map(({ invariant, reason }) => [invariant, `relaxed: ${reason}`] as const),
  ]);
  for (const name of skipped.keys()) names.add(name);
  const invariants = [...names].toSorted().map((name): Case => {
    const own = problems.filter((problem) => problem.invariant === name);
    const cause = folded.get(name);
    if (own.length > 0) return failing(name, own, result);
    if (cause !== undefined) return { name, verdict: 'failure', message: `follows from ${cause.invariant}: ${cause.message}` };
    const reason = skipped.get(name);
    return reason === undefined ? { name, verdict: 'passed' } : { name, verdict: 'skipped', message: reason };
  });
  return [...invariants, ...otherCases(problems, result)];
}

/** Expectations and client errors are cases of their own, always there, so that totals do not change with the outcome. */
function otherCases(problems: readonly Problem[], result: RunResult): Case[] {
  const named = [
    ['expectations', 'expectation'],
    ['client', 'client'],
    ['determinism', 'determinism'],
    ['run', 'inconclusive'],
  ] as const;
  return named.flatMap(([name, kind]): Case[] => {
    const own = problems.filter((problem) => problem.kind === kind);
    if (own.length > 0) return [{ ...failing(name, own, result), verdict: kind === 'inconclusive' ? 'error' : 'failure' }];
    return kind === 'determinism' ? [] : [{ name, verdict: 'passed' }];
  });
}

function failing(name: string, problems: readonly Problem[], result: RunResult): Case {
  return {
    name,
    verdict: 'failure',
    message: problems.map((problem) => problem.message).join('\n'),
    body: problems.map((problem) => failureBlock(problem, result, STYLE).join('\n')).join('\n\n'),
  };
}

function totals(cases: readonly Case[]): string {
  const count = (verdict: Verdict): number => cases.filter((one) => one.verdict === verdict).length;
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
