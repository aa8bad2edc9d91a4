// One line of plain words per event, so that every report and every message says the same thing the same way.
// No time, no actor, no colour, no token value: the printer adds the first two, a screen the third, nobody the last.
import { JOB_WORDS } from './describe-jobs.ts';
import { formatDuration } from './duration.ts';
import type { Actor, EventOf, EventType, HistoryEvent, LossPhase, ResponseKind, RunEnding, TokenLabel } from './events.ts';

/** What happened, in one line: `refresh #2 sent with RT-1`. */
export function describe(event: HistoryEvent): string {
  const say = WORDS[event.type] as (event: HistoryEvent) => string;
  return say(event);
}

/** Every type of event there is. */
export function eventTypes(): readonly EventType[] {
  return Object.keys(WORDS) as EventType[];
}

/** What people call an actor: `as` is the authorization server, `rs` the resource server; processes keep their own name. */
export function actorName(actor: Actor): string {
  return actor === 'as' ? 'authorization server' : actor === 'rs' ? 'resource server' : actor;
}

/** `x2` -> `refresh #2`. */
export function exchangeName(x: string): string {
  return `refresh #${x.replace(/^x/, '')}`;
}

/** Where a message was lost, in words. */
export const LOSS_WORDS: Readonly<Record<LossPhase, string>> = {
  request: 'on the way out',
  'before-commit': 'before the server committed',
  'after-commit': 'after the server committed',
  'body-cut': 'with its body cut short',
};

/** How a run ended, in words. */
export const ENDING_WORDS: Readonly<Record<RunEnding, string>> = {
  finished: 'finished',
  deadlock: 'nothing left that can happen, with work still open',
  livelock: 'the client kept working without virtual time moving',
  'step-limit': 'the step limit was reached',
  'time-limit': 'the limit of virtual time was reached',
  'wall-limit': 'the limit of wall time was reached',
  stuck: 'the client did not give control back',
};

/** What an answer of the token endpoint says: `granted AT-2, RT-2`, `400 invalid_grant`, `502, not a token response`. */
export function tokenAnswer(event: {
  status: number;
  kind: ResponseKind;
  error?: string;
  end?: string;
  at?: TokenLabel;
  newRt?: TokenLabel;
  retryAfter?: number;
}): string {
  const later = event.retryAfter === undefined ? '' : `, retry after ${formatDuration(event.retryAfter)}`;
  if (event.kind === 'granted') return `${event.status} granted ${labels(event.at, event.newRt)}${later}`;
  if (event.kind === 'oauth-error')
    return `${event.status} ${event.error ?? 'error'}${event.end === undefined ? '' : ` (${event.end})`}${later}`;
  return `${event.status}, not a token response${later}`;
}

/** What an answer of the resource server says: `200`, `401 invalid_token`, `429, retry after 10s`. */
export function apiAnswer(event: { status: number; error?: string; retryAfter?: number }): string {
  const error = event.error === undefined ? '' : ` ${event.error}`;
  return `${event.status}${error}${event.retryAfter === undefined ? '' : `, retry after ${formatDuration(event.retryAfter)}`}`;
}

/** The tokens of a commit: `RT-1→RT-2, AT-2`, or `AT-2` when the refresh token stays. */
export function committedTokens(event: { rt: TokenLabel; at: TokenLabel; newRt?: TokenLabel }): string {
  return event.newRt === undefined || event.newRt === event.rt ? event.at : `${event.rt}→${event.newRt}, ${event.at}`;
}

type Words = { readonly [T in EventType]: (event: EventOf<T>) => string };

