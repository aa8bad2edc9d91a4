// /faults: rules that break messages, in the words of the `fault` step of a scenario.
import { POINTS } from '../../src/core/fault.ts';
import type { FaultSpec } from '../../src/core/fault.ts';
import { faultKinds, faultSpec } from '../../src/core/fault-spec.ts';
import { FAULT_HOW, FAULT_KINDS, NAMED_REPLIES } from '../../src/core/fault-words.ts';
import type { FaultInput, FaultKind } from '../../src/core/fault-words.ts';
import { GRANTS_BY_NAME, PHASES } from '../../src/core/server-words.ts';
import { createStreams } from '../../src/core/streams.ts';
import { ControlError } from './errors.ts';
import { install, isSpent } from './memory.ts';
import type { Installed } from './memory.ts';
import { NAME, PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { duration, either, flag, json, listOf, mapOf, needed, only, optional, record, text, whole, word } from './shape.ts';
import type { Shape } from './shape.ts';

export const ENDPOINTS = ['token', 'resource', 'revocation', 'other', 'any'] as const;
const PATH = text({ like: /^\/\S*$/, what: 'a path that begins with "/"' });

/** Text with a unit, as faults are written everywhere; a number is ms. */
const span: Shape<string> = { schema: duration(0).schema, read: (value, at) => `${duration(0).read(value, at)}ms` };

/** Text with a unit and a sign. */
const shift: Shape<string> = {
  schema: duration(Number.MIN_SAFE_INTEGER).schema,
  read: (value, at) => `${duration(Number.MIN_SAFE_INTEGER).read(value, at)}ms`,
};
const textOrNull: Shape<string | null> = {
  schema: { type: ['string', 'null'] },
  read: (value, at) => (value === null ? null : text({ like: /^[\t\x20-\x7e]+$/, what: 'the value of a header, or null' }).read(value, at)),
};

export const FAULT_MEMBERS = {
  drop: optional(word(['request', 'response']), 'The message never arrives. A dropped response was committed first.'),
  cut: optional(word(PHASES), 'The connection breaks just after this phase.'),
  delay: optional(span, 'The message arrives this much later, in real time.'),
  reply: optional(either(word(NAMED_REPLIES), whole(100, 599)), 'Somebody else answers: a status, or an answer with a name.'),
  truncate: optional(whole(0), 'The body of the response ends after so many bytes.'),
  rewrite: optional(mapOf(json), 'Members of the JSON response that get another value.'),
  remove: optional(either(text(), listOf(text(), 1)), 'Members taken out of the JSON response.'),
  header: optional(mapOf(textOrNull), 'Headers of the response that get another value; null removes one.'),
  skew: optional(shift, 'The Date of the response is off by so much; negative = a server whose clock is behind.'),
  duplicate: optional(word(['request', ...PHASES]), 'The transport sends the same request once more from this point on.'),
  of: optional(word(ENDPOINTS), 'Default: resource when `path` is given, else token.'),
  at: optional(word(POINTS as readonly [string, ...string[]]), 'Where it falls: request, one of the phases, response.'),
  how: optional(
    word([...new Set(Object.values(FAULT_HOW).flat())] as unknown as readonly [NonNullable<FaultInput['how']>]),
    'How a connection breaks: reset (RST), fin (an orderly close), silence; a truncated body: short (looks complete), error, reset, chunk (bad framing).',
  ),
  path: optional(PATH, 'Only requests whose path begins so.'),
  from: optional(PLACE, 'Only requests of this device or process.'),
  grant: optional(word(GRANTS_BY_NAME), 'Only token requests for this grant.'),
  client: optional(NAME, 'Only requests of this client: by its credentials, or by the token in the request.'),
  user: optional(NAME, 'Only requests with a token, a code or a device code of this user.'),
  generation: optional(whole(1), 'Only requests with a token of this generation of its session: 1 is that of the sign-in.'),
  skip: optional(whole(1), 'Lets this many matching messages pass first.'),
  times: optional(whole(1), 'How many messages it falls on. Default: all, until it is removed.'),
  chance: optional(whole(1, 100), 'Falls on so many of 100 matching messages.'),
  seed: optional(whole(), 'Decides on which. Default: from the seed of the server.'),
  for: optional(span, 'How long it lasts, in virtual time.'),
  retryAfter: optional(
    either(only('end'), span),
    'reply: a Retry-After header: so long from now, or `end`: what is left of `for` on the virtual clock.',
  ),
  retryAs: optional(word(['seconds', 'date']), "reply: how Retry-After is told; a date is on the server's clock. Default seconds."),
  location: optional(text(), 'reply: a Location header.'),
  body: optional(text(), 'reply: the body.'),
  json: optional(mapOf(json), 'reply: the body, as JSON.'),
  headers: optional(mapOf(text()), 'reply: further headers.'),
};

export const RULE = record({
  id: needed(text(), 'Its name, to remove it by.'),
  text: needed(text(), 'What it does.'),
  hits: needed(whole(), 'How often it has.'),
  spent: needed(flag, 'It will fall on nothing any more.'),
});

export const FAULT_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/faults',
    name: 'listFaults',
    summary: 'Rules in force, in the order in which they are asked.',
    answer: record({ faults: needed(listOf(RULE), '') }).schema,
    act: ({ app, state }) => ({ faults: [...state.faults.values()].map((rule) => told(rule, app.clock.now())) }),
  }),
  row({
    method: 'POST',
    path: '/faults',
    name: 'installFault',
    summary: 'Install a rule, behind those already there. The first that does not pass decides.',
    answer: RULE.schema,
    body: FAULT_MEMBERS,
    act({ app, state, body }) {
      const input = checked(body as FaultInput);
      const { for: lasts, ...spec } = faultSpec(input);
      const now = app.clock.now();
      const full: FaultSpec = lasts === undefined ? spec : { ...spec, until: now + lasts };
      const id = state.next('fault');
      const installed = install(app.rules, id, full, createStreams(app.options.seed).stream(id));
      state.faults.set(installed.id, installed);
      return told(installed, now);
    },
  }),
  row({
    method: 'DELETE',
    path: '/faults/{id}',
    name: 'removeFault',
    summary: 'Remove one rule.',
    answer: RULE.schema,
    act({ app, state, params }) {
      const rule = state.faults.get(params['id'] ?? '');
      if (rule === undefined)
        throw new ControlError(404, 'id', `there is no rule "${(params['id'] ?? '').slice(0, 60)}"`, 'GET /faults lists them');
      rule.remove();
      state.faults.delete(rule.id);
      return told(rule, app.clock.now());
    },
  }),
  row({
    method: 'DELETE',
    path: '/faults',
    name: 'heal',
    summary: 'Remove every rule installed here.',
    answer: record({ removed: needed(whole(), 'How many.') }).schema,
    act({ state }) {
      const removed = state.faults.size;
      for (const rule of state.faults.values()) rule.remove();
      state.faults.clear();
      return { removed };
    },
  }),
];

