// I28: a stream is a request that never ends. It is told the new token or is opened anew before the old one is over, it comes back when
// it broke, and it ends with its session. Judged while the app is on screen, awake and online.
import { alive, endingRefusal, isIssued, isYounger, outcome, remaining } from '../derived.ts';
import { accountOf } from '../index-servers.ts';
import { timeOutside, type Moment, type Span } from '../moments.ts';
import type { Hand, Listening, ProcessInfo, Session, Stream } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const streamFollowsToken: Invariant = {
  id: 'I28',
  name: 'stream-follows-token',
  kind: 'client',
  needs: ['C'],
  feature: 'streams',
  summary: 'a stream goes on with the newest token, is opened again when it broke while the app listens, and ends with its session',
  why: 'The page still looks alive, but nothing arrives any more: events stop with the token of an hour ago, or go on to somebody who has signed out.',
  sources: [
    'RFC 6750 3.1',
    'PrefectHQ/fastmcp#1275',
    'Yaffle/EventSource#137',
    'hasura/graphql-engine#5581',
    'enisdenjo/graphql-ws#482',
    'medplum/medplum#8425',
    '99designs/gqlgen#774',
  ],
  judge,
};

/** Ms for which a stream may go on with a token that is over, when a newer one is there. */
const OVERLAP = 10_000;
/** Ms after which it should have been renewed, or opened again, by a client that is able to. */
const PATIENCE = 60_000;
/** Ms in which it ends with its session. */
const CLOSING = 1_000;

