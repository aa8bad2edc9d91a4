// Operating systems in a scenario file: `os` of a device, and the step `phone`. What the words mean is in the tables of the world and of
// the models; here is how a file says them, and what a checked one means.
import { z } from 'zod';
import { API_LEVELS, BUCKETS, FIGURES as ANDROID_FIGURES, featuresOf, type ApiLevel, type Bucket } from '../os/android/tables.ts';
import { FIGURES as IOS_FIGURES, RULES } from '../os/ios/figures.ts';
import { CLASSES, type Accessible } from '../os/ios/protection.ts';
import { NEWEST, OLDEST } from '../os/ios/versions.ts';
import { PROFILES } from '../os/profiles/profiles.ts';
import { defined } from '../core/defined.ts';
import {
  PHONE_WORDS,
  type AndroidPlan,
  type IosPlan,
  type LifePlan,
  type PhoneChange,
  type PhoneWord,
  type PhoneWordRow,
  type SystemPlan,
} from '../sim/phone-plan.ts';
import { clientOptions, jobId, ms, path, span } from './values.ts';
import { parseDurationRange } from '../core/duration.ts';

const ROWS = Object.entries(PHONE_WORDS) as [PhoneWord, PhoneWordRow][];
const BARE = ROWS.filter(([, { values }]) => values === undefined).map(([word]) => word);
const percent = z.int().min(0).max(100);

const valued = Object.fromEntries(
  ROWS.flatMap(([word, row]): [string, z.ZodType][] => {
    const value = saidBeside(row);
    return value === undefined ? [] : [[word, value.optional().describe(`${row.about}${only(row)}.`)]];
  }),
);

/** What a word takes; undefined where it stands alone. */
function saidBeside({ values, brings }: PhoneWordRow): z.ZodType | undefined {
  if (brings !== undefined) return z.strictObject({ client: clientOptions.describe(`${brings.client}.`) });
  if (values === undefined) return undefined;
  return values === 'percent' ? percent : values === 'job' ? jobId : z.enum(values as [string, ...string[]]);
}

function only({ on }: PhoneWordRow): string {
  return on.length > 1 ? '' : on[0] === 'ios' ? ' (iOS)' : ' (Android)';
}

/** The step. One change each. */
export const phone = z.union([z.enum(BARE as [PhoneWord, ...PhoneWord[]]), z.strictObject(valued)]);

/** What the bare words of the step mean, in one text. */
export const PHONE_TEXT = ROWS.filter(([, { values }]) => values === undefined)
  .map(([word, row]) => `${word}: ${inside(row.about)}${only(row)}${beside(row)}`)
  .join('; ');

/** What the word can be said with. */
function beside({ brings }: PhoneWordRow): string {
  return brings === undefined ? '' : `, with { client: ... } ${inside(brings.client)}`;
}

