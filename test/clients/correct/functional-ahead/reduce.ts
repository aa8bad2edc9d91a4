// The decisions of the functional client: one pure function from a state and a happening to a state and effects.
// Everything is serial by construction, so there is no lock, no flight and no promise in here.
import type { Rejection } from '../../../../src/core/contract.ts';
import {
  NO_OUTAGE,
  type Answer,
  type Effect,
  type Happening,
  type Model,
  type Moment,
  type Outage,
  type Pair,
  type StoredRecord,
  type Waiter,
} from './model.ts';

export const START: Model = { phase: 'loading', era: 0, renewal: { step: 'none' }, outage: NO_OUTAGE, waiters: [], online: true, write: 0 };
/** Refresh ahead: 200 s, and up to 38 s more by chance, never above two fifths of a life. */
export const REFRESH_AHEAD = 240_000;
const PATIENCE = 30_000;
const STRIKES = 5;
const QUEUE = 500;

type Outcome = readonly [Model, readonly Effect[]];

export function reduce(model: Model, happening: Happening, moment: Moment): Outcome {
  const [next, effects] = react(model, happening, moment);
  const [served, more] = serve(next, moment);
  return [served, [...effects, ...more]];
}

function react(model: Model, happening: Happening, moment: Moment): Outcome {
  switch (happening.type) {
    case 'loaded':
      return loaded(model, happening);
    case 'asked':
      return asked(model, happening, moment);
    case 'impatient':
      return [without(model, happening.id), [{ type: 'refuse', id: happening.id, reason: happening.reason }]];
    case 'left':
      return [without(model, happening.id), []];
    case 'answered':
      return answered(model, happening.answer, happening.era, moment);
    case 'written':
      return written(model, happening.write);
    case 'connectivity':
      return [{ ...model, online: happening.online, waiters: model.waiters.map((waiter) => ({ ...waiter, since: moment.now })) }, []];
    case 'woken':
      return [model, []];
    case 'signed-in':
      return signedIn(model, happening.answer, moment);
    case 'signed-out':
      return signedOut(model);
  }
}

function loaded(model: Model, { pair, outage, expired }: Extract<Happening, { type: 'loaded' }>): Outcome {
  if (model.phase !== 'loading' || model.renewal.step !== 'none') return [model, []];
  if (pair === undefined) return [{ ...model, phase: expired ? 'expired' : 'signed-out' }, []];
  return [{ ...model, phase: 'active', pair, outage }, []];
}

function asked(model: Model, { id, refused }: Extract<Happening, { type: 'asked' }>, { now }: Moment): Outcome {
  if (model.waiters.length >= QUEUE) return [model, [{ type: 'refuse', id, reason: 'queue-full' }]];
  // In an outage that has had its tries, each who asks gets one more.
  const strikes = model.outage.failures < STRIKES ? 0 : STRIKES - 1;
  return [{ ...model, waiters: [...model.waiters, { id, refused, since: now, strikes }] }, []];
}

function answered(model: Model, answer: Answer, era: number, moment: Moment): Outcome {
  const { renewal } = model;
  if (era !== model.era || renewal.step !== 'asked') {
    return [model, answer.kind === 'granted' && answer.refresh !== undefined ? [{ type: 'revoke', token: answer.refresh }] : []];
  }
  if (answer.kind === 'granted') return store({ ...model, outage: NO_OUTAGE }, pairOf(answer, renewal.askedAt, moment, renewal.presented));
  if (answer.kind === 'invalid-grant') return expire(model);
  return failed(model, answer.retryAfter, moment);
}

/** Nobody gets the pair before the store has answered; the record keeps the refresh token that is still good when none came back. */
function store(model: Model, pair: Pair): Outcome {
  const write = model.write + 1;
  return [{ ...model, write, renewal: { step: 'storing', write, pair } }, [{ type: 'write', write, record: { pair } }]];
}

/** The store has it, or has refused it: then memory serves, and the interpreter goes on trying to write. */
function written(model: Model, write: number): Outcome {
  if (model.renewal.step !== 'storing' || model.renewal.write !== write) return [model, []];
  const { pair } = model.renewal;
  if (pair === undefined) return [{ ...model, renewal: { step: 'none' } }, [{ type: 'evict', reason: 'reauthentication-required' }]];
  return [{ ...model, phase: 'active', pair, renewal: { step: 'none' } }, []];
}

/** Callers hear of it once it is written: a process killed right after must not ask again. */
function expire(model: Model): Outcome {
  const { era, waiters, online } = model;
  const write = model.write + 1;
  const next: Model = { phase: 'expired', era, renewal: { step: 'storing', write }, outage: NO_OUTAGE, waiters, online, write };
  return [next, [{ type: 'write', write, record: { expired: true } }]];
}

