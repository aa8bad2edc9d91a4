// When an app with a lock policy must be locked and when it must not: the clauses of I18 about time, and turns of the state without a
// reason. All of it in true time; idle time runs while the app is on screen.
import type { EventOf } from '../../core/events.ts';
import { holdsWithin, lastBefore, timeOutside, type Moment } from '../moments.ts';
import type { ProcessInfo } from '../records.ts';
import { after, ms } from '../say.ts';
import type { HistoryView } from '../view.ts';

/** Ms by which a timer may be early or late, at most a tenth of its time. */
const MARGIN = 1_000;

export interface WrongTurn {
  readonly state: EventOf<'state'>;
  readonly message: string;
  readonly hint: string;
  readonly witness: readonly (Moment | undefined)[];
}

/** What the app had been told about locking before `seq`; a policy for a device counts for that device alone. */
export function policyAt(view: HistoryView, { device }: ProcessInfo, seq: number): EventOf<'lock.policy'> | undefined {
  const policy = view.index.policies.findLast((one) => one.seq < seq && (one.actor === 'world' || one.actor === device));
  return policy?.idle === undefined && policy?.background === undefined ? undefined : policy;
}

/** Closed to its user for now: nothing may be shown, and nothing asked. */
export function isClosed(state: string): boolean {
  return state === 'locked' || state === 'loading';
}

/** Clause d: locked with time left, or opened although nobody proved who they are. */
export function wrongTurns(view: HistoryView, info: ProcessInfo): { judged: number; found: readonly WrongTurn[] } {
  let judged = 0;
  const found: WrongTurn[] = [];
  for (const state of info.states) {
    const locks = state.from === 'active' && state.to === 'locked';
    if (!locks && !(state.from === 'locked' && state.to === 'active')) continue;
    judged += 1;
    const wrong = locks ? lockedTooEarly(view, info, state) : openedAlone(view, info, state);
    if (wrong !== undefined) found.push(wrong);
  }
  return { judged, found };
}

function lockedTooEarly(view: HistoryView, info: ProcessInfo, state: EventOf<'state'>): WrongTurn | undefined {
  const policy = policyAt(view, info, state.seq);
  const used = lastUse(view, info, state.seq);
  if (policy === undefined || used === undefined) return undefined;
  const idle = timeOutside([info.background], used.t, state.t);
  if (policy.idle !== undefined && idle >= policy.idle - slack(policy.idle)) return undefined;
  const away = longestAway(info, used.seq, state);
  if (policy.background !== undefined && away >= policy.background - slack(policy.background)) return undefined;
  const jump = lastBefore(view.device(info.device).jumps, state.seq);
  const isMoved = jump !== undefined && jump.seq > used.seq;
  return {
    state,
    message: `${state.actor} locked itself after ${ms(idle)} on screen without a touch and ${ms(away)} in background: ${isMoved ? 'its wall clock had been moved, and nothing else' : 'neither is as long as it was told to wait'}`,
    hint: 'measure on clock.monotonic(); stop the idle timer in background and go on with it in foreground',
    witness: [used, isMoved ? jump : undefined],
  };
}

/** Time in background since the app was used, the longest stay. */
function longestAway(info: ProcessInfo, since: number, { seq, t }: Moment): number {
  let longest = 0;
  for (let i = info.background.length - 1; i >= 0; i--) {
    const span = info.background[i];
    if (span === undefined || (span.to !== undefined && span.to.seq < since)) break;
    if (span.from.seq < seq) longest = Math.max(longest, Math.min(t, span.to?.t ?? t) - span.from.t);
  }
  return longest;
}

/** The user's last sign of life here: a touch, a launch, a sign-in, a prompt of this process that was passed. */
function lastUse(view: HistoryView, info: ProcessInfo, seq: number): Moment | undefined {
  const signedIn = info.opened.findLast(({ name, called }) => name === 'signIn' && called.seq < seq)?.called;
  const passed = answers(view, info, seq).findLast(({ outcome }) => outcome === 'ok');
  return latest([lastBefore(info.interactions, seq), lastBefore(info.launches, seq), signedIn, passed]);
}

/** What a person answered to prompts of this process, before `seq`. */
function answers(view: HistoryView, { process, device }: ProcessInfo, seq: number): EventOf<'prompt.closed'>[] {
  const closed = view.device(device).prompts.flatMap((prompt) => (prompt.process === process ? (prompt.closed ?? []) : []));
  return closed.filter((one) => one.outcome !== 'unavailable' && one.seq < seq);
}

/** A prompt that was passed, in whichever process of the device. */
function passes(view: HistoryView, device: string, seq: number): EventOf<'prompt.closed'> | undefined {
  return view.device(device).prompts.findLast(({ closed }) => closed?.outcome === 'ok' && closed.seq < seq)?.closed;
}

function latest(moments: readonly (Moment | undefined)[]): Moment | undefined {
  return moments.reduce((a, b) => (a === undefined || (b !== undefined && b.seq > a.seq) ? b : a), undefined);
}

function openedAlone(view: HistoryView, info: ProcessInfo, state: EventOf<'state'>): WrongTurn | undefined {
  const locked = info.states.findLast(({ seq, to }) => seq < state.seq && to === 'locked');
  if (locked === undefined) return undefined;
  const passed = passes(view, info.device, state.seq);
  const signedIn = view.device(info.device).sessions.findLast(({ from }) => from.seq < state.seq)?.from;
  if (latest([locked, passed, signedIn]) !== locked) return undefined;
  const jump = lastBefore(view.device(info.device).jumps, state.seq);
  const isMoved = jump !== undefined && jump.seq > locked.seq;
  return {
    state,
    message: `${state.actor} opened again ${after(locked, state)} it was locked although nobody had passed a prompt${isMoved ? ': its wall clock had been moved' : ''}`,
    hint: 'only a prompt that was passed, or a new sign-in, may lead from locked to active',
    witness: [locked, isMoved ? jump : undefined],
  };
}

/** A request asked for when the app should have been locked for idleness. */
export interface Overdue {
  readonly called: EventOf<'request.called'>;
  readonly since: Moment;
  readonly idle: number;
  readonly limit: number;
}

/**
 * Clause e: the first request of each idle stretch that came after its end, while the app was open. Coming back to the screen counts as a
 * touch here, and so does any answer to a prompt; a process that slept had no timer.
 */
export function exposuresAfterIdle(view: HistoryView, info: ProcessInfo): { judged: number; found: readonly Overdue[] } {
  let judged = 0;
  const found: Overdue[] = [];
  for (const called of view.index.policies.length === 0 ? [] : info.calls) {
    const limit = policyAt(view, info, called.seq)?.idle;
    if (limit === undefined || view.state(info.process, called.seq) !== 'active') continue;
    judged += 1;
    const back = info.background.findLast(({ to }) => to !== undefined && to.seq < called.seq)?.to;
    const since = latest([lastUse(view, info, called.seq), back, answers(view, info, called.seq).at(-1)]);
    if (since === undefined || holdsWithin(info.background, since.seq, called.seq) || holdsWithin(info.suspended, since.seq, called.seq))
      continue;
    const idle = called.t - since.t;
    if (idle > limit + slack(limit) && found.at(-1)?.since !== since) found.push({ called, since, idle, limit });
  }
  return { judged, found };
}

function slack(limit: number): number {
  return Math.min(MARGIN, limit / 10);
}
