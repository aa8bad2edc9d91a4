// I9: a session that was signed out stays so: nothing writes its tokens back, and the state does not return to active.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import { between } from '../moments.ts';
import type { DeviceInfo, StoreWrite } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noResurrection: Invariant = {
  id: 'I9',
  name: 'no-resurrection',
  kind: 'client',
  needs: ['C'],
  summary: 'after sign-out no token of the old session is written, none is left in the store, and the state never returns to active',
  why: 'The next start signs the old user in again, on a phone that was handed on, sold or lent.',
  sources: [
    'RFC 7009 1',
    'logto-io/kotlin#253',
    'Aster-Privacy/Aster-Mail#78',
    'GlycemicGPT/GlycemicGPT#859',
    'supabase/supabase-swift#1371',
  ],
  judge,
};

type SignOut = EventOf<'signOut.called'>;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const device of view.devices) {
    for (const signOut of device.signOuts) {
      judged += 1;
      const next = device.sessions.find((session) => session.from.seq > signOut.seq)?.from.seq ?? Infinity;
      violations.push(...writtenBack(view, device, signOut, next));
      const back = between(view.process(signOut.actor).states, signOut.seq, next).find((state) => state.to === 'active');
      if (back !== undefined) violations.push(activeAgain(signOut, back));
      const left = next === Infinity ? leftBehind(view, device, signOut) : undefined;
      if (left !== undefined) violations.push(left);
    }
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Writes begun by the process that signed out; a sibling is judged by what is left at the end. */
function writtenBack(view: HistoryView, device: DeviceInfo, signOut: SignOut, next: number): Violation[] {
  return between(device.writes, signOut.seq, next)
    .filter(
      (write) =>
        write.op === 'set' &&
        write.process === signOut.actor &&
        write.begin !== undefined &&
        write.labels.some((label) => isOld(view, label, signOut)),
    )
    .filter((write) => !isStraggler(view, device, write, signOut))
    .map((write) => resurrected(view, write, signOut));
}

/** A token of a session that began before the sign-out. */
function isOld(view: HistoryView, label: string, signOut: SignOut): boolean {
  const family = view.token(label)?.family;
  const { sessions } = view.device(view.process(signOut.actor).device);
  return (
    isIssued(label) && sessions.some((session) => session.from.seq < signOut.seq && (family === undefined || session.family === family))
  );
}

/** A write of the very millisecond of the sign-out, for an answer that had come before, if the store is clean in the end. */
function isStraggler(view: HistoryView, device: DeviceInfo, write: StoreWrite, signOut: SignOut): boolean {
  if (write.begin?.t !== signOut.t) return false;
  const came = write.labels.every((label) => (view.exchange(view.token(label)?.x)?.delivered?.seq ?? 0) < signOut.seq);
  const content = view.runEnd?.stores[device.device];
  return came && content !== undefined && Object.values(content).flat().length === 0;
}

function resurrected(view: HistoryView, write: StoreWrite, signOut: SignOut): Violation {
  const at = write.begin as EventOf<'store.begin'>;
  const labels = write.labels.filter((label) => isOld(view, label, signOut));
  const exchange = view.exchange(view.token(labels[0])?.x);
  const origin = exchange?.delivered !== undefined && exchange.delivered.seq > signOut.seq ? ` when ${exchange.x} was answered` : '';
  return violation(noResurrection, {
    message: `${write.process} wrote ${labels.join(' and ')} of the old session back into the store ${after(signOut, at)} the sign-out${origin}`,
    hint: 'after every await, compare the generation the refresh began in with the current one before writing; revoke what came too late',
    at,
    witness: [exchange?.sent, signOut, exchange?.delivered, write.end],
  });
}

function activeAgain(signOut: SignOut, state: EventOf<'state'>): Violation {
  return violation(noResurrection, {
    message: `${state.actor} went from ${state.from} back to active ${after(signOut, state)} the sign-out, with no sign-in between`,
    hint: 'only a sign-in may leave signed-out',
    at: state,
    witness: [signOut],
  });
}

/** What the store holds at the end. A sign-out that was killed before its first write, or that the store refused, could not do more. */
function leftBehind(view: HistoryView, device: DeviceInfo, signOut: SignOut): Violation | undefined {
  const end = view.runEnd;
  const content = end?.stores[device.device];
  if (end === undefined || content === undefined || (end.ending !== 'finished' && end.ending !== 'deadlock')) return undefined;
  const labels = Object.values(content)
    .flat()
    .filter((label) => isOld(view, label, signOut));
  if (labels.length === 0 || couldNot(view, device, signOut)) return undefined;
  return violation(noResurrection, {
    message: `at the end the store of ${device.device} still holds ${labels.join(' and ')} of the session that was signed out`,
    hint: 'sign-out deletes every token of the session, and waits until the deletion is done',
    at: end,
    witness: [
      signOut,
      ...device.writes
        .filter((write) => write.labels.some((label) => labels.includes(label)))
        .map((write) => write.end)
        .slice(-3),
    ],
  });
}

function couldNot(view: HistoryView, device: DeviceInfo, signOut: SignOut): boolean {
  const info = view.process(signOut.actor);
  const writes = device.writes.filter((write) => write.seq > signOut.seq);
  if (writes.some((write) => write.end !== undefined && !write.end.ok)) return true;
  const killed = info.kills.find((kill) => kill.seq > signOut.seq);
  return killed !== undefined && !writes.some((write) => write.end !== undefined && write.end.seq < killed.seq);
}
