// What a model is made of: version, device, the app's Info.plist, its extensions, and which figures and rules are set otherwise.
import { InvalidInputError } from '../../core/errors.ts';
import type { Stream } from '../../core/streams.ts';
import { SLOTS } from './usage.ts';
import { chooseFigures, chooseRules, RULES, type Figures, type Rules } from './figures.ts';
import { checkVersion, hasFeature } from './versions.ts';
import type { Connection, InfoPlist } from './words.ts';

export interface ExtensionConfig {
  /** Access groups of its keychain entitlements, the default one first. */
  readonly accessGroups?: readonly string[];
  /** A keyboard without open access, or a kind that may not schedule background tasks: `submit` answers code 1. */
  readonly maySchedule?: boolean;
}

export interface IosConfig {
  /** Major version, 13 to 27. */
  readonly version: number;
  readonly device?: 'iPhone' | 'iPad' | 'simulator';
  readonly info: InfoPlist;
  /** Access groups of the app, the default one first. Without: its bundle identifier. */
  readonly accessGroups?: readonly string[];
  readonly extensions?: Readonly<Record<string, ExtensionConfig>>;
  /** Probability that the user opens the app in each half hour of a local day, before the model has seen a launch. Without: an unknown app. */
  readonly habit?: readonly number[];
  /** Local time minus UTC, ms. */
  readonly utcOffset?: number;
  readonly passcode?: boolean;
  readonly battery?: { readonly level: number; readonly plugged: boolean };
  readonly connection?: Connection;
  readonly figures?: Partial<Figures>;
  readonly rules?: Partial<Rules>;
}

/** Seeded randomness, one stream per matter, so that one more draw in one moves nothing in another. */
export type Draws = (matter: 'request' | 'allowance' | 'kill' | 'force-quit') => Stream;

/** What every part of the model is given. */
export interface Settings {
  readonly config: IosConfig;
  readonly figures: Figures;
  readonly rules: Rules;
}

export function settle(config: IosConfig): Settings {
  checkVersion(config.version);
  checkHabit(config.habit);
  const rules = chooseRules(config.rules);
  for (const [name, { choices }] of Object.entries(RULES)) {
    const value = rules[name as keyof Rules];
    if (!(choices as readonly string[]).includes(value)) fail(`${name} cannot be "${value}"`, `one of ${choices.join(', ')}`);
  }
  if (rules.lateRegistration === 'accept' && !hasFeature(config.version, 'lateRegistration')) {
    fail(`iOS ${config.version} throws when an app registers late`, 'lateRegistration: accept is for iOS 26 and later');
  }
  return { config, figures: chooseFigures(config.figures), rules };
}

function checkHabit(habit: readonly number[] | undefined): void {
  if (habit === undefined) return;
  if (habit.length === SLOTS && habit.every((chance) => chance >= 0 && chance <= 1)) return;
  fail('the habit is not one probability per half hour of a day', `${SLOTS} numbers from 0 to 1`);
}

function fail(message: string, hint: string): never {
  throw new InvalidInputError('TW_OS_MODEL', message, { hint });
}
