// docs/guides.md: the published designs as clients, run against the corpus. Every verdict, sentence and lane in it comes out of a run.
import { problemsOf } from '../../src/report/failure.ts';
import { laneText } from '../../src/report/lane-text.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';
import type { RunResult } from '../../src/verify/result.ts';
import type { Against, Claim, Guide } from '../../test/clients/guides/catalogue.ts';
import {
  alone,
  brokenAlways,
  brokenIn,
  causesIn,
  everyRequestSucceeded,
  judgedOf,
  judgeGuides,
  rowsOf,
  witnessesOf,
  type Judged,
  type Witness,
} from '../../test/clients/guides/judge.ts';
import { lifePart } from './lives.ts';
import { sentence, table } from './markdown.ts';

const WIDTH = 132;
const FOLDER = '../test/clients/guides';
const AGAINST: Readonly<Record<Against, string>> = {
  claim: 'Against its own claim',
  shape: 'Follows from what it says to do',
  silence: 'It does not speak of it',
};

export async function guidesPage(): Promise<string> {
  const judged = await judgeGuides();
  const lived = await lifePart();
  const head = ['', 'design', 'passed', 'failed', 'not applicable', 'broke', 'mended: passed', 'failed'];
  return `${[
    '# Published designs, judged',
    'Generated from runs of `test/clients/guides/` against `scenarios/` by `npm run docs`; change those.',
    'Designs that developers copy from the web, each built as a client under test: literally as described, with the kindest plain reading ' +
      'where it leaves something open. What a guide does not speak of is done well for it, so that what it says is judged. Next to each ' +
      'stands a mended version. A failed scenario is named by the invariants that broke ([what they say](invariants.md)), the first cause first.',
    table(head, judged.map(overview)).join('\n'),
    ...judged.flatMap((one) => section(one, one.guide.name === 'g0' ? lived : [])),
  ].join('\n\n')}\n`;
}

function overview({ guide, literal, mended }: Judged): string[] {
  const always = brokenAlways(literal);
  const but = literal.filter((result) => result.outcome === 'failed' && verdictOf(result, always) === '').length;
  const passed = but === 0 ? count(literal, 'passed') : `${count(literal, 'passed')} (${but} but for ${always.map(idOf).join(', ')})`;
  const causes = INVARIANTS.filter(({ name }) => judgedOf(literal).some((result) => causesIn(result).includes(name))).map(({ id }) => id);
  return [
    guide.id,
    guide.title,
    passed,
    count(literal, 'failed'),
    count(literal, 'not-applicable'),
    causes.join(', '),
    count(mended, 'passed'),
    count(mended, 'failed'),
  ];
}

function section({ guide, literal, mended, mends, variant }: Judged, more: readonly string[]): string[] {
  return [
    `## ${guide.id}. ${guide.title}`,
    guide.what,
    clientLine(guide.name),
    '### What it claims',
    claimsTable(guide.claims, literal),
    '### Where one would expect it to break',
    claimsTable(guide.watch, literal, 'expectation'),
    '### What broke',
    ...broken(guide, literal),
    ...more,
    '### Verdicts',
    ...verdicts(literal),
    ...(guide.variant === undefined ? [] : variantPart(guide, guide.variant, variant)),
    '### The mend',
    clientLine(`${guide.name}-mended`),
    mends.map((mend) => `- ${mend}`).join('\n'),
    `${count(mended, 'passed')} scenarios passed, ${count(mended, 'failed')} failed, ${count(mended, 'not-applicable')} not applicable.`,
  ];
}

function clientLine(name: string): string {
  return `Client: [\`${name}.ts\`](${FOLDER}/${name}.ts). Try it: \`npx tokenwarp run --client test/clients/guides/${name}.ts\``;
}

/** What one mend alone uncovers. */
function variantPart(guide: Guide, { name, title, what }: NonNullable<Guide['variant']>, results: readonly RunResult[]): string[] {
  const redundant = judgedOf(results).filter((result) => causesIn(result).includes('no-duplicate-refresh'));
  const silent = redundant.filter(everyRequestSucceeded);
  const preferred = guide.claims.flatMap(({ scenarios }) => scenarios);
  const witness = witnessesOf(silent, preferred).find(({ invariant }) => invariant === 'no-duplicate-refresh');
  return [
    `### ${title}`,
    what,
    clientLine(name),
    claimsTable([...guide.claims, ...guide.watch], results, 'claim or expectation'),
    `I1 is the cause in ${redundant.length} of these runs; in ${silent.length} of them every request ended with 2xx, so that nobody who looks at requests sees it.`,
    ...(witness === undefined ? [] : picture(witness)),
    ...verdicts(results, false),
  ];
}

function claimsTable(claims: readonly Claim[], results: readonly RunResult[], head = 'claim'): string {
  const always = brokenAlways(results);
  return table(
    [head, 'shown by', 'verdict'],
    claims.map((claim) => claimRow(claim, results, always)),
  ).join('\n');
}

