// I6: only the authorization server's own refusal of the current refresh token, or the user, ends a session. Everything else is weather.
import { alive, endingRefusal, isIssued, lastExchange, outcome } from '../derived.ts';
import { hasSignedOut, hasSignedOutOf, knownSession, wasEmptied } from '../known-sessions.ts';
import { deviceOf } from '../indexer.ts';
import type { DeviceInfo, Exchange, ProcessInfo, Session, StoreContent } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noLogoutWithoutInvalidGrant: Invariant = {
  id: 'I6',
  name: 'no-logout-without-invalid-grant',
  kind: 'client',
  needs: ['C'],
  summary:
    'a session ends, and a sign-in is asked for, only after sign-out or when the server refuses the current refresh token with invalid_grant',
  why: 'A lift, a captive portal or a short outage signs the user out of an app that the server still knows.',
  sources: [
    'RFC 6749 5.2',
    'RFC 6749 6',
    'ppy/osu#24897',
    'ChimeHQ/OAuthenticator#58',
    'matrix-org/matrix-js-sdk#5472',
    'aws-amplify/amplify-js#7864',
    'adfinis/ember-simple-auth-oidc#50',
  ],
  judge,
};

/** States without a session. */
export const ENDS: readonly string[] = ['expired', 'signed-out'];

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const info of view.processes) {
    const device = view.device(info.device);
    judged += endable(view, device);
    for (const state of info.states) {
      if (!ENDS.includes(state.to) || ENDS.includes(state.from) || isDue(view, info, state.seq)) continue;
      violations.push(report(view, state, `${state.actor} went from ${state.from} to ${state.to}`, [state]));
    }
  }
  for (const device of view.devices) {
    for (const { shown, process } of device.prompts) {
      if (shown.purpose !== 'sign-in') continue;
      judged += 1;
      if (ENDS.includes(view.state(process, shown.seq) ?? '') || isDue(view, view.process(process), shown.seq)) continue;
      violations.push(report(view, shown, `${process} asked its user to sign in again (${shown.method})`, [shown]));
    }
    for (const content of device.stores) {
      const found = emptied(view, device, content);
      if (found !== undefined) violations.push(found);
    }
  }
  return { judged, violations };
}

/** Occasions on which a client could have ended a session wrongly: failed exchanges, failed reads, refused requests, launches. */
function endable(view: HistoryView, device: DeviceInfo): number {
  let count = device.locked.length + device.offline.length;
  for (const exchange of device.exchanges) if (outcome(exchange).kind !== 'granted') count += 1;
  return (
    count + device.processes.reduce((sum, name) => sum + view.process(name).states.filter((state) => ENDS.includes(state.to)).length, 0)
  );
}

/** Whether the session of the device may end at `seq`, as far as this process can know; also when there is none. */
export function isDue(view: HistoryView, info: ProcessInfo, seq: number): boolean {
  const device = view.device(info.device);
  const session = view.session(info.device, seq);
  const known = knownSession(view, info.process, seq) ?? session;
  if (session === undefined || isExcused(view, device, session, seq) || hasNothing(view, info, seq)) return true;
  if (known !== undefined && known !== session && isExcused(view, device, known, seq)) return true;
  return hasSignedOut(info, seq) || wasEmptied(view, info, seq);
}

function isExcused(view: HistoryView, device: DeviceInfo, session: Session, seq: number): boolean {
  if (endingRefusal(view, device.device, session, seq) !== undefined) return true;
  const family = view.index.families.get(session.family)?.dead;
  if (family !== undefined && family.seq < seq && (family.reason === 'idle' || family.reason === 'absolute')) return true;
  const signingIn = view.process(session.from.actor).opened.find((operation) => operation.called === session.from);
  if (signingIn !== undefined && (signingIn.done === undefined || signingIn.done.seq > seq || !signingIn.done.ok)) return true;
  if (hasRunOut(view, device, session, seq)) return true;
  if (device.installs.some((install) => install.how === 'reinstall' && install.seq > session.began && install.seq < seq)) return true;
  const answer = view.index.answers.findLast((one) => one.seq > session.from.seq && one.seq < seq && deviceOf(one.actor) === device.device);
  return answer !== undefined && answer.outcome !== 'ok';
}

/** The newest refresh token of the session has outlived what its answer had told of it. */
function hasRunOut(view: HistoryView, device: DeviceInfo, session: Session, seq: number): boolean {
  const last = device.exchanges.findLast(
    ({ delivered, rt }) =>
      delivered?.kind === 'granted' && delivered.seq < seq && view.token(rt)?.family === session.family && delivered.newRt !== rt,
  );
  const told = last?.delivered ?? session.from;
  return told.refreshExpiresIn !== undefined && told.refreshExpiresIn > 0 && (view.at(seq)?.t ?? 0) >= told.t + told.refreshExpiresIn;
}

/** A process that starts on an empty store tells the truth; how the store came to be empty is another question. */
function hasNothing(view: HistoryView, { process, device }: ProcessInfo, seq: number): boolean {
  return !isIssued(view.hand(process, seq)?.rt) && !isIssued(view.store(device, seq)?.rt);
}

/** The last refresh token was deleted while the server would still honour it, and nothing replaced it in this life. */
function emptied(view: HistoryView, device: DeviceInfo, content: StoreContent): Violation | undefined {
  const { write } = content;
  if (write.op !== 'delete' || content.rt !== undefined) return undefined;
  const session = view.session(device.device, content.seq);
  const lost = view.store(device.device, content.seq)?.rt;
  if (
    session === undefined ||
    hasSignedOutOf(view.process(write.process), session, content.seq) ||
    lost === undefined ||
    view.token(lost)?.family !== session.family
  )
    return undefined;
  if (!alive(view, session.family, content.seq) || isExcused(view, device, session, content.seq)) return undefined;
  const end = view.runEnd ?? view.process(write.process).kills.find((kill) => kill.seq > content.seq);
  const next = device.stores[device.stores.indexOf(content) + 1];
  if (end === undefined || (next !== undefined && next.seq < end.seq && next.rt !== undefined)) return undefined;
  if (write.begin === undefined || write.end === undefined) return undefined;
  return report(view, write.end, `${write.process} deleted ${lost}, the last refresh token in the store`, [write.begin]);
}

function report(
  view: HistoryView,
  at: { seq: number; t: number; actor: string },
  what: string,
  more: readonly { seq: number }[],
): Violation {
  const { device } = view.process(at.actor);
  const last = lastExchange(view, device, at.seq);
  const cause = last?.end === undefined || last.end.seq > at.seq ? undefined : last;
  const why =
    cause === undefined ? 'no refresh token had been refused' : `${after(cause.end ?? cause.sent, at)} ${cause.x} ${ending(cause)}`;
  return violation(noLogoutWithoutInvalidGrant, {
    message: `${what} although the session was alive: ${why}`,
    hint: 'end the session only on invalid_grant for the refresh token that is current; keep it through network errors, 5xx, 429, portals and a locked store',
    at,
    witness: [cause?.sent, cause?.end, ...more],
  });
}

function ending(exchange: Exchange): string {
  const { delivered, end, rt } = exchange;
  const result = outcome(exchange);
  if (result.kind === 'granted') return 'had just been granted';
  if (result.kind === 'refused')
    return `was refused with ${result.code}${result.code === 'invalid_grant' ? ` for ${rt}, which was not the current refresh token` : ''}`;
  if (delivered === undefined) return end?.how === 'lost' ? 'failed in the network' : 'was given up';
  return `was answered with ${delivered.status} and no OAuth error`;
}