function judge(view: HistoryView): Judgement {
  const { streams, listenings } = view.index;
  const violations: Violation[] = [];
  const add = (found: Violation | undefined): void => void (found !== undefined && violations.push(found));
  for (const stream of streams) add(leftOpen(view, stream) ?? behind(view, stream));
  for (const listening of listenings) add(silent(view, listening));
  return { judged: streams.length + listenings.length, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Clause a: it still runs on a token that is over, and there is a newer one, or the client could have had one. */
function behind(view: HistoryView, stream: Stream): Violation | undefined {
  const { s, process, device, runs, opened } = stream;
  const info = view.process(process);
  const session = view.session(device, opened.seq);
  for (const [i, { at, from }] of runs.entries()) {
    const until = runs[i + 1]?.from ?? stream.end ?? view.runEnd;
    const over = until === undefined ? undefined : overAt(view, at, from);
    if (until === undefined || over === undefined || view.session(device, until.seq) !== session) continue;
    if (!alive(view, session?.family, until.seq)) continue;
    const newer = info.hands.find((hand) => hand.source !== undefined && isYounger(view, hand.at, at) && hand.seq < until.seq) as
      | Hand
      | undefined;
    const since = Math.max(over, newer?.since.t ?? over, from.t);
    const limit = newer === undefined ? PATIENCE : OVERLAP;
    if ((newer === undefined && !view.claims('refresh-ahead')) || able(view, info, since, until.t) <= limit) continue;
    const seen = stream.messages.find(({ t, seq }) => t > since + limit && seq < until.seq);
    const shown: Moment = seen ?? until;
    const why = newer === undefined ? 'no newer token was fetched for it' : `${newer.at} had been there for ${ms(shown.t - newer.since.t)}`;
    return violation(streamFollowsToken, {
      clause: 'a',
      message: `stream ${s} of ${process} still ran on ${at} ${ms(shown.t - over)} after that token was over, and ${why}`,
      hint: 'a stream is a request that never ends: refresh for it as for any other, and tell it the new token or open it anew before the old one ends',
      at: shown,
      root: from,
      witness: [opened, from, newer === undefined ? undefined : view.at(newer.since.seq), ...stream.messages.slice(-1)],
    });
  }
  return undefined;
}

/** True time at which the token is over: its expiry, or the first refusal of it. */
function overAt(view: HistoryView, at: string, from: Moment): number | undefined {
  const left = isIssued(at) ? remaining(view, at, from) : undefined;
  const refused = view.index.refused.get(at)?.t;
  if (left === undefined) return refused;
  return Math.min(from.t + left, refused ?? Infinity);
}

/** Clause c: the session was left, here, and the stream goes on. */
function leftOpen(view: HistoryView, stream: Stream): Violation | undefined {
  const { s, process, device, opened } = stream;
  const session = view.session(device, opened.seq);
  const left = session === undefined ? undefined : leaving(view, session);
  if (left === undefined || (left.type !== 'server.switched' && left.actor !== process)) return undefined;
  const until = stream.end ?? view.runEnd;
  if (until === undefined || until.seq < left.seq || able(view, view.process(process), left.t, until.t) <= CLOSING) return undefined;
  const seen = stream.messages.find(({ t }) => t > left.t + CLOSING);
  const shown: Moment = seen ?? until;
  return violation(streamFollowsToken, {
    clause: 'c',
    message: `stream ${s} of ${process} ${seen === undefined ? 'was still open' : 'brought a message'} ${after(left, shown)} ${left.type === 'signIn.called' ? `user ${left.user} had signed in instead` : WORDS[left.type]}`,
    hint: 'close every stream of a session when it ends, before anything else',
    at: shown,
    root: left,
    witness: [opened, left],
  });
}

const WORDS = {
  'signOut.called': 'the user had signed out',
  'server.switched': 'the app had been pointed at another server',
} as const;

/** A sign-out, another server, or a sign-in of somebody else; the same user who signs in again goes on. */
function leaving({ index }: HistoryView, { to, user }: Session): Session['to'] {
  return to?.type === 'signIn.called' && accountOf(index, to) === user ? undefined : to;
}

/** Clause b: the app listens, and no stream is open for longer than the client needs to open one. */
function silent(view: HistoryView, listening: Listening): Violation | undefined {
  const { l, path, process, asked } = listening;
  const gap = gaps(view, listening).find((one) => isTooLong(view, listening, one));
  if (gap === undefined) return undefined;
  const took = able(view, view.process(process), gap.from.t, gap.to.t);
  return violation(streamFollowsToken, {
    clause: 'b',
    message: `${process} had no stream open on ${path} for ${ms(took)} after ${gap.from === asked ? 'the app began to listen' : 'the last one had ended'}, though ${l} listens to it`,
    hint: 'open the stream again with the newest token: refresh first when the old one is over, and do not make the stream wait for itself',
    at: gap.to,
    root: gap.from,
    witness: [asked, gap.from],
  });
}

interface Gap {
  readonly from: Moment;
  readonly to: Moment;
}

/** Stretches of a listening in which its process had no stream open on the path. */
function gaps(view: HistoryView, listening: Listening): Gap[] {
  const { process, life, path, asked } = listening;
  const over = endOf(view, listening);
  const found: Gap[] = [];
  let from: Moment | undefined = asked;
  for (const { opened, end, ...stream } of over === undefined ? [] : view.index.streams) {
    if (stream.process !== process || stream.life !== life || stream.path !== path || from === undefined) continue;
    if (opened.seq > from.seq) found.push({ from, to: opened });
    if (end === undefined || end.seq > from.seq) from = end;
  }
  if (over !== undefined && from !== undefined) found.push({ from, to: over });
  return found
    .map((gap) => (over !== undefined && over.seq < gap.to.seq ? { from: gap.from, to: over } : gap))
    .filter((gap) => gap.to.seq > gap.from.seq);
}

/**
 * Longer than a client needs, and nothing outside of it made it so: no failed refresh, no refused or broken attempt but a 401, and no 401
 * for a second token, which is not about the token.
 */
function isTooLong(view: HistoryView, { process, device, path }: Listening, { from, to }: Gap): boolean {
  if (able(view, view.process(process), from.t, to.t) <= PATIENCE) return false;
  const isWithin = (seq: number): boolean => seq > from.seq && seq < to.seq;
  const failed = view.device(device).exchanges.some((exchange) => isWithin(exchange.sent.seq) && outcome(exchange).kind !== 'granted');
  const attempts = view.sendings.filter(({ sent }) => sent.actor === process && sent.path === path && isWithin(sent.seq));
  const refused = new Set(attempts.filter(({ delivered }) => delivered?.status === 401).map(({ sent }) => sent.at));
  const ended = attempts.some(({ delivered, broken }) => (broken ?? (delivered?.status === 401 ? undefined : delivered)) !== undefined);
  return !failed && !ended && refused.size < 2;
}

/** When nobody expects a stream any more: the app has left, the process or the session has ended, or the run. */
function endOf(view: HistoryView, { process, device, asked, left }: Listening): Moment | undefined {
  const session = view.session(device, asked.seq);
  const info = view.process(process);
  const dead = session === undefined ? undefined : view.index.families.get(session.family)?.dead;
  const refusal = session === undefined || view.runEnd === undefined ? undefined : endingRefusal(view, device, session, view.runEnd.seq);
  const ends = [left, info.lives.find(({ seq }) => seq > asked.seq), session?.to, dead, refusal?.delivered, view.runEnd];
  return ends.filter((end) => end !== undefined && end.seq > asked.seq).sort((a, b) => (a as Moment).seq - (b as Moment).seq)[0];
}

/** Ms in which the process could have acted: awake, online, on screen, with an open store and an active session. */
function able(view: HistoryView, info: ProcessInfo, from: number, to: number): number {
  if (to <= from) return 0;
  const { offline, locked } = view.device(info.device);
  return timeOutside([info.suspended, info.background, offline, locked, inactive(info)], from, to);
}

/** Stretches in which the client said that it was not active. */
function inactive({ states }: ProcessInfo): Span[] {
  const spans: Span[] = [];
  for (const state of states) {
    const last = spans.at(-1);
    if (state.to !== 'active' && (last === undefined || last.to !== undefined)) spans.push({ from: state });
    else if (state.to === 'active' && last !== undefined) last.to ??= state;
  }
  return spans;
}