function claimRow({ text, scenarios, by }: Claim, results: readonly RunResult[], always: readonly string[]): string[] {
  const shown = results.filter(({ scenario }) => scenarios.includes(scenario.name));
  const against = (result: RunResult): string => {
    const names = by === undefined ? undefined : brokenIn(result).filter((name) => by.includes(name));
    return names === undefined ? verdictOf(result, always) : names.map(idOf).join(', ');
  };
  const failed = judgedOf(shown).filter((result) => result.outcome !== 'passed' && against(result) !== '');
  const verdict =
    judgedOf(shown).length === 0
      ? `not judged: ${shown[0]?.reason ?? 'no run'}`
      : failed.length === 0
        ? '**it holds**'
        : `**it breaks** in ${failed.map((result) => `\`${result.scenario.name}\` (${against(result)})`).join(', ')}`;
  return [text, scenarios.map((name) => `\`${name}\``).join(', '), verdict];
}

/** Each distinct failure: what it means, and the shortest run that shows it. What only follows from one is counted. */
function broken(guide: Guide, results: readonly RunResult[]): string[] {
  const witnesses = witnessesOf(
    results,
    guide.claims.flatMap(({ scenarios }) => scenarios),
  );
  const followers = INVARIANTS.map(({ name }) => name)
    .filter((name) => !witnesses.some(({ invariant }) => invariant === name))
    .map((name) => ({ name, runs: results.filter((result) => result.outcome === 'failed' && brokenIn(result).includes(name)).length }))
    .filter(({ runs }) => runs > 0);
  return [
    ...witnesses.flatMap((witness, at) => [
      ...(witnesses[at - 1]?.invariant === witness.invariant ? [] : [`#### ${idOf(witness.invariant)} ${witness.invariant}`]),
      `The cause in ${runsText(witness.runs)}. ${meaning(guide, witness, witnesses[at - 1])}`.trim(),
      ...picture(witness),
    ]),
    ...(followers.length === 0
      ? []
      : [`What follows: ${followers.map(({ name, runs }) => `${idOf(name)} ${name} in ${runsText(runs)}`).join(', ')}.`]),
  ];
}

function meaning(guide: Guide, { invariant }: Witness, before: Witness | undefined): string {
  const found = guide.breaks[invariant];
  return found === undefined || before?.invariant === invariant ? '' : `${AGAINST[found.against]}: ${sentence(found.why)}`;
}

function picture({ result, violation }: Witness): string[] {
  const [problem] = problemsOf({ result: alone(result, violation), wallMs: 0 });
  const lanes = laneText(rowsOf(result, violation), { originMs: result.originMs, width: WIDTH });
  return [`\`${result.scenario.name}\`: ${problem?.message ?? violation.message}.`, ['```text', ...lanes, '```'].join('\n')];
}

/** What broke in every run is said once; the rest is grouped by what broke. */
function verdicts(results: readonly RunResult[], whole = true): string[] {
  const always = brokenAlways(results);
  const failed = judgedOf(results).filter(({ outcome }) => outcome !== 'passed');
  const missed = failed.filter((result) => brokenIn(result).every((name) => always.includes(name)) && verdictOf(result, always) !== '');
  const rows = [
    ...grouped(
      failed.filter((result) => !missed.includes(result)),
      (result) => verdictOf(result, always),
    ).map(([verdict, names]) => [verdict === '' ? 'nothing else' : `failed: ${verdict}`, names]),
    ...grouped(missed, () => 'failed: no invariant, but the scenario expects otherwise', missText),
    ...grouped(
      results.filter(({ outcome }) => outcome === 'passed'),
      ({ scenario }) => `passed (${scenario.family})`,
    ),
    ...grouped(
      results.filter(({ outcome }) => whole && outcome === 'not-applicable'),
      ({ reason }) => `not applicable: ${reason ?? ''}`,
    ),
  ];
  return [
    ...(always.length === 0 ? [] : [`${always.map((name) => `${idOf(name)} ${name}`).join(', ')} in every run. Beside that:`]),
    table(['verdict', 'scenarios'], rows).join('\n'),
  ];
}

/** Groups in order of size, the largest first. */
function grouped(results: readonly RunResult[], key: (result: RunResult) => string, text = nameText): [string, string][] {
  const groups = new Map<string, string[]>();
  for (const result of results) groups.set(key(result), [...(groups.get(key(result)) ?? []), text(result)]);
  return [...groups].sort(([, a], [, b]) => b.length - a.length).map(([name, names]) => [name, `${names.length}: ${names.join(', ')}`]);
}

function nameText({ scenario }: RunResult): string {
  return `\`${scenario.name}\``;
}

function missText(result: RunResult): string {
  return `${nameText(result)} (${verdictOf(result)})`;
}

/** `I1, I14`, or what the scenario expected and did not get; empty when nothing broke but `without`. */
function verdictOf(result: RunResult, without: readonly string[] = brokenIn(result)): string {
  const told = brokenIn(result).filter((name) => !without.includes(name));
  if (told.length > 0) return told.map(idOf).join(', ');
  const [miss] = result.expectations;
  return miss?.message.replaceAll(/\bn\d+ /g, '') ?? result.clientErrors[0]?.kind ?? '';
}

function count(results: readonly RunResult[], outcome: RunResult['outcome']): string {
  return String(results.filter((result) => result.outcome === outcome).length);
}

function runsText(n: number): string {
  return n === 1 ? '1 run' : `${n} runs`;
}

function idOf(invariant: string): string {
  return INVARIANTS.find(({ name }) => name === invariant)?.id ?? invariant;
}
