// A correct client in the functional style: a pure reducer decides (functional-ahead/reduce.ts), closures here carry out.
// Claims refresh-ahead and an offline queue; knows one process only, so it does not claim cross-process.
import type { Client, Host, HostResponse, Rejection, RequestInit } from '../../../src/core/contract.ts';
import { NO_OUTAGE, type Effect, type Happening, type Model, type Pair, type StoredRecord } from './functional-ahead/model.ts';
import { REFRESH_AHEAD, START, reduce } from './functional-ahead/reduce.ts';
import { exchange, grantOf, init as initOf, objectOf, refusesToken, revoke, timed } from './functional-ahead/wire.ts';

/** A key for each server: what one issued is nothing to another. */
const keyOf = ({ config }: Host): string => `functional-ahead ${config.issuer}`;
const DAY = 86_400_000;
const idle = (): void => undefined;

interface Ask {
  resolve(pair: Pair): void;
  reject(error: Error): void;
  quiet(): void;
}
/** A request under way: `over` aborts when its session ends or its caller leaves. */
interface Trip {
  readonly over: AbortController;
}

const rejection = (reason: Rejection): Error => Object.assign(new Error(`rejected: ${reason}`), { reason });

const createClient = (host: Host): Client => {
  let model: Model = START;
  let asks = 0;
  let wakeAt = Number.POSITIVE_INFINITY;
  const open = new Map<number, Ask>();
  const trips = new Set<Trip>();
  const timers = new Set<() => void>();
  let asking: Promise<void> = Promise.resolve();
  const now = (): number => host.clock.monotonic();
  /** As `host.clock.setTimeout`, remembered until it fires, so that `stop()` can clear it. */
  const later = (fn: () => void, ms: number): (() => void) => {
    const cancel = host.clock.setTimeout(() => {
      timers.delete(forget);
      fn();
    }, ms);
    const forget = (): void => {
      timers.delete(forget);
      cancel();
    };
    timers.add(forget);
    return forget;
  };
  const disk = createDisk(host, later, (write) => dispatch({ type: 'written', write }));

  const dispatch = (happening: Happening): void => {
    const [next, effects] = reduce(model, happening, { now: now(), dice: host.random() });
    model = next;
    for (const effect of effects) perform(effect);
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case 'give':
        return take(effect.id)?.resolve(effect.pair);
      case 'refuse':
        return take(effect.id)?.reject(rejection(effect.reason));
      case 'evict':
        for (const { over } of trips) over.abort(rejection(effect.reason));
        return;
      case 'exchange':
        asking = exchange(host, effect.refresh).then((answer) => dispatch({ type: 'answered', era: effect.era, answer }));
        return;
      case 'write':
        return disk.write(effect.write, effect.record);
      case 'wake':
        return wake(effect.at);
      case 'revoke':
        return void disk.settled().then(() => revoke(host, effect.token));
    }
  };

  const take = (id: number): Ask | undefined => {
    const ask = open.get(id);
    open.delete(id);
    ask?.quiet();
    return ask;
  };

  const wake = (at: number): void => {
    if (wakeAt <= at) return;
    wakeAt = at;
    later(
      () => {
        wakeAt = Number.POSITIVE_INFINITY;
        dispatch({ type: 'woken' });
      },
      Math.ceil(at - now()),
    );
  };

  /** An access token other than `refused`; waits for the store, the network or a renewal as long as that makes sense. */
  const acquire = (trip: Trip, refused?: string): Promise<Pair> =>
    new Promise((resolve, reject) => {
      asks += 1;
      const id = asks;
      const leave = (): void => {
        take(id)?.reject(trip.over.signal.reason as Error);
        dispatch({ type: 'left', id });
      };
      const waiting = model.phase === 'loading' ? { ms: 10_000, reason: 'locked' as const } : { ms: DAY, reason: 'deadline' as const };
      const lazy = model.phase === 'loading' || !model.online;
      const tire = lazy ? later(() => dispatch({ type: 'impatient', id, reason: waiting.reason }), waiting.ms) : idle;
      const quiet = (): void => {
        tire();
        trip.over.signal.removeEventListener('abort', leave);
      };
      open.set(id, { resolve, reject, quiet });
      if (trip.over.signal.aborted) return leave();
      trip.over.signal.addEventListener('abort', leave);
      dispatch(refused === undefined ? { type: 'asked', id } : { type: 'asked', id, refused });
    });

  /** One sending, and once more when the radio went off under a request that may be repeated. */
  const send = async (trip: Trip, path: string, init: RequestInit, refused?: string): Promise<{ response: HostResponse; pair: Pair }> => {
    const { method = 'GET' } = init;
    for (let left = method === 'GET' || method === 'HEAD' ? 1 : 0; ; left--) {
      const pair = await acquire(trip, refused);
      const headers = { ...init.headers, authorization: `Bearer ${pair.access}` };
      const { signal } = trip.over;
      const response = await timed(
        host,
        300_000,
        (limit) => host.fetch(host.config.resourceBaseUrl + path, initOf(method, headers, init.body, limit)),
        signal,
      );
      signal.throwIfAborted();
      if (response !== undefined) return { response, pair };
      if (left === 0 || host.connectivity.online()) throw rejection('network');
    }
  };

  const request = async (path: string, init: RequestInit = {}): Promise<{ status: number }> => {
    const trip: Trip = { over: new AbortController() };
    const abort = (): void => trip.over.abort(rejection('aborted'));
    init.signal?.addEventListener('abort', abort);
    if (init.signal?.aborted === true) abort();
    trips.add(trip);
    try {
      const first = await send(trip, path, init);
      if (!refusesToken(first.response)) return { status: first.response.status };
      if (typeof init.body === 'object') throw rejection('not-replayable'); // It has been read.
      const second = await send(trip, path, init, first.pair.access);
      return { status: second.response.status };
    } finally {
      trips.delete(trip);
      init.signal?.removeEventListener('abort', abort);
    }
  };

  /** Reads the record; a store that is locked is asked again, ever more slowly, and says nothing until then. */
  const load = async (wait: number): Promise<void> => {
    try {
      const { pair, outage, expired } = readRecord(await host.store.get(keyOf(host)));
      dispatch({ type: 'loaded', outage: outage ?? NO_OUTAGE, expired: expired === true, ...(pair === undefined ? {} : { pair }) });
    } catch {
      later(() => void (model.phase === 'loading' && load(Math.min(wait * 1.6, 10_000))), wait);
    }
  };

  host.connectivity.subscribe((online) => dispatch({ type: 'connectivity', online }));
  model = { ...model, online: host.connectivity.online() };
  return {
    features: ['refresh-ahead', 'offline-queue'],
    refreshAhead: REFRESH_AHEAD,
    start: () => load(300),
    state: () => model.phase,
    request,
    signIn: (tokens) => {
      const answer = grantOf(tokens);
      if (answer !== undefined) dispatch({ type: 'signed-in', answer });
      return disk.settled();
    },
    signOut: () => {
      dispatch({ type: 'signed-out' });
      return disk.settled();
    },
    stop: async () => {
      for (const { over } of trips) over.abort(rejection('network'));
      await asking;
      await disk.settled();
      for (const cancel of timers) cancel();
    },
  };
};

/** Writes records in order. `told` hears of each first try; what failed is tried again until a newer record takes its place. */
function createDisk(host: Host, later: (fn: () => void, ms: number) => void, told: (write: number) => void) {
  let newest = 0;
  let queue = Promise.resolve();
  const put = (record: StoredRecord | undefined): Promise<void> =>
    record === undefined ? host.store.delete(keyOf(host)) : host.store.set(keyOf(host), JSON.stringify(record));
  const again = (write: number, record: StoredRecord | undefined, wait: number): void => {
    later(() => {
      if (write === newest) queue = queue.then(() => put(record)).catch(() => again(write, record, Math.min(wait * 2, 10_000)));
    }, wait);
  };
  return {
    write: (write: number, record: StoredRecord | undefined): void => {
      newest = write;
      queue = queue
        .then(() => put(record))
        .catch(() => again(write, record, 200))
        .then(() => told(write));
    },
    settled: (): Promise<void> => queue,
  };
}

function readRecord(text: string | undefined): StoredRecord {
  const record = objectOf(text ?? '');
  return record === undefined ? {} : record;
}

// A module under test is its default export: the contract of `--client`.
export default createClient;
