// Who can know which pair, and since when: the pair in the hand of each process.
import type { EventOf, TokenLabel } from '../core/events.ts';
import type { Index } from './indexer.ts';
import type { EmptyHand, Hand, HandSource, Session } from './records.ts';

interface Pair {
  at: TokenLabel | undefined;
  rt: TokenLabel | undefined;
  source: HandSource;
}

/** A process has learned of a pair: it keeps the younger of each. Tokens of another session than the device's own are not adopted. */
export function adopt(index: Index, event: { seq: number; t: number; actor: string }, pair: Pair): void {
  const info = index.process(event.actor);
  const device = index.device(info.device);
  const session = device.sessions.at(-1);
  if (session?.to !== undefined) return;
  const last = info.hands.at(-1);
  const at = younger(index, last?.at, belongs(index, pair.at, session) ? pair.at : undefined);
  const rt = younger(index, last?.rt, belongs(index, pair.rt, session) ? pair.rt : undefined);
  if (at === last?.at && rt === last?.rt) return;
  const moment = { seq: event.seq, t: event.t };
  const held = last === undefined || last.source === undefined ? undefined : last;
  info.hands.push({
    ...moment,
    at,
    rt,
    source: held !== undefined && at === held.at ? held.source : pair.source,
    since: held !== undefined && at === held.at ? held.since : moment,
    rtSince: held !== undefined && rt === held.rt ? held.rtSince : moment,
  });
}

/** The process has forgotten: it died, or its session ended. */
export function empty(index: Index, process: string, event: { seq: number; t: number }): void {
  const { hands } = index.process(process);
  const entry: EmptyHand = { seq: event.seq, t: event.t, at: undefined, rt: undefined, source: undefined };
  if (hands.length > 0) hands.push(entry);
}

/** The pair in the hand never reached the store, and a sibling has stored another since: from the next read on the store counts for both. */
export function isOverruled(index: Index, event: { actor: string }): boolean {
  const { hands, device } = index.process(event.actor);
  const hand = hands.at(-1);
  const stored = index.device(device).stores.at(-1);
  if (hand?.at === undefined || stored?.at === undefined || index.persisted.has(hand.at)) return false;
  const sameFamily = index.tokens.get(hand.at)?.family === index.tokens.get(stored.at)?.family;
  return sameFamily && stored.seq > hand.since.seq && stored.write.process !== event.actor;
}

/** Drops what is in the hand. */
export function forget(index: Index, event: { seq: number; t: number; actor: string }): void {
  index.process(event.actor).hands.push({ seq: event.seq, t: event.t, at: undefined, rt: undefined, source: undefined });
}

/** A hand given as a whole: what a sign-in does. */
export function give(index: Index, event: EventOf<'signIn.called'>): void {
  const moment = { seq: event.seq, t: event.t };
  const hand: Hand = { ...moment, at: event.at, rt: event.rt, source: 'sign-in', since: moment, rtSince: moment };
  index.process(event.actor).hands.push(hand);
}

/** The youngest access and refresh token among labels. */
export function youngest(index: Index, labels: readonly TokenLabel[]): { at: TokenLabel | undefined; rt: TokenLabel | undefined } {
  let at: TokenLabel | undefined;
  let rt: TokenLabel | undefined;
  for (const label of labels) {
    if (label.startsWith('RT-')) rt = younger(index, rt, label);
    else if (label.startsWith('AT-')) at = younger(index, at, label);
  }
  return { at, rt };
}

/** The token minted later; one that nobody minted loses. */
export function younger(index: Index, one: TokenLabel | undefined, other: TokenLabel | undefined): TokenLabel | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const a = index.tokens.get(one)?.order ?? -1;
  const b = index.tokens.get(other)?.order ?? -1;
  return b > a ? other : one;
}

function belongs(index: Index, label: TokenLabel | undefined, session: Session | undefined): boolean {
  if (label === undefined || label === 'none' || label === 'unknown') return false;
  const family = index.tokens.get(label)?.family;
  return session === undefined || family === undefined || family === session.family;
}
