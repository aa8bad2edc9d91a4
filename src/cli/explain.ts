// `tokenwarp explain`: what a word of ours means, why it matters and who says so.
import { detectScreen, paintOf } from '../report/screen.ts';
import type { Paint } from '../report/screen.ts';
import { didYouMean } from '../core/suggest.ts';
import type { Invocation } from './invocation.ts';
import { usageError } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import { allTopics, findTopics } from './topics.ts';
import type { Topic, TopicKind } from './topics.ts';

/** Without a term, the list of terms. Throws a usage error for a term it does not know. */
export async function explain({ args, options, system }: Invocation<unknown>): Promise<ReadonlySet<ExitCondition>> {
  const topics = allTopics();
  const found = args.length === 0 ? topics : args.flatMap((term) => known(topics, term));
  const screen = detectScreen(system.env, system.out, options.color ?? 'auto');
  const paint = paintOf(screen);
  if (options.json === true) {
    const terms = found.map(({ kind, term, text, facts }) => ({ kind, term, text, ...Object.fromEntries(facts) }));
    system.out.write(`${JSON.stringify({ schema: 'tokenwarp/explain.v1', terms }, undefined, 2)}\n`);
  } else {
    const width = Math.min(screen.columns, 100);
    system.out.write(
      args.length === 0 ? overview(topics, width, paint) : `${found.map((topic) => topicText(topic, width, paint)).join('\n\n')}\n`,
    );
  }
  return new Set();
}

function known(topics: readonly Topic[], term: string): Topic[] {
  const found = findTopics(topics, term);
  if (found.length > 0) return found;
  const names = topics.flatMap((topic) => [topic.term, ...topic.aliases]);
  throw usageError(`there is nothing to explain about "${term}"`, didYouMean(term, names) ?? '`tokenwarp explain` lists every term');
}

function topicText(topic: Topic, width: number, paint: Paint): string {
  const facts = topic.facts.map(
    ([label, text]) => `  ${paint('dim', label.padEnd(8))} ${wrap(text, width - 11).join(`\n${' '.repeat(11)}`)}`,
  );
  const lead = wrap(topic.text, width - 2).map((line) => `  ${line}`);
  return [`${paint('bold', topic.term)}   ${paint('dim', topic.kind)}`, ...lead, ...(facts.length > 0 ? ['', ...facts] : [])].join('\n');
}

const PLURALS: Readonly<Record<TopicKind, string>> = {
  invariant: 'invariants',
  verb: 'verbs',
  fault: 'faults',
  'session state': 'session states',
  reason: 'reasons of a session state',
  rejection: 'rejections',
  feature: 'features',
  gate: 'gates that hold a background job',
  'client error': 'client errors',
  'exit code': 'exit codes',
  'error code': 'error codes',
  word: 'words',
};

function overview(topics: readonly Topic[], width: number, paint: Paint): string {
  const groups = (Object.keys(PLURALS) as TopicKind[]).map((kind) => {
    const terms = topics.filter((topic) => topic.kind === kind).map((topic) => topic.term);
    return [paint('bold', PLURALS[kind]), ...wrap(terms.join('  '), width - 2).map((line) => `  ${line}`)].join('\n');
  });
  return `${groups.join('\n')}\n\ntokenwarp explain <term> says more.\n`;
}

/** Breaks at spaces; a word longer than the width stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)/)) {
    if (line !== '' && (line + word).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}
