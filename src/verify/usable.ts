// From when on a process may use a pair it was given: when the write of it has ended, well or badly; at once when it writes nothing.
import { countBefore, type Moment } from './moments.ts';
import type { Hand, StoreWrite } from './records.ts';
import type { HistoryView } from './view.ts';

/** How many writes after a delivery are looked at. */
const LOOK_AHEAD = 8;

/** The moment from which the access token in a hand can be used; undefined while its write goes on. Remembers per token. */
export function firstUsable(view: HistoryView): (hand: Hand) => Moment | undefined {
  const known = new Map<string, Moment | undefined>();
  return (hand) => {
    if (hand.at === undefined || hand.source !== 'delivered') return hand.since;
    if (!known.has(hand.at)) known.set(hand.at, usableFrom(view, hand, hand.at));
    return known.get(hand.at);
  };
}

function usableFrom(view: HistoryView, hand: Hand, at: string): Moment | undefined {
  const exchange = view.exchange(view.token(at)?.x);
  const delivered = exchange?.delivered;
  if (exchange === undefined || delivered === undefined) return hand.since;
  const { writes } = view.device(exchange.device);
  const labels = new Set([at, ...(delivered.newRt === undefined ? [] : [delivered.newRt])]);
  let usable: Moment = delivered;
  for (const write of writesAfter(writes, delivered.seq)) {
    if (write.process !== exchange.process || !write.labels.some((label) => labels.delete(label))) continue;
    if (write.end === undefined) return undefined;
    if (write.end.seq > usable.seq) usable = write.end;
    if (labels.size === 0) break;
  }
  return usable;
}

function writesAfter(writes: readonly StoreWrite[], seq: number): readonly StoreWrite[] {
  const from = countBefore(writes, seq);
  return writes.slice(from, from + LOOK_AHEAD);
}
