// I26: whoever writes or deletes knows what is there. A process that lost a race looks into the store again before it overwrites or
// clears what the winner has left: the loser adopts, never deletes. Only what takes the newer pair away counts.
import { alive, isIssued, isYounger } from '../derived.ts';
import { hasSignedOutOf } from '../known-sessions.ts';
import { firstAfter } from '../moments.ts';
import type { DeviceInfo, StoreContent, StoreWrite } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const fencedWrites: Invariant = {
  id: 'I26',
  name: 'fenced-writes',
  kind: 'client',
  needs: ['C'],
  feature: 'cross-process',
  summary: 'no process overwrites or deletes a refresh token that a sibling has stored since it last read the store',
  why: 'The process that lost a race deletes the pair of the one that won: all of them are signed out, although the server had granted a new session.',
  sources: [
    'RFC 9700 4.14.2',
    'anthropics/claude-code#84440',
    'anomalyco/opencode#34074',
    'earendil-works/pi#9563',
    'talesofai/cohub#152',
    'nextauthjs/next-auth#8897',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const device of view.devices) {
    let author: StoreWrite | undefined;
    let before: StoreContent | undefined;
    for (const content of device.stores) {
      const { write } = content;
      if (
        author !== undefined &&
        before !== undefined &&
        isIssued(before.rt) &&
        author.process !== write.process &&
        isOurs(author, write)
      ) {
        judged += 1;
        if (!content.labels.includes(before.rt)) violations.push(...unfenced(view, device, { content, lost: before.rt, author }));
      }
      if (content.rt !== before?.rt) author = write;
      before = content;
    }
  }
  return { judged, violations };
}

/** Both are writes of the client's processes; what somebody else did to the store is nobody's fault here. */
function isOurs(author: StoreWrite, write: StoreWrite): boolean {
  return author.end !== undefined && write.begin !== undefined;
}

interface Loss {
  readonly content: StoreContent;
  readonly lost: string;
  /** The write that had put it there. */
  readonly author: StoreWrite;
}

function unfenced(view: HistoryView, device: DeviceInfo, { content, lost, author }: Loss): Violation[] {
  const { write } = content;
  const session = view.session(device.device, content.seq);
  const family = view.token(lost)?.family;
  if (session === undefined || session.family !== family || !alive(view, family, content.seq) || isNewer(view, device, content.rt, lost))
    return [];
  if (hasSeen(view, write, author, lost) || hasSignedOutOf(view.process(write.process), session, content.seq)) return [];
  if (isMadeGood(view, device, { content, lost, author })) return [];
  const what = write.labels.length === 0 ? 'nothing' : write.labels.join(' and ');
  const how = write.op === 'delete' ? `deleted ${lost}` : `overwrote ${lost} with ${what}`;
  const stored = author.end ?? author;
  return [
    violation(fencedWrites, {
      message: `${write.process} ${how} ${after({ t: view.at(stored.seq)?.t ?? content.t }, content)} ${author.process} had stored it, and had not read the store since`,
      hint: 'hold host.lock over read, refresh and write; before a write or a deletion read the store again, and adopt what is newer than what you began with',
      at: content,
      root: write.begin ?? content,
      witness: [author.end, lastRead(view, write), write.begin, view.exchange(view.token(lost)?.x)?.delivered],
    }),
  ];
}

/** What is there now replaces what was: a younger token of the session, or one of a session that began later. */
function isNewer(view: HistoryView, { sessions }: DeviceInfo, rt: string | undefined, lost: string): boolean {
  if (rt === undefined) return false;
  const [mine, theirs] = [view.token(rt)?.family, view.token(lost)?.family];
  if (mine === theirs) return isYounger(view, rt, lost);
  const began = (family: string | undefined): number => sessions.findLast((session) => session.family === family)?.began ?? -1;
  return began(mine) > began(theirs);
}

/**
 * The two writes overlapped, so that neither process could see the other's, and the pair is back at once: whoever had stored it looked
 * again. A sign-in that does not wait for a lock is right to do so.
 */
function isMadeGood(view: HistoryView, { stores }: DeviceInfo, { content, lost, author }: Loss): boolean {
  if ((content.write.begin?.seq ?? content.seq) > (author.end?.seq ?? 0)) return false;
  const back = firstAfter(stores, content.seq);
  return back !== undefined && back.t - content.t <= AT_ONCE && (back.rt === lost || isYounger(view, back.rt, lost));
}
/** Ms. */
const AT_ONCE = 1_000;

/** The process has read the token, or all of that key, between the sibling's write and its own. */
function hasSeen(view: HistoryView, write: StoreWrite, author: StoreWrite, lost: string): boolean {
  const read = lastRead(view, write);
  return read !== undefined && read.seq > (author.end?.seq ?? 0) && (read.key === write.key || read.labels.includes(lost));
}

function lastRead(view: HistoryView, write: StoreWrite) {
  const before = write.begin?.seq ?? write.seq;
  return view.process(write.process).looks.findLast((look) => look.ok && look.seq < before && look.key === write.key);
}
