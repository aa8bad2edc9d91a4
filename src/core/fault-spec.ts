// A fault as people write it -> the FaultSpec that the fault port understands. Plain data in, plain data out; which keys may
// stand together is checked before, by the scenario's checks or by the control API.
import { defined } from './defined.ts';
import { formatDuration, parseDuration } from './duration.ts';
import type { Endpoint, FaultSpec, Point, RetryHint, Verdict } from './fault.ts';
import { FAULT_KINDS, type FaultInput, type FaultKind, type NamedReply } from './fault-words.ts';
import type { HttpResponse } from './http.ts';

/** The rule that a fault step installs; `for` in ms counts from its installation. */
export function faultSpec(input: FaultInput): FaultSpec & { for?: number } {
  const kind = faultKinds(input)[0] ?? 'drop';
  const endpoint = input.of ?? (input.path === undefined ? 'token' : 'resource');
  const lasts = input.for === undefined ? undefined : ms(input.for);
  return {
    text: faultText(kind, input, endpoint),
    endpoint,
    point: pointOf(kind, input),
    verdict: verdictOf(kind, input),
    ...defined({ path: input.path, from: input.from, skip: input.skip, times: input.times, for: lasts }),
    ...defined({ grant: input.grant, client: input.client, user: input.user, generation: input.generation }),
    ...defined({ chance: input.chance, seed: input.seed }),
  };
}

/** The kinds that a fault step names; exactly one is right. */
export function faultKinds(input: object): FaultKind[] {
  return (Object.keys(FAULT_KINDS) as FaultKind[]).filter((kind) => Object.hasOwn(input, kind));
}

function pointOf(kind: FaultKind, input: FaultInput): Point {
  switch (kind) {
    case 'drop':
      return input.drop ?? 'response';
    case 'cut':
      return input.cut ?? 'committed';
    case 'duplicate':
      return input.duplicate ?? 'received';
    case 'delay':
      return (input.at as Point | undefined) ?? 'response';
    case 'reply':
      return (input.at as Point | undefined) ?? (input.reply === 'captive-portal' ? 'request' : 'received');
    case 'truncate':
    case 'rewrite':
    case 'remove':
    case 'header':
    case 'skew':
      return 'response';
  }
}

function verdictOf(kind: FaultKind, input: FaultInput): Verdict {
  switch (kind) {
    case 'drop':
    case 'cut':
      return { kind: 'drop', how: input.how === 'silence' || input.how === 'fin' ? input.how : 'reset' };
    case 'delay':
      return { kind: 'delay', ms: ms(input.delay ?? '0s') };
    case 'reply':
      return { kind: 'reply', response: replyOf(input), ...retryOf(input) };
    case 'truncate':
      return { kind: 'truncate', keep: input.truncate ?? 0, how: TRUNCATIONS.find((how) => how === input.how) ?? 'short' };
    case 'rewrite':
      return { kind: 'rewrite', members: input.rewrite ?? {} };
    case 'remove':
      return { kind: 'rewrite', members: Object.fromEntries([input.remove ?? []].flat().map((member) => [member, undefined])) };
    case 'header':
      return { kind: 'headers', headers: headersOf(input.header ?? {}) };
    case 'skew':
      return { kind: 'skew', ms: ms(input.skew ?? '0s') };
    case 'duplicate':
      return { kind: 'duplicate' };
  }
}

const TRUNCATIONS = ['error', 'reset', 'chunk'] as const;

/** Names in lower case; null removes one. */
function headersOf(header: Readonly<Record<string, string | null>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value ?? undefined]));
}

/** Whole seconds from now are the same for ever and stand in the answer itself; a date or the end of the fault follows the clock. */
function retryOf({ retryAfter, retryAs = 'seconds' }: FaultInput): { retry?: RetryHint } {
  if (retryAfter === undefined || isFixed(retryAfter, retryAs)) return {};
  return { retry: retryAfter === 'end' ? { as: retryAs } : { as: retryAs, after: ms(retryAfter) } };
}

