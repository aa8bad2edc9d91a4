// I23: an answer that got lost behind the server's commit is asked for again while the server still takes the old token. A server
// without such a grace excuses everything; so does a client that could not ask in time. The server's own journal tells how late it was.
import { alive, isIssued } from '../derived.ts';
import { timeOutside } from '../moments.ts';
import type { Exchange } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const recoversFromLostAnswer: Invariant = {
  id: 'I23',
  name: 'recovers-from-lost-answer',
  kind: 'wire',
  needs: ['V', 'C'],
  summary: 'when the answer to a refresh got lost, the refresh is tried again while the server still honours the token it replaced',
  why: 'The server had waited for a retry and would have answered it; half a minute later the same retry counts as theft, and every device of the session is out.',
  sources: [
    'RFC 9700 4.14.2',
    'kurrent-io/kcap-cli#947',
    'kurrent-io/kcap-cli#946',
    'aakarim/OpenLore#43',
    'auth0/react-native-auth0#1374',
    'zitadel/zitadel#9631',
  ],
  judge,
};

/** Presentations of one token that all got lost: no client need try for ever. */
const ENOUGH = 4;
/** Ms in which a client that knows of the loss, and is able to, tries again. */
const ROOM = 3_000;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const exchange of view.exchanges) {
    if (isLost(exchange)) judged += 1;
    const refusal = view.index.refusedAs.get(exchange.x);
    if (refusal?.late === undefined) continue;
    const found = tooLate(view, exchange, refusal.t - refusal.late);
    if (found !== undefined) violations.push(found);
  }
  return { judged, violations };
}

/** Committed with a new refresh token, and the client has learned that it will not hear of it. */
function isLost({ committed, delivered, end, rt }: Exchange): boolean {
  const replaced = committed?.newRt !== undefined && committed.newRt !== rt;
  return replaced && delivered?.kind !== 'granted' && end !== undefined && end.how !== 'process-ended';
}

/** The retry came after the grace had ended at `closed`, although it could have come before. */
function tooLate(view: HistoryView, exchange: Exchange, closed: number): Violation | undefined {
  const { rt, device, sent, process, x } = exchange;
  const tries = triesOf(exchange);
  if (tries.length >= ENOUGH) return undefined;
  const first = tries.find((one) => one.committed !== undefined);
  const last = tries.at(-1);
  if (first?.end === undefined || last?.end === undefined || !isIssued(rt) || tries.some((one) => one.delivered?.kind === 'granted'))
    return undefined;
  if (!isLost(first) || last.device !== device || !alive(view, view.token(rt)?.family, first.end.seq)) return undefined;
  const known = last.end;
  const room = closed - known.t - waits(view, last, known.t, closed);
  if (room < ROOM) return undefined;
  return violation(recoversFromLostAnswer, {
    message: `${process} tried ${rt} again in ${x} only ${ms(sent.t - known.t)} after it knew that the answer to ${last.x} was lost; the server would have answered up to ${ms(closed - known.t)} after that`,
    hint: 'an unknown outcome is not over: try again within seconds, with the same refresh token, and go on until an answer comes',
    at: sent,
    root: known,
    witness: [first.sent, first.committed, known, exchange.end],
  });
}

/** Every earlier presentation of the same token, oldest first. */
function triesOf({ previous }: Exchange): readonly Exchange[] {
  const tries: Exchange[] = [];
  for (let one = previous; one !== undefined && tries.length < MAX_TRIES; one = one.previous) tries.unshift(one);
  return tries;
}
const MAX_TRIES = 8;

/** Ms of the stretch in which the process of the lost exchange could not send. A process that died leaves no time at all. */
function waits(view: HistoryView, { process, device, life, delivered }: Exchange, from: number, to: number): number {
  if (to <= from) return 0;
  const info = view.process(process);
  const died = info.lives[life];
  const until = Math.min(to, died?.t ?? to);
  const { offline, locked } = view.device(device);
  const able = timeOutside([offline, locked, info.suspended, info.background], from, until);
  const floor = delivered?.retryAfter ?? 0;
  return to - from - Math.max(0, able - floor);
}