/** The mapped type makes a missing event type a compile error, as an exhaustive switch would. */
const WORDS: Words = {
  'token.sent': (e) =>
    `${exchangeName(e.x)} sent with ${e.rt}${stranger(e)}${e.attempt > 1 ? `, attempt ${e.attempt}` : ''}${e.forced === undefined ? '' : `, forced: ${e.forced}`}`,
  'token.received': (e) =>
    `${exchangeName(e.x)} arrived with ${e.rt}${e.arrival > 1 ? `, sent again by the transport (arrival ${e.arrival})` : ''}`,
  'token.committed': (e) =>
    `${exchangeName(e.x)} committed ${committedTokens(e)}${e.repeated === undefined ? '' : `, by the ${e.repeated} grace policy`}`,
  'token.refused': (e) =>
    `${exchangeName(e.x)} refused: ${e.status} ${e.error}, ${e.rt} ${e.reason}${e.late === undefined ? '' : `, ${formatDuration(e.late)} after the end of the grace`}`,
  'token.responded': (e) => `${exchangeName(e.x)} answered: ${tokenAnswer(e)}`,
  'token.delivered': (e) => `${exchangeName(e.x)} brought ${tokenAnswer(e)}`,
  'token.lost': (e) => `${exchangeName(e.x)} lost ${lost(e)}`,
  'token.abandoned': (e) => `${exchangeName(e.x)} given up`,
  'api.sent': (e) => `${sending(e)} sent with ${e.at}${stranger(e)}`,
  'api.received': (e) => `${sending(e)} arrived with ${e.at}`,
  'api.responded': (e) => `${sending(e)} answered: ${apiAnswer(e)}${e.reason === undefined ? '' : `, ${e.reason}`}`,
  'api.delivered': (e) => `${sending(e)} brought ${apiAnswer(e)} for ${e.at}`,
  'api.lost': (e) => `${sending(e)} lost ${lost(e)}`,
  'api.abandoned': (e) => `${sending(e)} given up`,
  'revocation.sent': (e) => `revocation of ${e.token} sent${stranger(e)}`,
  'revocation.received': (e) => `revocation of ${e.token} arrived: ${e.status}`,
  'session.granted': (e) =>
    `${e.user} signed in on ${e.device}${e.issuer === undefined ? '' : ` at ${e.issuer}`}: ${labels(e.at, e.rt)}, good for ${formatDuration(e.lifetime)}`,
  'family.dead': (e) => `token family ${e.family} of ${e.user} on ${e.device} ended: ${e.reason}`,
  'access.dead': (e) => `${e.at} ${e.reason}`,
  'access.offered': (e) => `${e.newAt} offered in a response header to the holder of ${e.at}`,
  'access.adopted': (e) => `${e.newAt}, offered in a response header, used for the first time`,
  'wire.repeated': (e) =>
    `${e.name} repeats ${e.of} byte by byte after ${formatDuration(e.gap)}: ${e.by === 'transport' ? 'sent again by the transport' : 'asked again by the application'}`,
  'authorization.asked': (e) =>
    `authorization ${e.a} asked by ${e.client} on ${e.device}, ${e.page ? 'a sign-in page was shown' : 'no page was shown'}`,
  'authorization.answered': (e) => `authorization ${e.a} answered with ${e.outcome}${e.user === undefined ? '' : ` by ${e.user}`}`,
  'key.rotated': (e) => `${e.alg} key ${e.kid} comes in by ${e.rotation}`,
  'device.asked': (e) => `device authorization ${e.d} begun on ${e.device}, good for ${formatDuration(e.lifetime)}`,
  'device.decided': (e) => `device authorization ${e.d} ${e.allowed ? 'approved' : 'denied'} by ${e.user}`,
  'device.polled': (e) => `device authorization ${e.d} polled: ${e.outcome}`,
  mark: (e) =>
    `marked on ${e.device}: ${e.what}${e.by === undefined ? '' : ` by ${formatDuration(e.by)}`}${e.note === undefined ? '' : `, ${e.note}`}`,
  'client.declared': (e) => `client claims ${list(e.features)}${e.missing.length === 0 ? '' : `, has no ${list(e.missing)}`}`,
  'client.mounted': () => 'a further client made in the same process',
  'client.unmounted': () => 'the app lets go of its client',
  'start.called': () => 'client starts',
  'stop.called': () => 'client is told to stop',
  'start.done': (e) => done('start', e),
  'request.called': (e) => `app asks ${e.method} ${e.path} (${e.n})`,
  'request.settled': (e) => (e.reason === undefined ? `${e.n} settled: ${e.status ?? 'no status'}` : `${e.n} rejected: ${e.reason}`),
  aborted: (e) => `app aborts ${e.n}`,
  state: (e) => `session ${e.from} → ${e.to}${e.reason === undefined ? '' : `: ${e.reason}`}`,
  'store.begin': (e) => (e.op === 'delete' ? `deleting ${e.key}` : `storing ${held(e.labels)} as ${e.key}`),
  'store.end': (e) => storeEnd(e),
  'lock.wait': (e) => `waits for lock ${e.name}`,
  'lock.held': (e) => `holds lock ${e.name}`,
  'lock.freed': (e) => `lock ${e.name} freed${e.by === undefined ? '' : ` by ${e.by}`}`,
  'signIn.called': (e) => `${e.user} signs in with ${labels(e.at, e.rt)}`,
  'signIn.done': (e) => done('sign-in', e),
  'signOut.called': () => 'user signs out',
  'signOut.done': (e) => done('sign-out', e),
  'prompt.shown': (e) => `${e.method} prompt shown ${e.purpose === 'unlock' ? 'to unlock' : 'to sign in again'}`,
  'prompt.closed': (e) => `${e.method} prompt closed: ${e.outcome}`,
  content: (e) => `content shown while ${e.state}`,
  'lock.policy': (e) => `the app must lock${span(e.idle, 'without interaction')}${span(e.background, 'in background')}`,
  interaction: () => 'user touches the app',
  push: (e) => `silent push${e.refresh ? ', asking for a refresh' : ''}`,
  'stream.asked': (e) => `app listens to ${e.path} (${e.l})`,
  'stream.left': (e) => `app no longer listens (${e.l})`,
  'stream.opened': (e) => `stream ${e.s} open on ${e.path} with ${e.at}`,
  'stream.message': (e) => `stream ${e.s} brought a message${e.dead === true ? ` although ${e.at} is no longer good` : ''}`,
  'stream.renewed': (e) => `stream ${e.s} told ${e.at} instead of ${e.from}${e.accepted ? '' : ', which the server did not accept'}`,
  'stream.closed': (e) => `stream ${e.s} on ${e.at} closed by the ${e.by}${e.reason === undefined ? '' : `: ${e.reason}`}`,
  text: (e) => `${e.channel}: ${e.text}${e.leaks.length === 0 ? '' : ` (held ${e.leaks.join(', ')})`}`,
  'client.error': (e) => `${ERROR_WORDS[e.kind]}: ${e.message}${e.where === undefined ? '' : ` at ${e.where}`}`,
  online: () => 'online',
  offline: () => 'offline',
  'process.launch': (e) => (e.epoch > 1 ? 'process launched again' : 'process launched'),
  'process.kill': () => 'process killed',
  'process.suspend': () => 'process suspended',
  'process.resume': (e) => `process resumed${e.asleep === undefined ? '' : ` after ${formatDuration(e.asleep)} of sleep`}`,
  'process.stop': () => 'process stopped cleanly',
  foreground: () => 'to the foreground',
  background: () => 'to the background',
  'store.locked': () => 'device locked: the store cannot be read',
  'store.unlocked': () => 'device unlocked',
  'store.changed': (e) => `${e.tier} store ${e.how}${e.labels.length === 0 ? '' : `, it holds ${list(e.labels)}`}`,
  'app.installed': ({ how, lent }) => (how === 'reinstall' ? 'app deleted and installed again' : `app updated${differing(lent)}`),
  'server.switched': (e) => `the app is pointed at ${e.issuer}`,
  'clock.jump': (e) => `device clock moved by ${e.by > 0 ? '+' : ''}${formatDuration(e.by)}`,
  step: (e) => e.text,
  ...JOB_WORDS,
  'run.end': (e) =>
    `run ended: ${ENDING_WORDS[e.ending]}${e.detail === undefined ? '' : ` (${e.detail})`}${e.open.length === 0 ? '' : `, open: ${list(e.open)}`}`,
};

