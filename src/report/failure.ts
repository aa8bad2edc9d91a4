// The failure block: what broke in one sentence, the witness as lanes, what to do, how to see it again.
// The same words in a terminal, in JUnit, in a step summary and for an agent; colour only through the paint it is given.
import { actorName, describe, ERROR_WORDS } from '../core/describe.ts';
import type { EventOf, HistoryEvent } from '../core/events.ts';
import type { Finding, RunResult } from '../verify/result.ts';
import { formatInstant, laneText } from './lane-text.ts';
import { flightsOf } from './flights.ts';
import { laneRows } from './lanes.ts';
import type { ScenarioReport } from './reporter.ts';
import type { Paint } from './screen.ts';

export interface BlockStyle {
  paint: Paint;
  width: number;
}

/** One thing that went wrong, before it is laid out. */
export interface Problem {
  kind: 'invariant' | 'expectation' | 'client' | 'determinism' | 'inconclusive';
  /** `no-duplicate-refresh`, `expectation`, `client error` ... */
  title: string;
  /** One sentence. */
  message: string;
  file: string;
  line?: number;
  hint?: string;
  /** Why it cannot be proved; absent when it can. */
  presumed?: string;
  /** Aligned lines between the sentence and the hint. */
  picture(width: number): string[];
  /** Further findings that follow from it. */
  also: readonly string[];
  /** Argument of `tokenwarp explain`. */
  topic?: string;
  invariant?: string;
}

/** Everything wrong with one scenario, first cause first. Empty for a scenario that passed or was not applicable. */
export function problemsOf(report: ScenarioReport): Problem[] {
  const { result } = report;
  return [
    ...(report.divergence === undefined ? [] : [divergenceProblem(report, report.divergence)]),
    ...clientProblems(result),
    ...result.verdict.findings.map((finding) => findingProblem(result, finding)),
    ...expectationProblems(result),
    ...(result.outcome === 'inconclusive' ? [inconclusiveProblem(result)] : []),
  ];
}

/** The block of one problem as lines of text. */
export function failureBlock(problem: Problem, result: RunResult, style: BlockStyle): string[] {
  const { paint } = style;
  const mark = problem.kind === 'inconclusive' ? paint('yellow', '?') : paint('red', '✗');
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const picture = problem.picture(style.width).map((line) => (line.startsWith(' ▸') ? paint('bold', line) : line));
  const lines = [
    `${mark} ${paint('bold', `${result.scenario.name} › ${problem.title}`)}      ${paint('dim', place)}`,
    `  ${problem.message}`,
  ];
  if (picture.length > 0) lines.push('', ...picture.map((line) => `  ${line}`.trimEnd()), '');
  const label = (word: string, text: string): void => {
    lines.push(`  ${paint('dim', word.padEnd(8))} ${text}`);
  };
  if (problem.presumed !== undefined) label('presumed', problem.presumed);
  if (problem.hint !== undefined) label('hint', problem.hint);
  if (problem.also.length > 0) label('also', `${problem.also.join(', ')} (${problem.also.length === 1 ? 'follows' : 'follow'} from this)`);
  label('replay', result.replay);
  if (problem.topic !== undefined) label('more', `tokenwarp explain ${problem.topic}`);
  return lines;
}

/** All blocks of one scenario, an empty line between two. */
export function failureText(report: ScenarioReport, style: BlockStyle): string[] {
  return problemsOf(report).flatMap((problem, index) => [...(index > 0 ? [''] : []), ...failureBlock(problem, report.result, style)]);
}

/** How many violations of each invariant follow from a finding, the omitted ones included. */
function followers({ folded, foldedCount }: Finding): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { invariant } of folded) counts.set(invariant, (counts.get(invariant) ?? 0) + 1);
  for (const [invariant, count] of Object.entries(foldedCount?.by ?? {})) counts.set(invariant, count);
  return counts;
}

function findingProblem(result: RunResult, finding: Finding): Problem {
  return {
    kind: 'invariant',
    title: finding.invariant,
    invariant: finding.invariant,
    message: readable(result, finding.message),
    ...position(result, finding.seq),
    hint: finding.hint,
    ...(finding.presumed === undefined ? {} : { presumed: finding.presumed }),
    picture: (width) => laneText(laneRows(result.events, finding.witness, finding.seq), { originMs: result.originMs, width: width - 2 }),
    also: [...followers(finding)].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name)),
    topic: finding.invariant,
  };
}

