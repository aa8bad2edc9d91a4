// Every figure and every open question of the iOS model in one place. `documented: false` is nobody's promise: seen in shipped systems,
// reported, or chosen by us; a run can set each of them. Sources: the facts on iOS, by section or rule; where these are silent, named.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Both ends included. */
export type Span = readonly [min: number, max: number];

/** Apple: said by Apple. Staff: an Apple engineer in the forums. Seen: observed by third parties. Memory: unverified. Ours: chosen by us. */
export type Source = 'apple' | 'staff' | 'seen' | 'memory' | 'ours';

export interface Figure<T> {
  readonly value: T;
  readonly documented: boolean;
  readonly source: Source;
  readonly about: string;
}

const seen = <T>(value: T, about: string): Figure<T> => ({ value, documented: false, source: 'seen', about });
const ours = <T>(value: T, about: string): Figure<T> => ({ value, documented: false, source: 'ours', about });
const memory = <T>(value: T, about: string): Figure<T> => ({ value, documented: false, source: 'memory', about });
const staff = <T>(value: T, about: string): Figure<T> => ({ value, documented: false, source: 'staff', about });
const apple = <T>(value: T, about: string): Figure<T> => ({ value, documented: true, source: 'apple', about });
const span = (min: number, max: number): Span => [min, max];

/** Times in ms unless said otherwise. */
export const FIGURES = {
  // limits of the pending list (R2, R11)
  pendingRefresh: apple<number>(1, 'pending app-refresh requests of one app'),
  pendingProcessing: apple<number>(10, 'pending processing and health-research requests of one app'),
  identifierLength: seen<number>(128, 'characters of a permitted identifier; longer ones are dropped from the set'),

  // allowance (R17, R18, R20, R23)
  refreshCeiling: apple<number>(30 * SECOND, 'an app-refresh task never gets more'),
  refreshFull: staff(span(25 * SECOND, 30 * SECOND), 'what an app-refresh task usually gets'),
  refreshCut: staff(span(2 * SECOND, 5 * SECOND), 'what it gets when it is cut short'),
  refreshFullShare: ours<number>(0.85, 'share of app-refresh tasks that are not cut short'),
  processing: ours(span(3 * MINUTE, 10 * MINUTE), 'what a processing task gets: "several minutes"'),
  expirationGrace: ours<number>(5 * SECOND, 'from the first expiration handler to the kill; all handlers of a process share it'),
  overrunKillChance: ours<number>(1, 'chance that a task which is not completed in time costs the process ("may be killed")'),
  backgroundTime: staff<number>(30 * SECOND, 'beginBackgroundTask since iOS 13'),
  backgroundGrace: ours<number>(5 * SECOND, 'from the expiration handler of a background task to the kill'),

  // life cycle
  afterLeaving: memory<number>(5 * SECOND, 'from leaving the foreground to suspension when nothing else keeps the app'),
  afterWork: ours<number>(100, 'from the end of the last work in the background to suspension ("promptly")'),
  connectionsDefunct: staff<number>(0, 'from suspension to the closing of its connections: at once these days (forums, thread 802375)'),
  classKeyDiscarded: apple<number>(
    10 * SECOND,
    'from the lock to the loss of the WhenUnlocked key (Platform Security, Data Protection classes)',
  ),

  // likelihood (1.5)
  evaluation: ours(span(5 * MINUTE, 15 * MINUTE), 'spacing at which the system looks at a waiting request; drawn per request'),
  lookAhead: seen<number>(450 * SECOND, 'how far ahead of now the launch prediction is read'),
  lookAheadJitter: seen<number>(1349 * SECOND, 'added to it, 0 up to this'),
  unknownApp: seen<number>(0.0025, 'predicted launch probability of an app of which nothing is known'),
  likelyFrom: seen<number>(0.25, 'a score above this counts as 1'),
  beforeFirstUnlock: seen<number>(0.5, 'score while no prediction can be read'),
  furtherRequest: seen<number>(0.1, 'lift of the score by each further pending request of the app'),
  recentlyUsed: ours<number>(0.1, 'lift of the score of a recently used app; that there is one is seen, its size is not'),
  recentlyUsedFor: ours<number>(24 * HOUR, 'how long an app stays among the 25 last used'),
  scorePower: ours<number>(2, 'power of the score that is the chance of app-refresh at one look; a whole number'),
  predictionDays: ours<number>(28, 'days of launches that the prediction is made of'),
  processingChance: ours<number>(0.5, 'chance of a processing task at each look at it while every other gate is open'),
  horizon: ours<number>(21 * DAY, 'how far the model looks for the moment of a start; beyond it the answer is "not by itself"'),

  // gates (1.5)
  batteryFloor: seen<number>(20, 'percent of charge at and below which no discretionary work starts'),
  pluggedLift: seen<number>(1.2, 'factor of the battery score while plugged'),
  lowPowerPluggedBelow: seen<number>(30, 'percent below which Low Power Mode holds work although plugged'),
  tabletBattery: seen<number>(75, 'percent from which an iPad starts a processing task unplugged'),
  idleAfter: ours<number>(5 * MINUTE, 'from the lock to the moment at which the device counts as idle'),
  afterBoot: seen<number>(300 * SECOND, 'what low-priority work waits after boot'),
  afterBootNetwork: seen<number>(120 * SECOND, 'what it waits when it needs the network'),
  clockBackwards: seen<number>(15 * SECOND, 'a wall clock set back by more than this counts as booted long ago'),
  spacingLaunches: seen<number>(9, 'background launches in the window after which app-refresh tasks are spaced'),
  spacingWindow: ours<number>(24 * HOUR, 'length of that window; seen without its value'),
  refreshSpacing: seen<number>(450 * SECOND, 'from the last background launch to the next app-refresh task then'),
  processingSpacing: ours<number>(HOUR, 'from one processing task to the next of the app; seen without its value'),
  systemBudget: ours<number>(
    Number.POSITIVE_INFINITY,
    'background launches of the app per local day; that there is a budget is said, its size is not',
  ),
  unusedAfter: seen<number>(14 * DAY, 'without a launch to the foreground: pending requests are cancelled'),
  unusedFocus: seen<number>(10 * SECOND, 'in focus, for a launch to count as use'),
  unusedCheck: seen<number>(3 * HOUR, 'spacing of that check'),

  // silent push (1.8)
  pushesPerHour: ours<number>(3, 'silent pushes that wake the app per hour ("not more than two or three" is advice to the sender)'),
  pushTime: memory<number>(30 * SECOND, 'to call the completion handler of a silent push'),

  processingAfterForceQuit: staff<number>(
    1,
    'chance that processing tasks go on after a force-quit, drawn at each: an intentional choice (1.6)',
  ),
  continuedAtOnce: ours<number>(1, 'continued-processing tasks of the phone at one time; that there is a maximum is said'),
} as const;
export type FigureName = keyof typeof FIGURES;
export type Figures = { readonly [K in FigureName]: (typeof FIGURES)[K]['value'] };

