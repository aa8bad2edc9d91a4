// Everything `explain` knows, gathered from the tables that define it: invariants, verbs and faults from the schema, exit codes,
// error codes, states. Nothing is described twice.
import { PROBLEM_CODES } from '../scenario/problem.ts';
import { FAULT_KINDS } from '../core/fault-words.ts';
import { fault } from '../scenario/fault-schema.ts';
import { step } from '../scenario/step-schema.ts';
import { VERBS } from '../scenario/words.ts';
import { INVARIANTS } from '../verify/invariants.ts';
import type { Invariant, Knowledge } from '../verify/result.ts';
import { EXITS } from './exit.ts';
import { ANDROID_GATE_WORDS, IOS_GATE_WORDS } from './gate-words.ts';
import { CLIENT_ERRORS, ERROR_CODES, FEATURE_WORDS, REASON_WORDS, REJECTION_WORDS, STATES, WORDS } from './glossary.ts';

export type TopicKind =
  | 'invariant'
  | 'verb'
  | 'fault'
  | 'session state'
  | 'reason'
  | 'rejection'
  | 'feature'
  | 'gate'
  | 'client error'
  | 'exit code'
  | 'error code'
  | 'word';

export interface Topic {
  kind: TopicKind;
  term: string;
  /** Other ways to ask for it. */
  aliases: readonly string[];
  text: string;
  /** Labelled lines below the text. */
  facts: readonly (readonly [string, string])[];
}

/** In the order in which they are listed. One term may have several topics: `refresh-ahead` is a feature and a word. */
export function allTopics(): Topic[] {
  return [
    ...INVARIANTS.map(invariantTopic),
    ...Object.keys(VERBS).map((verb) =>
      simple('verb', verb, shapeText(step.shape, verb), [['example', VERB_EXAMPLES[verb as keyof typeof VERBS]]]),
    ),
    ...Object.keys(FAULT_KINDS).map((kind) =>
      simple('fault', kind, shapeText(fault.shape, kind), keysOf(kind as keyof typeof FAULT_KINDS)),
    ),
    ...table('session state', STATES),
    ...table('reason', REASON_WORDS),
    ...table('rejection', REJECTION_WORDS),
    ...table('feature', FEATURE_WORDS),
    ...gates('Android', ANDROID_GATE_WORDS),
    ...gates('iOS', IOS_GATE_WORDS),
    ...table('client error', CLIENT_ERRORS),
    ...Object.values(EXITS)
      .toSorted((a, b) => a.code - b.code)
      .map(({ code, meaning, explanation }) => ({
        ...simple('exit code', String(code), `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}. ${explanation}`, []),
        aliases: [`exit-${code}`, `exit ${code}`],
      })),
    ...table('error code', { ...ERROR_CODES, ...PROBLEM_CODES }),
    ...Object.entries(WORDS).map(([term, { text, sources }]) =>
      simple('word', term, text, sources === undefined ? [] : [['sources', sources.join(', ')]]),
    ),
  ];
}

/** Topics of a term, whatever its case and its spaces. */
export function findTopics(topics: readonly Topic[], term: string): Topic[] {
  const wanted = normal(term);
  return topics.filter((topic) => normal(topic.term) === wanted || topic.aliases.some((alias) => normal(alias) === wanted));
}

export function normal(term: string): string {
  return term
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
}

/** One line of a scenario per verb. */
const VERB_EXAMPLES: Readonly<Record<keyof typeof VERBS, string>> = {
  request: '- request: { path: /feed, count: 3, expect: ok }',
  stream: '- { as: live, stream: /events }',
  parallel: '- parallel: [{ request: /feed }, { signOut: {} }]',
  repeat: '- repeat: { times: 3, steps: [{ advance: 1h }, { request: /feed }] }',
  advance: '- advance: past-expiry',
  network: '- network: offline',
  fault: '- fault: { drop: response, of: token, times: 1 }',
  heal: '- heal: all',
  revoke: '- revoke: { what: family, reason: password }',
  app: '- { on: phone/app, app: kill }',
  sleep: '- sleep: { for: 8h, monotonic: stops }',
  clock: '- clock: -1h',
  store: '- store: lock',
  signIn: '- signIn: grace',
  signOut: '- signOut: {}',
  prompt: '- prompt: { biometric: failed, password: ok }',
  interact: '- interact: {}',
  push: '- push: refresh',
  job: '- job: { id: refresh, expireAfter: 20s }',
  phone: '- phone: { network: none }',
  server: '- server: { accessToken: { ttl: 5m } }',
  expect: '- expect: { refreshes: 1, sessions: { phone: active } }',
};

const KNOWLEDGE: Readonly<Record<Knowledge, string>> = {
  H: 'recorded HTTP traffic',
  J: 'the journal of a server',
  V: 'the wire of the virtual world',
  C: 'the virtual world with what the client observes',
};

function invariantTopic(invariant: Invariant): Topic {
  const { id, name, kind, needs, feature, summary, why, sources } = invariant;
  return {
    kind: 'invariant',
    term: name,
    aliases: [id],
    text: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`.replace(/\.\.$/, '.'),
    facts: [
      ['why', why],
      ['id', id],
      ['level', kind === 'wire' ? 'wire: judges any client by its traffic' : 'client: needs what the client observes'],
      ['needs', needs.map((level) => KNOWLEDGE[level]).join(', or ')],
      ...(feature === undefined ? [] : [['feature', `judged only for a client that claims ${feature}`] as const]),
      ['sources', sources.join(', ')],
    ],
  };
}

function gates(system: string, rows: Readonly<Record<string, readonly [string, string]>>): Topic[] {
  return Object.entries(rows).map(([term, [text, opens]]) =>
    simple('gate', term, text, [
      ['system', system],
      ['opens', opens],
    ]),
  );
}

function table(kind: TopicKind, rows: Readonly<Record<string, string>>): Topic[] {
  return Object.entries(rows).map(([term, text]) =>
    simple(kind, term, text.endsWith('.') ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`, []),
  );
}

function simple(kind: TopicKind, term: string, text: string, facts: Topic['facts']): Topic {
  return { kind, term, aliases: [], text, facts };
}

function shapeText(shape: Readonly<Record<string, { description?: string | undefined }>>, key: string): string {
  return shape[key]?.description ?? '';
}

function keysOf(kind: keyof typeof FAULT_KINDS): Topic['facts'] {
  const own = FAULT_KINDS[kind];
  const common = 'of, path, from, skip, times, for';
  return [['keys', own.length === 0 ? common : `${own.join(', ')}; ${common}`]];
}
