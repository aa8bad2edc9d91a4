// I18: an app that must lock itself is locked before it shows, sends or hands out anything, and opens only for who has proved themselves.
// Times are true time: a wall clock that was moved neither locks nor unlocks. States are polled after each step of the world, so what
// happens in the very step in which the app unlocks counts as after it.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import { between, firstAfter, lastBefore, type Moment } from '../moments.ts';
import type { ProcessInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { exposuresAfterIdle, isClosed, policyAt, wrongTurns } from './lock-timing.ts';

export const lockedPrecedesContent: Invariant = {
  id: 'I18',
  name: 'locked-precedes-content',
  kind: 'client',
  needs: ['C'],
  feature: 'idle-lock',
  summary:
    'past its idle or background time, and at launch, an app with a lock policy is locked before it shows or sends anything of the user',
  why: 'Whoever picks up the phone sees the account for a moment, or for as long as they like, because somebody moved the clock or the timer slept with the app.',
  sources: [
    'RFC 6819 5.3.4',
    'grbsk/ng-idle#147',
    'apache/gravitino#11630',
    'ISDuBA/ISDuBA#130',
    'payloadcms/payload#670',
    'firebase/firebase-ios-sdk#13231',
  ],
  judge,
};

type Shown = EventOf<'content'> | EventOf<'api.sent'> | EventOf<'request.settled'>;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const info of view.processes) {
    if (info.states.length === 0) continue;
    for (const part of [onReturn, atLaunch, whileClosed, turns, afterIdle]) {
      const found = part(view, info);
      judged += found.judged;
      violations.push(...found.violations);
    }
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Clause a: back after more than the background time, and something is shown before the app is locked. */
function onReturn(view: HistoryView, info: ProcessInfo): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const { missing } = view.declared;
  const isTold = !missing.includes('background') && !missing.includes('foreground');
  for (const { from, to } of isTold ? info.background : []) {
    const limit = to === undefined ? undefined : policyAt(view, info, to.seq)?.background;
    if (to === undefined || limit === undefined || view.at(to.seq)?.type !== 'foreground' || to.t - from.t <= limit) continue;
    judged += 1;
    const shown = view.state(info.process, to.seq) === 'active' ? firstShown(view, info, to.seq, leaves(info, to.seq)) : undefined;
    if (shown === undefined) continue;
    violations.push(
      violation(lockedPrecedesContent, {
        clause: 'a',
        message: `${info.process} came back after ${ms(to.t - from.t)} in background, more than the ${ms(limit)} it may stay open, and ${say(shown)} before it was locked${moved(view, info, from.seq, to.seq)}`,
        hint: 'measure the background time on clock.monotonic() and lock inside foreground(), before it returns',
        at: shown,
        root: to,
        witness: [from, to, firstAfter(info.states, shown.seq)],
      }),
    );
  }
  return { judged, violations };
}

/** Clause b: a launch with a stored session, and something is shown before the app was locked. */
function atLaunch(view: HistoryView, info: ProcessInfo): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const launch of info.launches) {
    if (policyAt(view, info, launch.seq) === undefined || !isIssued(view.store(info.device, launch.seq)?.rt)) continue;
    judged += 1;
    const over = info.lives.find((life) => life.seq > launch.seq)?.seq ?? Infinity;
    const locked = info.states.find((state) => state.seq > launch.seq && state.to === 'locked')?.seq ?? Infinity;
    const signedIn = info.opened.find(({ name, called }) => name === 'signIn' && called.seq > launch.seq)?.called.seq ?? Infinity;
    const open = info.states.find((state) => state.seq > launch.seq && state.to === 'active');
    const until = Math.min(over, locked, signedIn);
    const shown = open === undefined || open.seq > until ? undefined : firstShown(view, info, open.seq, until);
    if (open === undefined || shown === undefined) continue;
    violations.push(
      violation(lockedPrecedesContent, {
        clause: 'b',
        message: `${info.process} ${say(shown)} ${after(launch, shown)} its launch, and had not been locked: it was open at once`,
        hint: 'with a lock policy, a restored session begins locked, whatever the time since the app was closed',
        at: shown,
        root: launch,
        witness: [launch, open],
      }),
    );
  }
  return { judged, violations };
}

