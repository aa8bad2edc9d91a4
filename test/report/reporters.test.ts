// Every reporter over the same five results: its output is frozen, and its format is read back by a reader of that format.
import { describe, expect, test } from 'vitest';
import { REPORTERS } from '../../src/report/registry.ts';
import type { ReporterName } from '../../src/report/registry.ts';
import { multiplex } from '../../src/report/reporter.ts';
import type { ScenarioReport } from '../../src/report/reporter.ts';
import { failureText } from '../../src/report/failure.ts';
import { xmlText } from '../../src/report/junit.ts';
import { PLAIN_SCREEN, paintOf } from '../../src/report/screen.ts';
import { summarise } from '../../src/report/summary.ts';
import { expectGolden } from '../kit/golden.ts';
import { lateRefresh, lostResponse, mixedReports, otherFailures, reportOf, twoProcesses } from '../kit/results.ts';

async function output(
  name: ReporterName,
  reports: readonly ScenarioReport[],
  change: { columns?: number; colour?: boolean } = {},
): Promise<{ text: string; step: string }> {
  let text = '';
  let step = '';
  const reporter = (await REPORTERS[name].load())({
    write: (part) => {
      text += part;
    },
    screen: { ...PLAIN_SCREEN, ...change },
    stepSummary: (part) => {
      step += part;
    },
  });
  const all = multiplex([reporter]);
  all.begin({ version: '0.1.0', scenarios: reports.map((report) => report.result.scenario.name), seeds: [42], client: 'built-in engine' });
  for (const report of reports) all.result(report);
  all.end(summarise(reports, { selected: reports.length, wallMs: 412 }));
  return { text, step };
}

const names = Object.keys(REPORTERS) as ReporterName[];
const EXTENSIONS: Readonly<Record<string, string>> = { json: 'json', ndjson: 'ndjson', junit: 'xml' };

describe.each(names)('%s', (name) => {
  test('prints the five results as it always has', async () => {
    const { text, step } = await output(name, mixedReports());
    expectGolden(`report/${name}.${EXTENSIONS[name] ?? 'txt'}`, text);
    if (step !== '') expectGolden(`report/${name}.summary.md`, step);
  });

  test('prints the same bytes for the same results', async () => {
    expect(await output(name, mixedReports())).toEqual(await output(name, mixedReports()));
  });

  test('has no colour codes unless the screen has colour', async () => {
    expect((await output(name, mixedReports())).text).not.toContain('\u001B');
  });

  test('says nothing wrong when there is nothing to say', async () => {
    const { text } = await output(name, []);
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
  });
});

test('the failure block reads the same alone as inside every report that shows it', () => {
  const style = { paint: paintOf(PLAIN_SCREEN), width: 120 };
  const blocks = [lateRefresh(), twoProcesses(), lostResponse(), otherFailures(), mixedReports()[4] ?? reportOf()].map((report) =>
    failureText(report, style).join('\n'),
  );
  expectGolden('report/failure-block.txt', `${blocks.join('\n\n')}\n`);
});

test('what follows from a finding is counted in full, also where only the first are kept', () => {
  const report = lateRefresh();
  const [finding] = report.result.verdict.findings;
  if (finding === undefined) throw new Error('the sample has lost its finding');
  const foldedCount = { total: 20_832, by: { 'replay-at-most-once': 20_832 } };
  const verdict = { ...report.result.verdict, findings: [{ ...finding, foldedCount }] };
  const lines = failureText({ ...report, result: { ...report.result, verdict } }, { paint: paintOf(PLAIN_SCREEN), width: 120 });
  expect(lines.join('\n')).toContain('replay-at-most-once ×20832 (follows from this)');
});

test('colour only adds escape codes around the plain text', async () => {
  const { text } = await output('lines', mixedReports(), { colour: true });
  expect(text).toContain('\u001B[31m');
  // oxlint-disable-next-line no-control-regex -- the codes to take away
  expect(text.replaceAll(/\u001B\[\d+m/g, '')).toBe((await output('lines', mixedReports())).text);
});

test('the marks of the four outcomes stand in one column, and so do the numbers', async () => {
  const { text } = await output('lines', mixedReports());
  const lines = text.split('\n').slice(1, 6);
  expect(lines.map((line) => line.slice(1, 2))).toEqual(['✓', '✗', '✗', '–', '?']);
  const columns = lines.filter((line) => line.includes(' virtual')).map((line) => line.indexOf(' virtual'));
  expect(new Set(columns).size).toBe(1);
});

test('a line over several seeds names the worst seed and how many did not pass', async () => {
  const { text } = await output('lines', [
    { ...lateRefresh(), seeds: { run: 20, notPassed: [42, 45], digest: 'a' } },
    { ...reportOf(), seeds: { run: 20, notPassed: [], digest: 'b' } },
  ]);
  expect(text).toContain('2 of 20 seeds, worst 42');
  expect(text).toMatch(/expiry-ahead-of-burst.* 20 seeds/);
});

test('a history that did not repeat is shown even though the scenario passed', async () => {
  const divergence = { seq: 7, first: '0 ms  phone/app: online', how: 'settle turn, then drain' };
  const { text } = await output('quiet', [{ ...reportOf(), divergence }]);
  expect(text).toContain('same seed, different history');
  expect(text).toContain('second run   (ended before)');
  expect(text).toContain('1 not deterministic');
});

test('json keeps wall time in fields of that name only, and events only where something went wrong', async () => {
  const document = JSON.parse((await output('json', mixedReports())).text) as {
    schema: string;
    results: { wallMs: number; events?: unknown[]; problems: unknown[] }[];
    summary: { wallMs: number };
  };
  expect(document.schema).toBe('tokenwarp/result.v1');
  expect(document.results.map((result) => [result.problems.length, result.events !== undefined])).toEqual([
    [0, false],
    [1, true],
    [2, true],
    [0, false],
    [1, true],
  ]);
  const other = mixedReports().map((report) => ({ ...report, wallMs: report.wallMs + 1_000 }));
  const strip = (text: string): string => text.replaceAll(/"wallMs": \d+/g, '');
  expect(strip((await output('json', other)).text)).toBe(strip((await output('json', mixedReports())).text));
});

test('ndjson is one document per line, the totals last', async () => {
  const lines = (await output('ndjson', mixedReports())).text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { schema: string });
  expect(lines.map((line) => line.schema)).toEqual([...Array<string>(5).fill('tokenwarp/result.v1'), 'tokenwarp/summary.v1']);
});

