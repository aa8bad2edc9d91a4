// I25: a store that cannot be read, or has not been read yet, says nothing about the session. Judged are processes that have nothing but
// such a store to go by; no-logout-without-invalid-grant judges the end of a session for any wrong reason, this names the commonest.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import { hasSignedOutOf } from '../known-sessions.ts';
import { between, lastBefore, type Moment } from '../moments.ts';
import type { ProcessInfo, StoreContent } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { earlier, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { ENDS, isDue } from './no-logout-without-invalid-grant.ts';

export const unreadableIsNotAbsent: Invariant = {
  id: 'I25',
  name: 'unreadable-is-not-absent',
  kind: 'client',
  needs: ['C'],
  summary: 'a store that is locked, fails or has not been read yet ends no session, empties no store and asks for no sign-in',
  why: 'The phone starts the app before its first unlock, and the user finds the sign-in screen although nothing was lost, until the app itself deletes what it could not read.',
  sources: [
    'RFC 6819 5.3.3',
    'oblador/react-native-keychain#558',
    'firebase/firebase-ios-sdk#8695',
    'firebase/firebase-ios-sdk#13231',
    'expo/expo#13228',
    'microsoftconnect/ms-intune-app-sdk-ios#478',
  ],
  judge,
};

const HINT =
  'keep three answers of the store apart: there, not there, cannot tell; stay loading and read again on unlock, on foreground and after a while';
/** Ms after a failed read in which a process that still has its tokens in memory may be taken to act on it. */
const AT_ONCE = 1_000;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const info of view.processes) {
    const stored = info.launches.filter(({ seq }) => isIssued(view.store(info.device, seq)?.rt)).length;
    const failed = info.looks.filter(({ ok }) => !ok).length;
    judged += stored + failed;
    if (stored + failed === 0) continue;
    for (const state of info.states) {
      if (ENDS.includes(state.to) && !ENDS.includes(state.from))
        violations.push(...blamed(view, info, state, 'a', `went from ${state.from} to ${state.to}`));
    }
    for (const settled of info.settles) {
      if (settled.reason === 'signed-out' || settled.reason === 'reauthentication-required')
        violations.push(...blamed(view, info, settled, 'b', `rejected ${settled.n} as ${settled.reason}`));
    }
    for (const { shown, process } of view.device(info.device).prompts) {
      if (process === info.process && shown.purpose === 'sign-in')
        violations.push(...blamed(view, info, shown, 'c', `asked its user to sign in again (${shown.method})`));
    }
    violations.push(...wiped(view, info));
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

type Act = EventOf<'state'> | EventOf<'request.settled'> | EventOf<'prompt.shown'>;

function blamed(view: HistoryView, info: ProcessInfo, act: Act, clause: string, what: string): Violation[] {
  const doubt = doubtAt(view, info, act);
  const stored = view.store(info.device, act.seq)?.rt;
  const session = view.session(info.device, act.seq);
  const called = act.type === 'request.settled' ? view.request(act.n)?.called : undefined;
  if (doubt === undefined || !isIssued(stored) || view.token(stored)?.family !== session?.family || isDue(view, info, act.seq)) return [];
  // Asked for under the user before: whoever signs in ends that.
  if (called !== undefined && view.session(info.device, called.seq) !== session) return [];
  return [
    report(act, clause, `${info.process} ${what} although ${doubt.why}: ${stored} is there`, [
      view.index.persisted.get(stored),
      doubt.at,
      called,
    ]),
  ];
}

/** Clause d: what could not be read is deleted or overwritten. A user who signs in meanwhile has replaced it. */
function wiped(view: HistoryView, info: ProcessInfo): Violation[] {
  const { stores } = view.device(info.device);
  return stores.flatMap((content: StoreContent, i) => {
    const { write } = content;
    const lost = stores[i - 1]?.rt;
    if (write.process !== info.process || write.begin === undefined || !isIssued(lost) || content.rt !== undefined) return [];
    const doubt = doubtAt(view, info, write.begin);
    const session = view.session(info.device, write.seq);
    if (doubt === undefined || session === undefined || view.token(lost)?.family !== session.family) return [];
    if (isDue(view, info, write.seq) || hasSignedOutOf(info, session, write.seq)) return [];
    const how = write.op === 'delete' ? 'deleted' : 'overwrote';
    return [
      report(content, 'd', `${info.process} ${how} ${lost} although ${doubt.why}`, [view.index.persisted.get(lost), doubt.at, write.begin]),
    ];
  });
}

interface Doubt {
  readonly why: string;
  readonly at: Moment | undefined;
}

/** Why the process cannot know what the store holds; undefined when it has read it, also as empty, or has the session in memory. */
function doubtAt(view: HistoryView, info: ProcessInfo, { seq, t }: Moment): Doubt | undefined {
  const born = lastBefore(info.lives, seq);
  const look = lastBefore(info.looks, seq);
  const inLife = look !== undefined && look.seq > (born?.seq ?? -1) ? look : undefined;
  if (inLife?.ok === true) return undefined;
  const holds = isIssued(view.hand(info.process, seq)?.rt);
  if (inLife === undefined) return holds || born === undefined ? undefined : { why: 'it had not read the store yet', at: born };
  if (holds && t - inLife.t > AT_ONCE) return undefined;
  const known = between(info.looks, born?.seq ?? -1, seq).findLast(({ ok, key }) => ok && key === inLife.key);
  if (known !== undefined && !known.labels.some((label) => label.startsWith('RT-'))) return undefined;
  const why = `its last read of the store, ${earlier(inLife, { t })}, had failed (${inLife.error ?? 'for no reason told'})`;
  return { why, at: firstFailure(info, inLife, born) };
}

/** The first of the failed reads in a row that leads up to this one. */
function firstFailure(info: ProcessInfo, look: EventOf<'store.end'>, born: Moment | undefined): Moment {
  const looks = between(info.looks, born?.seq ?? -1, look.seq + 1);
  return looks[looks.findLastIndex(({ ok }) => ok) + 1] ?? look;
}

function report(at: Moment, clause: string, message: string, witness: readonly (Moment | undefined)[]): Violation {
  return violation(unreadableIsNotAbsent, { clause, message, hint: HINT, at, witness });
}