function isFixed(retryAfter: string, retryAs: RetryHint['as'] = 'seconds'): boolean {
  return retryAfter !== 'end' && retryAs === 'seconds';
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** Answers with a name. Their bodies are what such machines really send, shortened. */
const REPLIES: Readonly<Record<NamedReply, HttpResponse>> = {
  'captive-portal': {
    status: 200,
    headers: { 'content-type': HTML },
    body: '<!doctype html><title>Welcome</title><form action="/accept">Accept the terms to go online</form>',
  },
  'forbidden-page': {
    status: 403,
    headers: { 'content-type': HTML },
    body: '<!doctype html><title>403 Forbidden</title><h1>Request blocked</h1>',
  },
  'malformed-json': { status: 200, headers: { 'content-type': JSON_TYPE }, body: '{"access_token": "' },
  empty: { status: 200, headers: {}, body: '' },
  // GitHub answers a dead refresh token so (lelylan/simple-oauth2#459).
  'error-in-200': { status: 200, headers: { 'content-type': JSON_TYPE }, body: '{"error":"temporarily_unavailable"}' },
  // A status that says outage with a body that says refusal: the status wins (huskarl-rs/huskarl#198).
  'server-error-json': { status: 503, headers: { 'content-type': JSON_TYPE }, body: '{"error":"invalid_grant"}' },
};

function replyOf(input: FaultInput): HttpResponse {
  const base: HttpResponse =
    typeof input.reply === 'string'
      ? REPLIES[input.reply]
      : { status: input.reply ?? 500, headers: { 'content-type': 'text/plain' }, body: '' };
  const json = input.json === undefined ? {} : { 'content-type': JSON_TYPE };
  const extra = Object.fromEntries(Object.entries(input.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const { retryAfter, retryAs } = input;
  const fixed = retryAfter !== undefined && isFixed(retryAfter, retryAs);
  const retry = fixed ? { 'retry-after': String(Math.ceil(ms(retryAfter) / 1_000)) } : {};
  const location = input.location === undefined ? {} : { location: input.location };
  const body = input.json === undefined ? (input.body ?? base.body) : JSON.stringify(input.json);
  return { status: base.status, headers: { ...base.headers, ...json, ...retry, ...location, ...extra }, body };
}

/** `drop the next token response`, `answer every token request with 503 (Retry-After 1s) for 2m`. */
function faultText(kind: FaultKind, input: FaultInput, endpoint: Endpoint | 'any'): string {
  const point = pointOf(kind, input);
  const answers = point === 'response' || kind === 'truncate' || kind === 'rewrite' || kind === 'remove';
  const message = `${howMany(input)}${endpoint === 'any' ? '' : `${endpoint} `}${answers && kind !== 'reply' ? 'response' : 'request'}${plural(input)}`;
  const where = `${input.path === undefined ? '' : ` for ${input.path}`}${input.from === undefined ? '' : ` of ${input.from}`}${aboutText(input)}`;
  const chance = input.chance === undefined ? '' : `, ${input.chance} % of them`;
  const limits = `${chance}${input.skip === undefined ? '' : `, after ${input.skip}`}${input.for === undefined ? '' : `, for ${formatDuration(ms(input.for))}`}`;
  return `${TEXT[kind](message + where, input)}${input.how === 'silence' ? ', silently' : ''}${limits}`;
}

/** ` (grant refresh_token, user ada, generation 2)`. */
function aboutText(input: FaultInput): string {
  const parts = (['grant', 'client', 'user', 'generation'] as const).flatMap((name) =>
    input[name] === undefined ? [] : [`${name} ${input[name]}`],
  );
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

const TEXT: Readonly<Record<FaultKind, (message: string, input: FaultInput) => string>> = {
  drop: (message) => `drop ${message}`,
  cut: (message, input) => `cut ${message} once ${input.cut ?? ''}`,
  delay: (message, input) => `delay ${message} by ${formatDuration(ms(input.delay ?? '0s'))}`,
  reply: (message, input) => `answer ${message} with ${replyName(input)}${input.at === undefined ? '' : ` (${input.at})`}`,
  truncate: (message, input) => `truncate ${message} after ${input.truncate ?? 0} bytes`,
  rewrite: (message, input) => `rewrite ${Object.keys(input.rewrite ?? {}).join(', ')} in ${message}`,
  remove: (message, input) => `remove ${[input.remove ?? []].flat().join(', ')} from ${message}`,
  header: (message, input) => `set ${Object.keys(headersOf(input.header ?? {})).join(', ')} of ${message}`,
  skew: (message, input) => `put the Date of ${message} off by ${formatDuration(ms(input.skew ?? '0s'))}`,
  duplicate: (message, input) => `resend ${message} once ${input.duplicate === 'request' ? 'sent' : (input.duplicate ?? '')}`,
};

function replyName(input: FaultInput): string {
  const name = typeof input.reply === 'string' ? `"${input.reply}"` : String(input.reply);
  if (input.retryAfter === undefined) return name;
  const when = input.retryAfter === 'end' ? 'until its end' : formatDuration(ms(input.retryAfter));
  return `${name}, Retry-After ${when}${input.retryAs === 'date' ? ' as a date' : ''}`;
}

function howMany(input: FaultInput): string {
  return input.times === undefined ? 'every ' : input.times === 1 ? 'the next ' : `the next ${input.times} `;
}

function plural(input: FaultInput): string {
  return input.times === undefined || input.times === 1 ? '' : 's';
}

/** Ms of a duration that was found valid. */
function ms(value: string): number {
  return parseDuration(value) ?? 0;
}