function told(rule: Installed, now: number): { id: string; text: string; hits: number; spent: boolean } {
  return { id: rule.id, text: rule.spec.text, hits: rule.hits, spent: isSpent(rule, now) };
}

function areHeaders(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => /^[\w-]{1,60}$/.test(name));
}

/** One kind, its own keys, its own words for `how`: the same table as scenario files. */
function checked(input: FaultInput): FaultInput {
  const [kind, second] = faultKinds(input);
  const kinds = Object.keys(FAULT_KINDS);
  if (kind === undefined) throw new ControlError(400, '', 'this fault does nothing', `name one of ${kinds.join(', ')}`);
  if (second !== undefined)
    throw new ControlError(400, second, `a fault has one kind, this has ${kind} and ${second}`, 'install two faults');
  const own: readonly string[] = FAULT_KINDS[kind];
  for (const key of Object.keys(input)) {
    const belongs = kinds.filter((other) => (FAULT_KINDS[other as FaultKind] as readonly string[]).includes(key));
    if (belongs.length > 0 && !own.includes(key))
      throw new ControlError(400, key, `"${key}" means nothing beside "${kind}"`, `it belongs to ${belongs.join(', ')}`);
  }
  const words = FAULT_HOW[kind];
  if (input.how !== undefined && words !== undefined && !words.includes(input.how))
    throw new ControlError(400, 'how', `"how" cannot be "${input.how}" beside "${kind}"`, `expected ${words.join(' or ')}`);
  if (input.header !== undefined && !areHeaders(Object.keys(input.header)))
    throw new ControlError(400, 'header', '"header" sets at least one header', 'such as {"content-type": "text/plain"}');
  if (input.retryAfter === 'end' && input.for === undefined)
    throw new ControlError(400, 'retryAfter', 'this fault has no end', 'say how long it lasts: "for"');
  if (input.retryAs !== undefined && input.retryAfter === undefined)
    throw new ControlError(400, 'retryAs', '"retryAs" says how "retryAfter" is told', 'add "retryAfter"');
  if (input.location !== undefined && !(typeof input.reply === 'number' && input.reply >= 300 && input.reply < 400))
    throw new ControlError(400, 'location', '"location" needs a 3xx reply');
  return input;
}
