// How people use a phone and one app on it, as data: eight habits. Nobody measured them; they are stated so that a run can name the
// habit it was lost with. Times are minutes of the local day, ranges have both ends included.

export type Range = readonly [min: number, max: number];

export interface UsageProfile {
  readonly name: string;
  readonly summary: string;
  readonly wake: Range;
  /** May lie past midnight. */
  readonly sleep: Range;
  /** Unlocks per waking day. */
  readonly unlocks: Range;
  /** Days from one day with the app to the next; absent = only the first day. */
  readonly everyDays?: Range;
  /** Launches on such a day, each so many seconds long. */
  readonly launches: Range;
  readonly launchSeconds: Range;
  /** In how many of 100 uses the app is swiped away after it. */
  readonly swipes: number;
  /** `night`: on the charger from bedtime to waking. `evening`: for so many minutes before bedtime, then on battery through the night. */
  readonly charging: { readonly when: 'night' } | { readonly when: 'evening'; readonly minutes: Range };
  /** Battery left when it goes on the charger, percent; battery saver comes on at 15 if wanted. */
  readonly lowest: Range;
  readonly saver: boolean;
  /** Stretches by day in which the phone lies still. */
  readonly rests: { readonly count: Range; readonly minutes: Range };
  /** Out of the home network on working days; tunnels each way, so many minutes long. */
  readonly away?: { readonly leave: Range; readonly back: Range; readonly tunnels: Range; readonly tunnelMinutes: Range };
  /** A flight every so many days, on to the next zone of the list (minutes east of home). */
  readonly travel?: { readonly everyDays: Range; readonly zones: readonly number[]; readonly flightMinutes: Range };
  /** Days from one restart at night to the next. */
  readonly reboots?: Range;
}

const H = 60;
const USUAL = {
  wake: [6 * H + 30, 8 * H],
  sleep: [22 * H + 30, 24 * H + 30],
  unlocks: [30, 80],
  everyDays: [1, 1],
  launches: [1, 2],
  launchSeconds: [20, 240],
  swipes: 0,
  charging: { when: 'evening', minutes: [60, 150] },
  lowest: [20, 60],
  saver: false,
  rests: { count: [2, 4], minutes: [30, 150] },
} as const satisfies Omit<UsageProfile, 'name' | 'summary'>;
const OFFICE = { leave: [8 * H, 9 * H], back: [17 * H, 19 * H], tunnels: [0, 0], tunnelMinutes: [1, 1] } as const;

export const PROFILES: readonly UsageProfile[] = [
  { ...USUAL, name: 'daily', summary: 'opens the app once or twice a day', away: OFFICE },
  {
    ...USUAL,
    name: 'several-times-a-day',
    summary: 'opens the app all day long and runs the battery down',
    launches: [5, 12],
    launchSeconds: [10, 120],
    unlocks: [80, 140],
    lowest: [5, 25],
    saver: true,
    away: OFFICE,
  },
  { ...USUAL, name: 'weekly', summary: 'opens the app about once a week', everyDays: [5, 9], launches: [1, 1], away: OFFICE },
  { ...withoutReturn(), name: 'dormant', summary: 'opens the app on the first day and never again', launches: [1, 1], unlocks: [20, 50] },
  {
    ...USUAL,
    name: 'overnight-charger',
    summary: 'phone on the charger every night',
    charging: { when: 'night' },
    reboots: [20, 40],
    away: OFFICE,
  },
  { ...USUAL, name: 'force-quitter', summary: 'swipes every app away after use', swipes: 100, launches: [1, 3], away: OFFICE },
  {
    ...USUAL,
    name: 'commuter',
    summary: 'hours of train with tunnels on working days',
    wake: [5 * H + 45, 6 * H + 30],
    launches: [1, 4],
    away: { leave: [6 * H + 45, 7 * H + 30], back: [18 * H, 20 * H], tunnels: [3, 7], tunnelMinutes: [1, 6] },
  },
  {
    ...USUAL,
    name: 'traveller',
    summary: 'flies between time zones every few days',
    launches: [0, 3],
    travel: { everyDays: [3, 6], zones: [9 * H, 0, -5 * H, 5 * H + 30], flightMinutes: [5 * H, 11 * H] },
  },
];

export function profileOf(name: string): UsageProfile | undefined {
  return PROFILES.find((profile) => profile.name === name);
}

function withoutReturn(): Omit<UsageProfile, 'name' | 'summary'> {
  const { everyDays: _never, ...rest } = USUAL;
  return rest;
}
