// The derived words of the invariants: what a client can know, and when a refresh is justified. Each is one pure function of
// a history and a point in it; points are `seq`, because several events share one millisecond.
import type { TokenLabel } from '../core/events.ts';
import { countWithin, holdsAt, search, type Moment } from './moments.ts';
import type { Exchange, Hand, JobRun, Session } from './records.ts';
import type { HistoryView } from './view.ts';

/** Ms before expiry at which a client that declares nothing may refresh. */
export const DEFAULT_AHEAD = 300_000;
/** Ms by which a client's own estimate of an expiry may be wrong: whole seconds in `exp` and `Date`, and the way of the message. */
export const ESTIMATE_MARGIN = 2_000;

/**
 * How an exchange ended for its client. `granted`: a complete 2xx with an access token (RFC 6749 5.1). `refused`: an error body of
 * RFC 6749 5.2. Everything else is `unknown`, a 5xx too, because it can come after the commit; `deferred` is unknown with a Retry-After.
 */
export type Outcome =
  | { kind: 'granted' }
  | { kind: 'refused'; code: string }
  | { kind: 'unknown' }
  | { kind: 'deferred'; retryAfter: number };

/** The outcome of an exchange as its client knows it. */
export function outcome(exchange: Exchange): Outcome {
  const { delivered } = exchange;
  if (delivered === undefined) return { kind: 'unknown' };
  if (delivered.kind === 'granted') return { kind: 'granted' };
  if (delivered.kind === 'oauth-error') return { kind: 'refused', code: delivered.error ?? 'unknown' };
  return delivered.retryAfter === undefined ? { kind: 'unknown' } : { kind: 'deferred', retryAfter: delivered.retryAfter };
}

/** From the sending until the client knows an end: delivered, an error reached it, it hung up, or its process died. A hanging answer is in flight. */
export function inFlight(exchange: Exchange, seq: number): boolean {
  return exchange.sent.seq < seq && (exchange.end === undefined || exchange.end.seq >= seq);
}

/** The newest pair the process can know of by itself before `seq`: granted to it, or read from the store in this life. */
export function inHand(view: HistoryView, process: string, seq: number): Hand | undefined {
  return view.hand(process, seq);
}

/** The newest pair the device owns before `seq`: a pair written by a sibling counts as soon as its write has ended. */
export function inHandOfDevice(
  view: HistoryView,
  process: string,
  seq: number,
): { at: TokenLabel; since: Moment; writer: string } | undefined {
  const { device } = view.process(process);
  const stored = view.store(device, seq);
  const session = view.session(device, seq);
  if (stored?.at === undefined) return undefined;
  const token = view.token(stored.at);
  if (session !== undefined && token?.family !== undefined && token.family !== session.family) return undefined;
  const written = view.index.persisted.get(stored.at);
  return { at: stored.at, since: written ?? stored, writer: written?.actor ?? stored.write.process };
}

/** A 401 for a sending that carried `at` has been delivered before `seq`. 403 never counts; a 401 for another token says nothing about this one. */
export function refusedAt(view: HistoryView, at: TokenLabel, seq: number): boolean {
  const refused = view.index.refused.get(at);
  return refused !== undefined && refused.seq < seq;
}

/** Ms before expiry from which a refresh is in order: the declared buffer (jitter included) or 5 min, at most half of the ORIGINAL lifetime. */
export function ahead(view: HistoryView, at: TokenLabel): number {
  const buffer = view.declared.refreshAhead ?? DEFAULT_AHEAD;
  const lifetime = view.token(at)?.lifetime;
  return lifetime === undefined ? buffer : Math.min(buffer, lifetime / 2);
}

/**
 * Remaining life is at most {@link ahead}, with a margin for rounding. Whatever expiry the client was told counts when it is the
 * earlier one, and a wall clock that was moved forward since excuses one refresh.
 */
export function near(view: HistoryView, at: TokenLabel, holder: string, moment: Moment): boolean {
  const left = remaining(view, at, moment);
  if (left === undefined) return false;
  const lifetime = view.token(at)?.lifetime;
  const margin = lifetime === undefined ? ESTIMATE_MARGIN : Math.min(ESTIMATE_MARGIN, lifetime / 4);
  const limit = ahead(view, at) + margin;
  if (left <= limit) return true;
  const told = toldRemaining(view, at, moment);
  if (told !== undefined && told.left <= Math.min(view.declared.refreshAhead ?? DEFAULT_AHEAD, told.lifetime / 2) + margin) return true;
  return left - movedForward(view, holder, at, moment.seq) <= limit;
}

/** Ms of life left, in true time; undefined when nobody said when it ends. */
export function remaining(view: HistoryView, at: TokenLabel, moment: Moment): number | undefined {
  const expiresAt = view.token(at)?.expiresAt;
  return expiresAt === undefined ? undefined : expiresAt - moment.t;
}

/** Whether a refresh by `process` at `moment` is justified by the access token `at`: none, refused, or near its end. */
export function needed(view: HistoryView, process: string, at: TokenLabel | undefined, moment: Moment): boolean {
  return at === undefined || refusedAt(view, at, moment.seq) || near(view, at, view.process(process).device, moment);
}

/** An exchange that retries one whose outcome its client does not know; the rate rules apply to it, not the need. */
export function isRetry(exchange: Exchange): boolean {
  const { previous } = exchange;
  if (previous === undefined || previous.end === undefined || previous.end.seq > exchange.sent.seq) return false;
  return outcome(previous).kind !== 'granted';
}

/**
 * A push asked for it, after the access token had been minted: what it asks for is another. Or it is the work of a background job, and the
 * token need not last until the next run, which may come late.
 */