/** As a part of a sentence. */
function inside(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

export function phoneChange(input: z.infer<typeof phone>): PhoneChange {
  if (typeof input === 'string') return { word: input };
  const [entry] = Object.entries(input as Partial<Record<PhoneWord, string | number | Pick<PhoneChange, 'client'>>>);
  const [word, value] = entry ?? ['unlock', undefined];
  return { word: word as PhoneWord, ...(typeof value === 'object' ? value : defined({ value })) };
}

const ANDROID_NAMES: readonly (readonly [string, ApiLevel])[] = API_LEVELS.map((api) => [`android ${featuresOf(api).android}`, api]);
const IOS_NAMES = Array.from({ length: NEWEST - OLDEST + 1 }, (_, i) => `ios ${OLDEST + i}`);
const systemName = z.enum([...ANDROID_NAMES.map(([name]) => name), ...IOS_NAMES] as [string, ...string[]]);
const bool = z.boolean().optional();

const profileName = z.enum(PROFILES.map(({ name }) => name) as [string, ...string[]]);
const figure = z.union([span, z.number()]);

/** `os` of a device. Flat; which keys belong to which platform is in SYSTEM_KEYS. */
export const system = z
  .union([
    systemName,
    z.strictObject({
      name: systemName.describe('System and version: android 14, ios 18.'),
      bucket: z
        .enum(BUCKETS)
        .optional()
        .describe('Android: the standby bucket at the beginning. Default: none, as for an app never opened.'),
      restricted: bool.describe("Android: the user restricts the app's use of the battery. Default false."),
      exempt: bool.describe('Android: the user exempts it from battery optimisation. Default false.'),
      keyguard: bool.describe('Android: there is a screen lock. Default true.'),
      deepDoze: bool.describe('Android: there is a motion sensor, without which there is no deep Doze. Default true.'),
      swipeForceStops: bool.describe('Android: swiping the app away counts as force-stop, as some vendors have it. Default false.'),
      device: z.enum(['iPhone', 'iPad', 'simulator']).optional().describe('iOS: what it is. Default iPhone.'),
      permitted: z
        .array(z.string())
        .optional()
        .describe(
          'iOS: BGTaskSchedulerPermittedIdentifiers of the Info.plist. Default: every identifier that the app registers or submits.',
        ),
      modes: z
        .array(z.enum(['fetch', 'processing', 'remote-notification']))
        .optional()
        .describe('iOS: UIBackgroundModes of the Info.plist. Default: all three.'),
      keychain: z
        .enum(Object.keys(CLASSES) as [Accessible, ...Accessible[]])
        .optional()
        .describe('iOS: class of the keychain items behind the secure tier. Default kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly.'),
      passcode: bool.describe('iOS: there is a passcode. Default true.'),
      backgroundAppRefresh: z.enum(['on', 'off']).optional().describe("iOS: the app's switch in the settings. Default on."),
      rules: z
        .record(z.string(), z.string())
        .optional()
        .describe(
          `iOS: what the sources leave open: ${Object.entries(RULES)
            .map(([name, { choices }]) => `${name} (${choices.join(' or ')})`)
            .join(', ')}.`,
        ),
      figures: z
        .record(z.string(), figure)
        .optional()
        .describe('Figures of the model that differ on this device, by name: a duration, a range, a number; see src/os.'),
    }),
  ])
  .describe('Operating system that is modelled: it decides which processes live and which background jobs run. Default: none.');

/** `profile` of a device with a system. */
export const life = z
  .union([
    profileName,
    z.strictObject({
      name: profileName.describe('Usage profile.'),
      asks: z
        .union([path, z.literal('nothing')])
        .optional()
        .describe('What the app asks for whenever the user opens it. Default /feed.'),
      signsIn: bool.describe('The user signs in when the app wants it. Default true.'),
    }),
  ])
  .describe(
    `Who uses the phone while time passes; needs \`os\`. ${PROFILES.map(({ name, summary }) => `${name}: ${summary}`).join('; ')}.`,
  );

/** `days`: for how long time passes in the scenario. */
export function buildLife(input: z.infer<typeof life>, days: number): LifePlan {
  const { name, asks = '/feed', signsIn = true } = typeof input === 'string' ? { name: input } : input;
  return { profile: name, days, signsIn, ...(asks === 'nothing' ? {} : { asks }) };
}

type SystemInput = z.infer<typeof system>;
type Full = Exclude<SystemInput, string>;

/** The keys that only one platform understands. */
export const SYSTEM_KEYS = {
  android: ['bucket', 'restricted', 'exempt', 'keyguard', 'deepDoze', 'swipeForceStops'],
  ios: ['device', 'permitted', 'modes', 'keychain', 'passcode', 'backgroundAppRefresh', 'rules'],
} as const satisfies Readonly<Record<string, readonly (keyof Full)[]>>;
export const FIGURE_NAMES = { android: Object.keys(ANDROID_FIGURES), ios: Object.keys(IOS_FIGURES) } as const;
export const RULE_CHOICES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(RULES).map(([name, { choices }]) => [name, choices]),
);

/** The platform that a name of a system begins with. */
export function platformOf(name: unknown): 'android' | 'ios' | undefined {
  const word = typeof name === 'string' ? name.split(' ', 1)[0] : undefined;
  return word === 'android' || word === 'ios' ? word : undefined;
}

/** Whether a figure is given as it is kept: a range of two times, a time, or a number. */
export function fitsFigure(platform: 'android' | 'ios', name: string, value: unknown): boolean {
  if (typeof value === 'number') return true;
  const known = platform === 'ios' ? IOS_FIGURES[name as keyof typeof IOS_FIGURES]?.value : 0;
  return Array.isArray(known) || !String(value).includes('..');
}

export function buildSystem(input: SystemInput): SystemPlan {
  const given: Full = typeof input === 'string' ? { name: input } : input;
  return platformOf(given.name) === 'android' ? buildAndroid(given) : buildIos(given);
}

function buildAndroid({ name, bucket, restricted, exempt, keyguard, deepDoze, swipeForceStops, figures = {} }: Full): AndroidPlan {
  return {
    kind: 'android',
    name,
    api: ANDROID_NAMES.find(([known]) => known === name)?.[1] ?? 34,
    ...defined({ bucket: bucket as Bucket | undefined }),
    restricted: restricted ?? false,
    exempt: exempt ?? false,
    keyguard: keyguard ?? true,
    deepDoze: deepDoze ?? true,
    swipeForceStops: swipeForceStops ?? false,
    figures: Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, figureOf(value, false)])) as AndroidPlan['figures'],
  };
}

function buildIos({ name, device, permitted, modes, keychain, passcode, backgroundAppRefresh, rules = {}, figures = {} }: Full): IosPlan {
  const isSpan = (key: string): boolean => Array.isArray(IOS_FIGURES[key as keyof typeof IOS_FIGURES]?.value);
  return {
    kind: 'ios',
    name,
    version: Number(name.split(' ')[1]),
    device: device ?? 'iPhone',
    ...defined({ permitted }),
    modes: modes ?? ['fetch', 'processing', 'remote-notification'],
    keychain: keychain ?? 'kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly',
    passcode: passcode ?? true,
    backgroundAppRefresh: backgroundAppRefresh ?? 'on',
    rules: rules as IosPlan['rules'],
    figures: Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, figureOf(value, isSpan(key))])) as IosPlan['figures'],
  };
}

function figureOf(value: string | number, isSpan: boolean): number | readonly [number, number] {
  if (typeof value === 'number') return isSpan ? [value, value] : value;
  const range = parseDurationRange(value) ?? { min: ms(value), max: ms(value) };
  return isSpan ? [range.min, range.max] : range.min;
}