/** Kinds of client errors as a stranger reads them. */
export const ERROR_WORDS: Readonly<Record<EventOf<'client.error'>['kind'], string>> = {
  'unhandled-rejection': 'a promise of the client was rejected and nobody handled it',
  'uncaught-exception': 'the client threw outside any call',
  'ambient-api': 'the client reached past its host',
  'leaked-timer': 'the client left a timer behind',
  stuck: 'the client did not give control back',
  threw: 'the client threw where its contract does not allow it',
};

function span(ms: number | undefined, where: string): string {
  return ms === undefined ? '' : `, ${formatDuration(ms)} ${where}`;
}

function stranger({ foreign, origin = '' }: { foreign?: true; origin?: string }): string {
  return foreign === true ? ` to another origin, ${origin}` : '';
}

function sending(event: { n: string; k: number }): string {
  return event.k > 1 ? `request ${event.n}, sending ${event.k},` : `request ${event.n}`;
}

function lost(event: { phase: LossPhase; told: boolean }): string {
  return `${LOSS_WORDS[event.phase]}${event.told ? '' : ', the client still waits'}`;
}

function labels(at: TokenLabel | undefined, rt: TokenLabel | undefined): string {
  return [at, rt].filter((label) => label !== undefined).join(', ') || 'no token';
}

function held(found: readonly TokenLabel[]): string {
  return found.length === 0 ? 'a value without tokens' : found.join(', ');
}

function storeEnd(event: EventOf<'store.end'>): string {
  const verb = event.op === 'get' ? 'read' : event.op === 'set' ? 'stored' : 'deleted';
  if (!event.ok) return `${event.key} could not be ${verb === 'stored' ? 'written' : verb}: ${event.error ?? 'failed'}`;
  return event.op === 'delete'
    ? `deleted ${event.key}`
    : `${verb} ${held(event.labels)} ${event.op === 'get' ? 'from' : 'as'} ${event.key}`;
}

function done(what: string, event: { ok: boolean; reason?: string }): string {
  return event.ok ? `${what} done` : `${what} failed${event.reason === undefined ? '' : `: ${event.reason}`}`;
}

function differing(lent: Readonly<Record<string, string | number | boolean>> | undefined): string {
  return lent === undefined ? '' : `, now with ${list(Object.entries(lent).map(([name, value]) => `${name} ${value}`))}`;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}
