// What a plan says of the operating system of a device: which one, what the app's developer and the user have set, and what happens to
// the phone. Shapes only; the words are those of each platform.
import type { HostConfig } from '../core/contract.ts';
import type { FigureName as AndroidFigure, ApiLevel, Bucket } from '../os/android/tables.ts';
import type { Accessible } from '../os/ios/protection.ts';
import type { Figures as IosFigures, Rules } from '../os/ios/figures.ts';
import type { BackgroundMode } from '../os/ios/words.ts';

export type SystemPlan = AndroidPlan | IosPlan;

export interface AndroidPlan {
  readonly kind: 'android';
  /** `android 14`. */
  readonly name: string;
  readonly api: ApiLevel;
  readonly bucket?: Bucket;
  /** The user restricts the app's use of the battery. */
  readonly restricted: boolean;
  /** The user exempts it from battery optimisation. */
  readonly exempt: boolean;
  /** A screen lock. */
  readonly keyguard: boolean;
  /** A motion sensor, without which there is no deep Doze. */
  readonly deepDoze: boolean;
  /** Swiping the app away counts as force-stop, as some vendors have it. */
  readonly swipeForceStops: boolean;
  readonly figures: Partial<Record<AndroidFigure, number>>;
}

export interface IosPlan {
  readonly kind: 'ios';
  /** `ios 18`. */
  readonly name: string;
  readonly version: number;
  readonly device: 'iPhone' | 'iPad' | 'simulator';
  /** BGTaskSchedulerPermittedIdentifiers; absent = whatever the app registers or submits. */
  readonly permitted?: readonly string[];
  /** UIBackgroundModes. */
  readonly modes: readonly BackgroundMode[];
  /** Class of the keychain items behind the secure tier. */
  readonly keychain: Accessible;
  readonly passcode: boolean;
  /** The app's own switch. */
  readonly backgroundAppRefresh: 'on' | 'off';
  readonly figures: Partial<IosFigures>;
  readonly rules: Partial<Rules>;
}

/** Who uses the phone. */
export interface LifePlan {
  /** A usage profile by name. */
  readonly profile: string;
  /** So many days are drawn; afterwards the phone lies where it lies. */
  readonly days: number;
  /** What the app asks for whenever the user opens it; absent = nothing. */
  readonly asks?: string;
  /** Whether the user signs in when the app wants it. */
  readonly signsIn: boolean;
}

/** What happens to a phone, in the words of its platform; `value` where the word takes one. */
export interface PhoneChange {
  readonly word: PhoneWord;
  readonly value?: string | number;
  /** Of an update: what the new version of the app is lent otherwise than the one before. */
  readonly client?: ClientOptions;
}
/** What a scenario lends to its client as `config.options`. */
export type ClientOptions = NonNullable<HostConfig['options']>;

type Platform = 'android' | 'ios';
/** What a word means: on which systems there is such a thing, and the values it takes. */
export interface PhoneWordRow {
  readonly on: readonly Platform[];
  readonly values?: readonly string[] | 'percent' | 'job';
  /** What can be said beside the bare word, and what that means. */
  readonly brings?: { readonly client: string };
  readonly about: string;
}

const BOTH = ['android', 'ios'] as const;
const ANDROID = ['android'] as const;
const IOS = ['ios'] as const;
const SWITCH = ['on', 'off'] as const;

export const PHONE_WORDS = {
  unlock: { on: BOTH, about: 'The user wakes and unlocks it' },
  lock: { on: BOTH, about: 'The screen goes off' },
  open: { on: BOTH, about: 'The user opens the app; ends when the app has started' },
  leave: { on: BOTH, about: 'The app leaves the screen' },
  'swipe-away': { on: ANDROID, about: 'The user swipes the app out of the recent apps' },
  'force-quit': { on: IOS, about: 'The user swipes the app out of the app switcher' },
  'force-stop': { on: ANDROID, about: 'The user force-stops the app in the settings' },
  kill: { on: BOTH, about: 'The system takes the memory of the app back' },
  reboot: { on: BOTH, about: 'It restarts, and is locked' },
  shutdown: { on: IOS, about: 'It is switched off; unlock does not help until boot' },
  boot: { on: IOS, about: 'It is switched on' },
  update: {
    on: BOTH,
    brings: { client: 'The new version is lent these options over those of the old one, from its first launch on' },
    about: 'The app is updated, and not launched',
  },
  reinstall: { on: BOTH, about: 'The app is removed and installed anew' },
  prewarm: { on: IOS, about: 'The system launches the app ahead of the user' },
  power: { on: BOTH, values: ['plugged', 'unplugged'], about: 'The charger' },
  battery: { on: BOTH, values: 'percent', about: 'The charge' },
  'battery-saver': { on: ANDROID, values: SWITCH, about: 'Battery saver' },
  'low-power-mode': { on: IOS, values: SWITCH, about: 'Low Power Mode' },
  network: { on: BOTH, values: ['none', 'wifi', 'cellular', 'roaming'], about: 'The connection; cellular is metered' },
  'background-app-refresh': {
    on: IOS,
    values: ['on', 'off', 'on-for-all', 'off-for-all', 'wifi-for-all'],
    about: "The app's switch, or that of the phone",
  },
  doze: { on: ANDROID, values: ['light', 'deep', 'off'], about: '`cmd deviceidle force-idle`, `unforce`' },
  motion: { on: ANDROID, values: ['moving', 'still'], about: 'What the motion sensor says' },
  bucket: { on: ANDROID, values: ['ACTIVE', 'WORKING_SET', 'FREQUENT', 'RARE', 'RESTRICTED'], about: '`am set-standby-bucket`' },
  restricted: { on: ANDROID, values: SWITCH, about: "The user restricts the app's use of the battery" },
  exempt: { on: ANDROID, values: SWITCH, about: 'The user exempts the app from battery optimisation' },
  'reset-quota': { on: ANDROID, about: '`cmd jobscheduler reset-execution-quota`' },
  'run-job': { on: ANDROID, values: 'job', about: '`cmd jobscheduler run -f`' },
  'stop-job': { on: ANDROID, values: 'job', about: '`cmd jobscheduler timeout`' },
  push: {
    on: BOTH,
    values: ['normal', 'high', 'alert'],
    about: 'A silent push that asks for a refresh. high: priority high on Android, 10 on iOS; alert: with something to show',
  },
} as const satisfies Readonly<Record<string, PhoneWordRow>>;
export type PhoneWord = keyof typeof PHONE_WORDS;
