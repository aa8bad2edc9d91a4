// Scripted days of a phone: what its user does at which minute, for as many days as wanted.
import type { PhoneInput } from '../../../src/os/ios/words.ts';
import { DAY, MINUTE, type Bench } from './bench.ts';

/** Minute of the day and what happens then. */
export type Day = readonly (readonly [minute: number, event: PhoneInput])[];

const unlock = { type: 'unlock' } as const;
const lock = { type: 'lock' } as const;
const open = { type: 'open' } as const;
const leave = { type: 'leave' } as const;
const battery = (level: number, plugged: boolean): PhoneInput => ({ type: 'battery', level, plugged });

/** Used in the evening of every day, on the charger at night. */
const PHONE: Day = [
  [7 * 60, battery(100, false)],
  [7 * 60 + 1, unlock],
  [7 * 60 + 20, lock],
  [12 * 60, battery(80, false)],
  [18 * 60, battery(60, false)],
  [19 * 60, unlock],
  [22 * 60, lock],
  [23 * 60, battery(70, true)],
];

function session(minute: number, minutes: number, last: PhoneInput = leave): Day {
  return [
    [minute, open],
    [minute + minutes, last],
    [minute + minutes + 1, lock],
  ];
}

const sorted = (...days: Day[]): Day => days.flat().toSorted(([a], [b]) => a - b);

/** Kinds of users: the events of their n-th day. */
export const USERS = {
  daily: () => sorted(PHONE, session(8 * 60 + 10, 5)),
  'several times a day': () => sorted(PHONE, session(8 * 60 + 10, 5), session(12 * 60 + 40, 3), session(17 * 60 + 5, 10)),
  weekly: (day) => sorted(PHONE, day % 7 === 0 ? session(8 * 60 + 10, 5) : []),
  dormant: (day) => sorted(PHONE, day === 0 ? session(8 * 60 + 10, 5) : []),
  'force-quitter': () => sorted(PHONE, session(8 * 60 + 10, 5, { type: 'force-quit' })),
} satisfies Record<string, (day: number) => Day>;
export type User = keyof typeof USERS;

export function live(bench: Bench, user: User, days: number): Bench {
  const begun = bench.now;
  for (let day = 0; day < days; day++) {
    for (const [minute, event] of (USERS[user] as (day: number) => Day)(day)) {
      bench.pass(begun + day * DAY + minute * MINUTE - bench.now);
      bench.do(event);
    }
  }
  bench.pass(begun + days * DAY - bench.now);
  return bench;
}
