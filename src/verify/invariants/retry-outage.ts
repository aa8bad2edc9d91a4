// What I11 remembers while it walks over the exchanges: for each process the run of failures it is in, for each device the rate.
import { outcome } from '../derived.ts';
import { firstAfter } from '../moments.ts';
import type { Exchange } from '../records.ts';
import type { HistoryView } from '../view.ts';

/** Ms without an attempt after which the next one is a first try again. */
export const NEW_TRY_AFTER = 60_000;

/** One exchange with what led to it. */
export interface Retry {
  readonly exchange: Exchange;
  /** The last exchange of the same process and life. */
  readonly previous: Exchange | undefined;
  /** Nothing new asked for it: it follows from the previous one alone. */
  readonly isRetry: boolean;
  /** Ms between the known end of each failed attempt of this outage and the next, where no sibling took its turn in between; the newest last. */
  readonly gaps: readonly number[];
  /** Attempts since the last trigger, this one included. */
  readonly attempts: readonly Exchange[];
  /** Granted refreshes in a row that nothing asked for, this one's predecessor included. */
  readonly chain: readonly Exchange[];
  /** Retries of the device in the last 10 s and, since the last grant, in the last hour. */
  readonly recent: readonly Exchange[];
  readonly hour: readonly Exchange[];
  /** The answer whose Retry-After is still running. */
  readonly floor: Floor | undefined;
}
export interface Floor {
  readonly exchange: Exchange;
  readonly until: number;
  readonly announced: number;
}

interface ProcessRun {
  last: Exchange | undefined;
  gaps: number[];
  attempts: Exchange[];
  chain: Exchange[];
  floor: Floor | undefined;
  floored: Exchange | undefined;
  reported: Set<string>;
}
interface DeviceRate {
  recent: Exchange[];
  hour: Exchange[];
}

export class Outages {
  readonly #view: HistoryView;
  readonly #runs = new Map<string, ProcessRun>();
  readonly #rates = new Map<string, DeviceRate>();

  constructor(view: HistoryView) {
    this.#view = view;
  }

  /** The next exchange in sending order. */
  enter(exchange: Exchange): Retry {
    const run = this.#run(exchange);
    const previous = run.last;
    this.#noteFloor(run);
    const retry = previous !== undefined && exchange.beside.length === 0 && !this.#triggered(previous, exchange);
    this.#extend(run, exchange, retry);
    const rate = this.#rate(exchange, retry);
    run.last = exchange;
    return { exchange, previous, isRetry: retry, gaps: run.gaps, attempts: run.attempts, chain: run.chain, ...rate, floor: run.floor };
  }

  /** Whether a breach of this clause is news: each clause is reported once per outage. */
  report({ exchange }: Retry, clause: string | undefined): boolean {
    const { reported } = this.#run(exchange);
    const isNews = !reported.has(clause ?? '');
    reported.add(clause ?? '');
    return isNews;
  }

  /** A life of a process forgets what the last one knew. */
  #run({ process, life }: Exchange): ProcessRun {
    const key = `${process} ${life}`;
    let run = this.#runs.get(key);
    if (run === undefined) {
      run = { last: undefined, gaps: [], attempts: [], chain: [], floor: undefined, floored: undefined, reported: new Set() };
      this.#runs.set(key, run);
    }
    return run;
  }

  #noteFloor(run: ProcessRun): void {
    const delivered = run.last?.delivered;
    if (run.last === undefined || delivered?.retryAfter === undefined || delivered.kind === 'granted' || run.floored === run.last) return;
    run.floored = run.last;
    run.floor = { exchange: run.last, until: delivered.t + delivered.retryAfter, announced: delivered.retryAfter };
  }

  #extend(run: ProcessRun, exchange: Exchange, retry: boolean): void {
    const { last } = run;
    const granted = last !== undefined && outcome(last).kind === 'granted';
    const same = last?.rt === exchange.rt;
    if (!retry || granted || !same) {
      run.gaps = [];
      run.attempts = [];
    }
    if (last === undefined || granted) run.reported = retry ? run.reported : new Set();
    if (retry && !granted && same && last?.end !== undefined && exchange.before === last) run.gaps.push(exchange.sent.t - last.end.t);
    run.attempts.push(exchange);
    run.chain = retry && granted ? [...run.chain.slice(-CHAIN_SHOWN), last] : [];
  }

  #rate(exchange: Exchange, retry: boolean): DeviceRate {
    let rate = this.#rates.get(exchange.device);
    if (rate === undefined) this.#rates.set(exchange.device, (rate = { recent: [], hour: [] }));
    const { before, sent } = exchange;
    if (before !== undefined && outcome(before).kind === 'granted') rate.hour = [];
    if (!retry) return rate;
    rate.recent = rate.recent.filter((other) => other.sent.t > sent.t - 10_000);
    rate.recent.push(exchange);
    if (rate.hour.length > 0 && (rate.hour[0] as Exchange).sent.t <= sent.t - 3_600_000) rate.hour.shift();
    rate.hour.push(exchange);
    return rate;
  }

  /** Something new since the previous attempt ended: a request, a start, a launch, back online, or a long pause. */
  #triggered(previous: Exchange, exchange: Exchange): boolean {
    const from = previous.end ?? previous.sent;
    if (exchange.sent.t - from.t >= NEW_TRY_AFTER) return true;
    const own = firstAfter(this.#view.process(exchange.process).triggers, from.seq);
    if (own !== undefined && own.seq < exchange.sent.seq) return true;
    const shared = firstAfter(this.#view.device(exchange.device).triggers, from.seq);
    return shared !== undefined && shared.seq < exchange.sent.seq;
  }
}

const CHAIN_SHOWN = 3;