describe('junit', () => {
  test('totals of the document are the sums of its suites, and those of their cases', async () => {
    const { text } = await output('junit', mixedReports());
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    const head = /<testsuites name="tokenwarp" tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/
      .exec(text)
      ?.slice(1)
      .map(Number);
    expect(head).toEqual([count(/<testcase /g), count(/<failure /g), count(/<error /g), count(/<skipped /g)]);
    const suites = [...text.matchAll(/<testsuite .*?tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/g)].map((match) =>
      match.slice(1).map(Number),
    );
    expect([0, 1, 2, 3].map((i) => suites.reduce((sum, suite) => sum + (suite[i] ?? 0), 0))).toEqual(head);
  });

  test('an idle invariant is a skipped case, and one that follows from another fails with its cause', async () => {
    const { text } = await output('junit', [lateRefresh()]);
    expect(text).toMatch(/name="no-cross-user"[^>]*>\s*<skipped message="idle: nothing to judge"\/>/);
    expect(text).toMatch(/name="replay-at-most-once"[^>]*>\s*<failure message="follows from no-duplicate-refresh:/);
  });

  test('text is escaped, and characters that XML forbids are replaced', () => {
    expect(xmlText('<a b="1">&</a>')).toBe('&lt;a b=&quot;1&quot;&gt;&amp;&lt;/a&gt;');
    expect(xmlText('a\u0000b\u001Bc\uFFFEd\uD800e')).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFDe');
    expect(xmlText('tab\tline\nhappy 😀')).toBe('tab\tline\nhappy 😀');
  });

  test('a message with hostile text stays one well-formed element', async () => {
    const { text } = await output('junit', [reportOf({ outcome: 'failed', expectations: [{ message: ']]></failure><x y="\u0007\n' }] })]);
    expect(text).not.toContain('<x');
    expect(text).toContain('\uFFFD&#10;');
  });
});

describe('github', () => {
  test('an annotation is one line whatever the message holds', async () => {
    const { text } = await output('github', [
      reportOf({ outcome: 'failed', name: 'a,b:c', expectations: [{ message: 'first\nsecond 100%\r' }] }),
    ]);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).toContain('title=a%2Cb%3Ac › expectation::first%0Asecond 100%25%0D');
  });

  test('it names file and line of the step that broke', async () => {
    const { text } = await output('github', [lateRefresh()]);
    expect(text).toContain('::error file=scenarios/expiry/concurrent-401s.scenario.yaml,line=10,');
  });
});

test('an invariant that had nothing to judge in any scenario is named, one that was idle in some is not', () => {
  const verdict = { findings: [], notApplicable: [], relaxed: [] };
  const reports = [
    reportOf({ name: 'a', verdict: { ...verdict, judged: { 'no-retry-storm': 2 }, idle: ['no-cross-user', 'no-resurrection'] } }),
    reportOf({ name: 'b', verdict: { ...verdict, judged: { 'no-resurrection': 1 }, idle: ['no-cross-user', 'no-retry-storm'] } }),
  ];
  expect(summarise(reports, { selected: 2, wallMs: 0 }).idle).toEqual(['no-cross-user']);
});

test('totals count each outcome once, and what was not run', () => {
  const summary = summarise(mixedReports(), { selected: 9, wallMs: 1, interrupted: 'SIGINT' });
  expect(summary.counts).toEqual({ passed: 1, failed: 2, 'not-applicable': 1, inconclusive: 1 });
  expect(summary.notRun).toBe(4);
  expect(summary.interrupted).toBe('SIGINT');
});

test('the digest of a run depends on every history and on their order, not on wall time', () => {
  const of = (reports: readonly ScenarioReport[]): string => summarise(reports, { selected: 0, wallMs: 0 }).digest;
  const [a, b] = [reportOf({ name: 'a' }), reportOf({ name: 'b' })];
  expect(of([a, b])).toBe(of([{ ...a, wallMs: 9_999 }, b]));
  expect(new Set([of([a, b]), of([b, a]), of([a]), of([a, reportOf({ name: 'b', digest: 'ffff' })])]).size).toBe(4);
});