/** Clause c: shown while closed, or asked for while closed and carried out before the app opened. */
function whileClosed(view: HistoryView, info: ProcessInfo): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const add = (shown: Shown, state: string, called: Moment | undefined): void =>
    void violations.push(
      violation(lockedPrecedesContent, {
        clause: 'c',
        message: `${info.process} ${say(shown)} while it was ${state}`,
        hint: 'while locked or loading, let requests wait, or reject them as locked; show nothing',
        at: shown,
        witness: [lastBefore(info.states, shown.seq), called],
      }),
    );
  for (const content of info.contents) {
    judged += 1;
    if (isClosed(content.state)) add(content, content.state, undefined);
  }
  for (const called of info.calls) {
    const state = stateAt(info, called.seq);
    if (!isClosed(state)) continue;
    judged += 1;
    const opens = firstAfter(info.states, called.seq);
    const shown = firstOf(view, called.n, opens);
    if (shown !== undefined) add(shown, state, called);
  }
  return { judged, violations };
}

/** The first sending or success of a request before the state changes; a change in the same step of the world counts as before it. */
function firstOf(view: HistoryView, n: string, change: Moment | undefined): Shown | undefined {
  const request = view.request(n);
  const { settled } = request ?? {};
  const shown: (Shown | undefined)[] = [request?.sendings[0]?.sent, isSuccess(settled) ? settled : undefined];
  return shown.find((event) => event !== undefined && (change === undefined || (event.seq < change.seq && event.t < change.t)));
}

/** Clause d. */
function turns(view: HistoryView, info: ProcessInfo): Judgement {
  const { judged, found } = wrongTurns(view, info);
  const violations = found.map(({ state, message, hint, witness }) =>
    violation(lockedPrecedesContent, { clause: 'd', message, hint, at: state, witness }),
  );
  return { judged, violations };
}

/** Clause e: nobody touched the app for longer than its idle time, and it goes on as if somebody had. */
function afterIdle(view: HistoryView, info: ProcessInfo): Judgement {
  const { judged, found } = exposuresAfterIdle(view, info);
  const violations = found.flatMap(({ called, since, idle, limit }) => {
    const shown = firstOf(view, called.n, firstAfter(info.states, called.seq));
    if (shown === undefined) return [];
    return violation(lockedPrecedesContent, {
      clause: 'e',
      message: `${info.process} ${say(shown)} though nobody had touched the app for ${ms(idle)}, and after ${ms(limit)} it must be locked`,
      hint: 'start the idle timer anew with each interaction only, and lock when it runs out',
      at: shown,
      root: called,
      witness: [since, called],
    });
  });
  return { judged, violations };
}

/** The first thing of the user that the process shows, sends or hands out between two points. */
function firstShown(view: HistoryView, info: ProcessInfo, from: number, until: number): Shown | undefined {
  const content = firstAfter(info.contents, from);
  const settled = between(info.settles, from, until).find(isSuccess);
  const sent = between(info.sent, from, until)
    .map(({ seq }) => view.at(seq))
    .find((event) => event?.type === 'api.sent' && view.request(event.n)?.called !== undefined) as EventOf<'api.sent'> | undefined;
  const all: (Shown | undefined)[] = [content, settled, sent];
  return all
    .filter((event) => event !== undefined)
    .filter((event) => event.seq < until)
    .sort((a, b) => a.seq - b.seq)[0];
}

function isSuccess(settled: EventOf<'request.settled'> | undefined): boolean {
  return settled?.status !== undefined && settled.status >= 200 && settled.status < 300;
}

/** When the state next changes, or the life ends. */
function leaves(info: ProcessInfo, seq: number): number {
  return Math.min(firstAfter(info.states, seq)?.seq ?? Infinity, info.lives.find((life) => life.seq > seq)?.seq ?? Infinity);
}

/** Before the first state is shown, it is the one that is left. */
function stateAt(info: ProcessInfo, seq: number): string {
  const last = lastBefore(info.states, seq);
  const launch = lastBefore(info.lives, seq);
  if (last !== undefined && (launch === undefined || launch.seq < last.seq)) return last.to;
  return firstAfter(info.states, seq)?.from ?? 'loading';
}

function moved(view: HistoryView, info: ProcessInfo, from: number, to: number): string {
  const by = between(view.device(info.device).jumps, from, to).reduce((sum, jump) => sum + jump.by, 0);
  return by === 0 ? '' : `; its wall clock had been moved by ${by > 0 ? '+' : '-'}${ms(Math.abs(by))} meanwhile`;
}

function say(shown: Shown): string {
  if (shown.type === 'content') return 'showed content';
  return shown.type === 'api.sent' ? `sent ${shown.n} with ${shown.at}` : `answered ${shown.n} with ${shown.status}`;
}