/** Each gap is 1.5 to 2.4 times the one before, up to 9 s; never less than the server asked for. */
function failed(model: Model, retryAfter: number, { now, dice }: Moment): Outcome {
  const before = model.outage;
  const gap = before.failures === 0 ? 250 + 200 * dice : Math.min(before.gap * (1.5 + 0.9 * dice), 7_700 + 1_300 * dice);
  const outage: Outage = { failures: before.failures + 1, gap, hold: now + Math.max(gap, retryAfter * (1 + 0.05 * dice)) };
  const write = model.write + 1;
  const waiters = model.waiters.map((waiter) => ({ ...waiter, strikes: waiter.strikes + 1 }));
  const record: StoredRecord = { ...(model.pair === undefined ? {} : { pair: model.pair }), outage };
  return [{ ...model, outage, waiters, write, renewal: { step: 'none' } }, [{ type: 'write', write, record }]];
}

function signedIn(model: Model, answer: Extract<Answer, { kind: 'granted' }>, moment: Moment): Outcome {
  const clean: Model = {
    phase: 'loading',
    era: model.era + 1,
    renewal: { step: 'none' },
    outage: NO_OUTAGE,
    waiters: [],
    online: model.online,
    write: model.write,
  };
  const [next, effects] = store(clean, pairOf(answer, moment.now, moment));
  return [next, [{ type: 'evict', reason: 'signed-out' }, ...effects]];
}

function signedOut(model: Model): Outcome {
  const write = model.write + 1;
  const refresh = model.pair?.refresh;
  return [
    { phase: 'signed-out', era: model.era + 1, renewal: { step: 'none' }, outage: NO_OUTAGE, waiters: [], online: model.online, write },
    [
      { type: 'evict', reason: 'signed-out' },
      { type: 'write', write, record: undefined },
      ...(refresh === undefined ? [] : [{ type: 'revoke', token: refresh } as const]),
    ],
  ];
}

/** Gives tokens to those who wait, refuses those who waited enough, and begins a renewal when one is needed and allowed. */
function serve(model: Model, moment: Moment): Outcome {
  if (model.phase === 'loading' || model.renewal.step === 'storing') return [model, []];
  if (model.phase !== 'active' || model.pair === undefined)
    return refuseAll(model, model.phase === 'expired' ? 'reauthentication-required' : 'signed-out');
  if (!model.online) return [model, []];
  const { pair } = model;
  const happy = (waiter: Waiter): boolean => waiter.refused !== pair.access && !spent(pair, moment.now);
  const given = model.waiters.filter(happy).map((waiter): Effect => ({ type: 'give', id: waiter.id, pair }));
  const rest = model.waiters.filter((waiter) => !happy(waiter));
  const served = { ...model, waiters: rest };
  if (model.renewal.step === 'asked') return [served, given];
  const wanted = rest.length > 0 || (given.length > 0 && pair.due !== undefined && moment.now >= pair.due);
  const [next, effects] = wanted ? renew(served, pair, moment) : [served, []];
  return [next, [...given, ...effects]];
}

function renew(model: Model, pair: Pair, { now }: Moment): Outcome {
  if (pair.refresh === undefined) return model.waiters.length === 0 ? [model, []] : expire(model);
  const { hold } = model.outage;
  if (hold <= now) {
    const renewal = { step: 'asked', presented: pair.refresh, askedAt: now } as const;
    return [{ ...model, renewal }, [{ type: 'exchange', refresh: pair.refresh, era: model.era }]];
  }
  const tired = (waiter: Waiter): boolean => waiter.strikes >= STRIKES || hold - waiter.since > PATIENCE;
  const refused = model.waiters.filter(tired).map((waiter): Effect => ({ type: 'refuse', id: waiter.id, reason: 'network' }));
  const waiters = model.waiters.filter((waiter) => !tired(waiter));
  return [{ ...model, waiters }, waiters.length === 0 ? refused : [...refused, { type: 'wake', at: hold }]];
}

function refuseAll(model: Model, reason: Rejection): Outcome {
  return [{ ...model, waiters: [] }, model.waiters.map(({ id }) => ({ type: 'refuse', id, reason }))];
}

function without(model: Model, id: number): Model {
  return { ...model, waiters: model.waiters.filter((waiter) => waiter.id !== id) };
}

/** So near its end that it may expire on the way. */
function spent({ from, until }: Pair, now: number): boolean {
  return until !== undefined && (now < from || now >= until - Math.min(8_000, (until - from) / 10));
}

function pairOf(answer: Extract<Answer, { kind: 'granted' }>, askedAt: number, { now, dice }: Moment, presented?: string): Pair {
  const { access, lifetime } = answer;
  const refresh = answer.refresh ?? presented;
  const kept = refresh === undefined ? {} : { refresh };
  if (lifetime === undefined) return { access, ...kept, from: now };
  const from = Math.max(askedAt, now - Math.min(1_500, lifetime * 0.02));
  return { access, ...kept, from, until: from + lifetime, due: from + lifetime - Math.min(200_000 + 38_000 * dice, lifetime * 0.4) };
}
