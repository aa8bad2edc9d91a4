// What `tokenwarp ctl` can do: one row per action, from words and options to a call of the control API. The server checks values;
// here only the form of the command line is checked.
import { MARKS } from '../core/server-words.ts';
import { didYouMean } from '../core/suggest.ts';
import type { OptionName } from './ctl-body.ts';
import { MATCH, word, withSlash, object, pick, present, assignments, fault } from './ctl-body.ts';
import type { CtlRequest } from './ctl-http.ts';
import { CTL_TEXT } from './ctl-words.ts';
import type { CtlText } from './ctl-words.ts';
import { usageError } from './exit.ts';
import { variableOf } from './option-table.ts';
import type { CtlOptions } from './ctl-options.ts';

export interface CtlAction {
  /** As it is typed: `advance <duration>`. */
  usage: string;
  summary: string;
  /** Options it understands; another one is refused. */
  options: readonly OptionName[];
  request(words: readonly string[], options: CtlOptions): CtlRequest;
  /** The answer for people. */
  text: CtlText;
}

const TARGET = ['token', 'session', 'user', 'device', 'issuer'] as const;
const FILTER = ['type', 'label', 'session', 'user', 'device', 'since'] as const;

/** By name, in the order of the help. */
export const CTL_ACTIONS: Readonly<Record<string, CtlAction>> = {
  clock: plain('clock', 'what time it is', 'GET', '/clock', CTL_TEXT.clock),
  advance: {
    usage: 'advance <duration>',
    summary: 'move the clock forward',
    options: [],
    text: CTL_TEXT.clock,
    request: ([by]) => ({ method: 'POST', path: '/clock/advance', body: { by: word(by, 'advance 5m') } }),
  },
  set: {
    usage: 'set <time>',
    summary: 'move the clock to a time (2026-11-21T04:00:00Z) or to so long after the start',
    options: [],
    text: CTL_TEXT.clock,
    request: ([to]) => ({ method: 'POST', path: '/clock/set', body: { to: word(to, 'set 2h') } }),
  },
  freeze: plain('freeze', 'stop the clock', 'POST', '/clock/freeze', CTL_TEXT.clock),
  resume: plain('resume', 'let it run again', 'POST', '/clock/resume', CTL_TEXT.clock),
  skew: {
    usage: 'skew <device> <offset>',
    summary: 'put the wall clock of a device ahead or behind, as its app sees it in Date',
    options: [],
    text: CTL_TEXT.clock,
    request: ([device, offset]) => ({
      method: 'PUT',
      path: `/clock/devices/${encodeURIComponent(word(device, 'skew phone -1h'))}`,
      body: { offset: word(offset, 'skew phone -1h') },
    }),
  },
  sessions: {
    usage: 'sessions',
    summary: 'who is signed in where, last active when',
    options: ['user', 'device', 'all', 'issuer'],
    text: CTL_TEXT.sessions,
    request: (_words, { user, device, all, issuer }) => ({ method: 'GET', path: '/sessions', query: { user, device, all, issuer } }),
  },
  revoke: {
    usage: 'revoke',
    summary: 'revoke a token, a session, or all sessions of a user or device',
    options: [...TARGET, 'except', 'what', 'reason'],
    text: CTL_TEXT.ended,
    request: (_words, options) => ({ method: 'POST', path: '/revoke', body: pick(options, [...TARGET, 'except', 'what', 'reason']) }),
  },
  password: {
    usage: 'password',
    summary: 'a user changes the password: sessions end as the policy says',
    options: ['user', 'session', 'issuer'],
    text: CTL_TEXT.passwordChanged,
    request: (_words, options) => ({ method: 'POST', path: '/password', body: pick(options, ['user', 'session', 'issuer']) }),
  },
  expire: {
    usage: 'expire',
    summary: 'let access tokens run out now, without moving the clock',
    options: [...TARGET, 'what'],
    text: CTL_TEXT.ended,
    request: (_words, options) => ({ method: 'POST', path: '/expire', body: pick(options, [...TARGET, 'what']) }),
  },
  keys: {
    usage: 'keys',
    summary: 'signing keys',
    options: ['issuer'],
    text: CTL_TEXT.keys,
    request: (_words, { issuer }) => ({ method: 'GET', path: '/keys', query: { issuer } }),
  },
  'rotate-keys': {
    usage: 'rotate-keys [how]',
    summary: 'the next signing key takes over: overlap, publish-before-sign, or badly',
    options: ['issuer'],
    text: CTL_TEXT.key,
    request: ([how], { issuer }) => ({ method: 'POST', path: '/keys/rotate', body: present({ how, issuer }) }),
  },
  policy: {
    usage: 'policy [member=value...]',
    summary: 'show the policy, or change members of it; with --session for one session',
    options: ['session', 'issuer'],
    text: CTL_TEXT.policy,
    request: (words, { session, issuer }) => ({
      method: words.length === 0 ? 'GET' : 'PATCH',
      path: session === undefined ? '/policy' : `/sessions/${encodeURIComponent(session)}/policy`,
      query: { issuer },
      ...(words.length === 0 ? {} : { body: assignments(words) }),
    }),
  },
  fault: {
    usage: 'fault <kind> [value]',
    summary:
      'break messages: drop-response, cut-committed, delay 2s, reply 503, truncate 20, remove refresh_token, rewrite a=b, header content-type=text/plain, skew -10m, duplicate-received',
    options: MATCH,
    text: CTL_TEXT.fault,
    request: (words, options) => ({ method: 'POST', path: '/faults', body: fault(words, options) }),
  },
  faults: plain('faults', 'rules in force, and how often each fell', 'GET', '/faults', CTL_TEXT.faults),
  heal: {
    usage: 'heal [id]',
    summary: 'remove one rule, or all',
    options: [],
    text: CTL_TEXT.healed,
    request: ([id]) => ({ method: 'DELETE', path: id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}` }),
  },
  hold: {
    usage: 'hold [point]',
    summary: 'stop the next token request at a point (default committed) until it is released',
    options: ['name', 'endpoint', 'from', 'times'],
    text: CTL_TEXT.hold,
    request: ([at], { name, endpoint, from, times }) => ({
      method: 'POST',
      path: '/holds',
      body: present({ at, name, of: endpoint, from, times }),
    }),
  },
  holds: plain('holds', 'holds, and who waits', 'GET', '/holds', CTL_TEXT.holds),
  release: {
    usage: 'release [name]',
    summary: 'let those go on who wait under a hold, or all',
    options: [],
    text: CTL_TEXT.released,
    request: ([name]) =>
      name === undefined ? { method: 'DELETE', path: '/holds' } : { method: 'POST', path: `/holds/${encodeURIComponent(name)}/release` },
  },
  journal: {
    usage: 'journal',
    summary: 'what the server saw and did; --follow stays',
    options: [...FILTER, 'limit', 'follow'],
    text: CTL_TEXT.journal,
    request: (_words, options) => ({
      method: 'GET',
      path: options.follow === true ? '/journal/events' : '/journal',
      query: pick(options, options.follow === true ? FILTER : [...FILTER, 'limit']),
    }),
  },
  count: {
    usage: 'count',
    summary: 'how many entries of the journal match',
    options: FILTER,
    text: CTL_TEXT.count,
    request: (_words, options) => ({ method: 'GET', path: '/journal/count', query: pick(options, FILTER) }),
  },
  wait: {
    usage: 'wait',
    summary: 'wait until entries of the journal match; exit code 1 when they do not come',
    options: [...FILTER, 'count', 'timeout'],
    text: CTL_TEXT.journal,
    request: (_words, options) => ({ method: 'GET', path: '/journal/wait', query: pick(options, [...FILTER, 'count', 'timeout']) }),
  },
  mark: {
    usage: 'mark <what>',
    summary: `note what a server cannot see: ${MARKS.join(', ')}`,
    options: ['device', 'by', 'note'],
    text: CTL_TEXT.marked,
    request: ([what], { device, by, note }) => ({
      method: 'POST',
      path: '/marks',
      body: present({ what: word(what, 'mark sign-out --device phone'), device, by, note }),
    }),
  },
  snapshot: {
    usage: 'snapshot [name]',
    summary: 'keep the state',
    options: [],
    text: CTL_TEXT.snapshot,
    request: ([name]) => ({ method: 'POST', path: '/snapshots', body: present({ name }) }),
  },
  snapshots: plain('snapshots', 'what was kept', 'GET', '/snapshots', CTL_TEXT.snapshots),
  restore: {
    usage: 'restore <name>',
    summary: 'bring a state back',
    options: [],
    text: CTL_TEXT.restored,
    request: ([name]) => ({ method: 'POST', path: `/snapshots/${encodeURIComponent(word(name, 'restore snapshot-1'))}/restore` }),
  },
  reset: plain('reset', 'as after the start', 'POST', '/reset', CTL_TEXT.reset),
  verify: {
    usage: 'verify',
    summary: 'judge the client by the journal so far; exit code 1 when something is broken',
    options: ['certain', 'refreshAhead'],
    text: CTL_TEXT.verify,
    request: (_words, { certain, refreshAhead }) => ({ method: 'POST', path: '/verify', body: present({ certain, refreshAhead }) }),
  },
  call: {
    usage: 'call <method> <path> [json]',
    summary: 'any call of the control API',
    options: [],
    text: CTL_TEXT.raw,
    request: ([method, path, json]) => ({
      method: word(method, 'call GET /clock').toUpperCase(),
      path: withSlash(word(path, 'call GET /clock')),
      ...(json === undefined ? {} : { body: object(json) }),
    }),
  },
};

/** The action a word names; a usage error with a guess when there is none. */
export function actionOf(name: string | undefined): CtlAction {
  const found = name === undefined || !Object.hasOwn(CTL_ACTIONS, name) ? undefined : CTL_ACTIONS[name];
  if (found !== undefined) return found;
  const names = Object.keys(CTL_ACTIONS);
  if (name === undefined) throw usageError('ctl needs an action', names.join(', '));
  throw usageError(`there is no action "${name}"`, didYouMean(name, names) ?? names.join(', '));
}

/** Refuses options that mean nothing to an action; a variable in `env` may be meant for another command. */
export function checkOptions(
  name: string,
  action: CtlAction,
  options: CtlOptions,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const key of Object.keys(options) as OptionName[]) {
    if (!isCtlOption(key) || action.options.includes(key) || env[variableOf(key)] !== undefined) continue;
    const owners = Object.entries(CTL_ACTIONS)
      .filter(([, other]) => other.options.includes(key))
      .map(([other]) => other);
    throw usageError(
      `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} means nothing to "ctl ${name}"`,
      `it belongs to ${owners.join(', ')}`,
    );
  }
}

function isCtlOption(key: string): boolean {
  return Object.values(CTL_ACTIONS).some(({ options }) => (options as readonly string[]).includes(key));
}

function plain(usage: string, summary: string, method: string, path: string, text: CtlText): CtlAction {
  return { usage, summary, options: [], text, request: () => ({ method, path }) };
}