/** All in one block: they are usually many consequences of one cause, and that has a block of its own. */
function expectationProblems(result: RunResult): Problem[] {
  const [first, ...others] = result.expectations;
  if (first === undefined) return [];
  const placeOf = (failure: typeof first): { file: string; line?: number } =>
    failure.source === undefined ? position(result, failure.seq) : { file: failure.source.file, line: failure.source.line };
  const lines = result.expectations.map(
    (failure) => `  ${`:${placeOf(failure).line ?? ''}`.padStart(5)}  ${readable(result, failure.message)}`,
  );
  return [
    {
      kind: 'expectation',
      title: others.length === 0 ? 'expectation' : 'expectations',
      message:
        others.length === 0 ? readable(result, first.message) : `${result.expectations.length} expectations of the scenario do not hold:`,
      ...placeOf(first),
      picture: () => (others.length === 0 ? [] : lines),
      also: [],
      topic: 'expectation',
    },
  ];
}

/** `n3` and `x2` are names of the history; people know requests by what they ask and refreshes by their number, as the lanes do. */
function readable(result: RunResult, message: string): string {
  const flights = flightsOf(result.events);
  const named = message
    .replaceAll(/\b([nc]\d+)\b(?: (?:GET|HEAD|POST|PUT|PATCH|DELETE) \S+)?/g, (text, n: string) =>
      flights.knows(n) ? flights.requestName(n) : text,
    )
    .replaceAll(/\b(?:the )?(?:refresh )?x(\d+)\b/g, 'refresh #$1');
  const [word = ''] = named.split(' ');
  const isName = !/^[a-z]+$/.test(word) || result.events.some((event) => event.actor.split('/')[0] === word);
  return isName ? named : capital(named);
}

/** The same fault many times is one problem with a count. */
function clientProblems(result: RunResult): Problem[] {
  const groups = new Map<string, RunResult['clientErrors'][number][]>();
  for (const error of result.clientErrors) {
    const key = `${error.kind}\n${error.message}\n${error.where ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [error]);
    else group.push(error);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [clientProblem(result, first, group.length)];
  });
}

function clientProblem(result: RunResult, error: RunResult['clientErrors'][number], times: number): Problem {
  const event = result.events[error.seq];
  const words = ERROR_WORDS[error.kind as EventOf<'client.error'>['kind']] ?? error.kind;
  const at = error.where === undefined ? '' : `, at ${error.where}`;
  const when = event === undefined ? '' : ` (${formatInstant(event.t - result.originMs)}, ${actorName(event.actor)})`;
  return {
    kind: 'client',
    title: 'client error',
    message: `${capital(words)}: ${error.message}${at}${times > 1 ? `, ${times} times, first` : ''}${when}`,
    ...position(result, error.seq),
    picture: () => [],
    also: [],
    topic: 'client-error',
  };
}

function inconclusiveProblem(result: RunResult): Problem {
  const message = result.reason ?? 'a limit was reached before the run could be judged';
  return {
    kind: 'inconclusive',
    title: 'inconclusive',
    message: capital(message),
    ...position(result, result.events.at(-1)?.seq),
    picture: () => [],
    also: [],
    topic: '5',
  };
}

function divergenceProblem(report: ScenarioReport, divergence: NonNullable<ScenarioReport['divergence']>): Problem {
  const { result } = report;
  return {
    kind: 'determinism',
    title: 'same seed, different history',
    message: `Two runs with seed ${result.seed} differ from event ${divergence.seq} on (${divergence.how}).`,
    file: result.scenario.file,
    hint: 'something outside the host decided: ambient time or randomness, iteration order, or work the clock cannot see',
    picture: () => [`  first run    ${divergence.first ?? '(ended before)'}`, `  second run   ${divergence.second ?? '(ended before)'}`],
    also: [],
    topic: '8',
  };
}

/** The line of the step that was running when event `seq` happened. */
function position(result: RunResult, seq: number | undefined): { file: string; line?: number } {
  const { file } = result.scenario;
  if (seq === undefined || result.stepLines === undefined) return { file };
  const step = result.events.findLast((event): event is EventOf<'step'> => event.type === 'step' && event.seq <= seq);
  const line = step === undefined ? undefined : result.stepLines[step.index];
  return line === undefined ? { file } : { file, line };
}

/** One event as `--verify-determinism` shows it. */
export function eventLine(event: HistoryEvent, originMs: number): string {
  return `${formatInstant(event.t - originMs)}  ${actorName(event.actor)}: ${describe(event)}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