export function isWoken(view: HistoryView, exchange: Exchange, at: string): boolean {
  const { process, sent } = exchange;
  const { pushes } = view.process(process);
  if (pushes.length > 0 && countWithin(pushes, view.token(at)?.minted.seq ?? 0, sent.seq) > 0) return true;
  const run = jobOf(view, exchange);
  return run !== undefined && (remaining(view, at, sent) ?? Infinity) <= (run.interval ?? USUAL_INTERVAL) + PLAUSIBLY_LATE;
}

/** Ms by which a run of a background job may come late without anybody being surprised. */
const PLAUSIBLY_LATE = 3 * 86_400_000;
/** Ms between two runs where nobody said. */
const USUAL_INTERVAL = 86_400_000;

/** The run of a background job in which its process sent the exchange. */
export function jobOf(view: HistoryView, { process, sent }: Exchange): JobRun | undefined {
  const { jobs } = view.process(process);
  const run = jobs[search(jobs.length, (at) => (jobs[at] as JobRun).started.seq < sent.seq) - 1];
  return run === undefined || (run.end !== undefined && run.end.seq < sent.seq) ? undefined : run;
}

/** The server would honour the newest refresh token of the family, as far as the history says. */
export function alive(view: HistoryView, family: string | undefined, seq: number): boolean {
  const dead = family === undefined ? undefined : view.index.families.get(family)?.dead;
  return dead === undefined || dead.seq >= seq;
}

/** Sign-ins and sign-outs of the device before `seq`, the generation its session belongs to. */
export function generation(view: HistoryView, device: string, seq: number): number {
  const { sessions, signOuts } = view.device(device);
  const begun = sessions.filter((session) => session.from.seq < seq).length;
  return begun + signOuts.filter((signOut) => signOut.seq < seq).length;
}

/** Whether `one` was minted after `other`; false when either is nobody's. */
export function isYounger(view: HistoryView, one: TokenLabel | undefined, other: TokenLabel | undefined): boolean {
  const a = view.token(one)?.order;
  const b = view.token(other)?.order;
  return a !== undefined && b !== undefined && a > b;
}

/** A token that somebody issued: neither `none` nor `unknown`. */
export function isIssued(label: TokenLabel | undefined): label is TokenLabel {
  return label !== undefined && label !== 'none' && label !== 'unknown';
}

/**
 * The refusal that ends the session of `device` honestly before `seq`: an `invalid_grant` (RFC 6749 5.2) for the refresh token
 * that was current when it was sent, with no younger one in the store since, or for any token of a family that is dead.
 */
export function endingRefusal(view: HistoryView, device: string, session: Session | undefined, seq: number): Exchange | undefined {
  const { refusals } = view.index;
  for (let i = refusals.length - 1; i >= 0; i--) {
    const refusal = refusals[i] as Exchange;
    if (refusal.device !== device || refusal.delivered === undefined || refusal.delivered.seq >= seq) continue;
    if (session !== undefined && refusal.sent.seq < session.began) return undefined;
    if (endsSession(view, refusal, session, seq)) return refusal;
  }
  return undefined;
}

function endsSession(view: HistoryView, refusal: Exchange, session: Session | undefined, seq: number): boolean {
  const { rt, process, device, sent } = refusal;
  if (!isIssued(rt)) return false;
  const family = view.token(rt)?.family;
  if (session !== undefined && family !== undefined && family !== session.family) return false;
  if (family !== undefined && !alive(view, family, seq)) return true;
  if (isYounger(view, view.hand(process, sent.seq)?.rt, rt) || isYounger(view, view.store(device, sent.seq)?.rt, rt)) return false;
  if (isYounger(view, view.store(device, seq)?.rt, rt) && view.store(device, seq)?.write.process !== process) return false;
  return !grantedSince(view, refusal, seq);
}

/** An exchange sent after the refusal was granted: the session went on. */
function grantedSince(view: HistoryView, refusal: Exchange, seq: number): boolean {
  for (let i = refusal.index + 1; i < view.exchanges.length; i++) {
    const later = view.exchanges[i] as Exchange;
    if (later.sent.seq >= seq) return false;
    if (
      later.device === refusal.device &&
      later.sent.seq > (refusal.end?.seq ?? 0) &&
      outcome(later).kind === 'granted' &&
      (later.end?.seq ?? seq) < seq
    )
      return true;
  }
  return false;
}

/** The device's host said offline at `seq`. */
export function isOffline(view: HistoryView, device: string, seq: number): boolean {
  return holdsAt(view.device(device).offline, seq);
}

/** The last exchange of the device sent before `seq`. */
export function lastExchange(view: HistoryView, device: string, seq: number): Exchange | undefined {
  const { exchanges } = view.device(device);
  return exchanges[search(exchanges.length, (at) => (exchanges[at] as Exchange).sent.seq < seq) - 1];
}

/** The expiry as the answer told it, where it is another than the true one. */
function toldRemaining(view: HistoryView, at: TokenLabel, moment: Moment): { left: number; lifetime: number } | undefined {
  const delivered = view.exchange(view.token(at)?.x)?.delivered;
  if (delivered?.expiresIn === undefined) return undefined;
  return { left: delivered.t + delivered.expiresIn - moment.t, lifetime: delivered.expiresIn };
}

function movedForward(view: HistoryView, device: string, at: TokenLabel, seq: number): number {
  const { jumps } = view.device(device);
  if (jumps.length === 0) return 0;
  const minted = view.token(at)?.minted.seq ?? 0;
  let sum = 0;
  for (const jump of jumps) if (jump.seq > minted && jump.seq < seq) sum += jump.by;
  return Math.max(0, sum);
}