/** Where the facts leave more than one answer: the default and why it is the default. */
export interface Rule<T> {
  readonly value: T;
  readonly choices: readonly T[];
  readonly about: string;
}
const rule = <T extends string>(choices: readonly T[], about: string): Rule<T> => ({ value: choices[0] as T, choices, about });

export const RULES = {
  lateRegistration: rule(['throw', 'accept'], 'register after launch: an exception; `accept` from iOS 26 on (R3, reports disagree)'),
  pendingAcrossReboot: rule(['kept', 'dropped'], 'pending requests after a reboot: not documented (1.6)'),
  keychainAcrossUninstall: rule(['kept', 'removed'], 'keychain items after uninstall: kept in every release, not a contract (1.7)'),
  unsupportedResources: rule(['unavailable', 'notPermitted'], 'what an iOS 26 app sees; the header says the other (R8)'),
  deleteWhileLocked: rule(['refused', 'allowed'], 'SecItemDelete of an item that cannot be read now: not documented'),
} as const;
export type RuleName = keyof typeof RULES;
export type Rules = { readonly [K in RuleName]: (typeof RULES)[K]['choices'][number] };

export function chooseFigures(chosen: Partial<Figures> = {}): Figures {
  return { ...valuesOf(FIGURES), ...chosen } as Figures;
}

export function chooseRules(chosen: Partial<Rules> = {}): Rules {
  return { ...valuesOf(RULES), ...chosen } as Rules;
}

function valuesOf(table: Readonly<Record<string, { readonly value: unknown }>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, { value }]) => [name, value]));
}
