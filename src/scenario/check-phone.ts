// What a schema cannot say of operating systems: keys and words that belong to one platform, and steps that a modelled system takes
// out of the scenario's hands.
import { FEATURES as IOS_FEATURES } from '../os/ios/versions.ts';
import { PHONE_WORDS, type PhoneWord, type PhoneWordRow } from '../sim/phone-plan.ts';
import type { CheckContext } from './check-context.ts';
import { FIGURE_NAMES, fitsFigure, platformOf, RULE_CHOICES, SYSTEM_KEYS } from './phone-schema.ts';
import { record, type Raw } from './raw.ts';
import type { Path } from './source.ts';
import { didYouMean } from '../core/suggest.ts';

const LATE_SINCE = IOS_FEATURES.lateRegistration.since;

/** Platform of the modelled system of each device that has one. */
export function systemsOf(raw: Raw): ReadonlyMap<string, 'android' | 'ios'> {
  const found = new Map<string, 'android' | 'ios'>();
  for (const [name, device] of Object.entries(record(raw['devices']))) {
    const { os } = record(device);
    const platform = platformOf(typeof os === 'string' ? os : record(os)['name']);
    if (platform !== undefined) found.set(name, platform);
  }
  return found;
}

/** `os` of one device. */
export function checkSystem(device: Raw, path: Path, context: CheckContext): void {
  const os = record(device['os']);
  const platform = platformOf(typeof device['os'] === 'string' ? device['os'] : os['name']);
  const { source, report } = context;
  if (device['profile'] !== undefined && device['os'] === undefined)
    report(
      'TW_SCENARIO_KEY',
      source.keyAt([...path, 'profile']),
      'a profile is lived by a phone whose system is modelled',
      'say which one: os: android 14',
    );
  if (platform === undefined) return;
  if (device['platform'] !== undefined && device['platform'] !== platform)
    report(
      'TW_SCENARIO_VALUE',
      source.at([...path, 'platform']),
      `the system of this device is one of ${platform}`,
      `leave it out, or say ${platform}`,
    );
  const foreign = platform === 'android' ? SYSTEM_KEYS.ios : SYSTEM_KEYS.android;
  for (const key of foreign)
    if (os[key] !== undefined) report('TW_SCENARIO_KEY', source.keyAt([...path, 'os', key]), `"${key}" means nothing on ${platform}`);
  for (const [name, value] of Object.entries(record(os['figures']))) {
    const at = [...path, 'os', 'figures', name];
    if (!FIGURE_NAMES[platform].includes(name))
      report(
        'TW_SCENARIO_NAME',
        source.keyAt(at),
        `the model of ${platform} has no figure "${name}"`,
        didYouMean(name, FIGURE_NAMES[platform]),
      );
    else if (!fitsFigure(platform, name, value)) report('TW_SCENARIO_VALUE', source.at(at), `"${name}" is one value, not a range`);
  }
  checkRules(os, [...path, 'os', 'rules'], context);
}

function checkRules(os: Raw, path: Path, { source, report }: CheckContext): void {
  for (const [name, value] of Object.entries(record(os['rules']))) {
    const choices = RULE_CHOICES[name];
    if (choices === undefined)
      report('TW_SCENARIO_NAME', source.keyAt([...path, name]), `there is no rule "${name}"`, didYouMean(name, Object.keys(RULE_CHOICES)));
    else if (!choices.includes(String(value)))
      report('TW_SCENARIO_VALUE', source.at([...path, name]), `${name} cannot be "${String(value)}"`, `one of ${choices.join(', ')}`);
    else if (name === 'lateRegistration' && value === 'accept' && Number(String(os['name']).split(' ')[1]) < LATE_SINCE)
      report(
        'TW_SCENARIO_VALUE',
        source.at([...path, name]),
        `${String(os['name'])} throws when an app registers late`,
        `from ios ${LATE_SINCE} on`,
      );
  }
}

/** Steps whose meaning hangs on whether a system is modelled. */
export function checkSystemStep(verb: string, raw: Raw, path: Path, context: CheckContext): void {
  if (verb === 'phone') return checkPhone(raw, path, context);
  const rule = TAKEN[verb];
  if (rule === undefined) return;
  const { source, report, systems, devices } = context;
  for (const place of placesOf(raw, devices)) {
    const [device = '', process] = place.split('/');
    const isApp = process === undefined || process === '*' || process === devices.get(device)?.[0];
    if (!systems.has(device) || !isApp || rule.allowed?.includes(String(raw[verb])) === true) continue;
    report('TW_SCENARIO_VERB', source.keyAt([...path, verb]), `on ${device} ${rule.says}`, rule.hint);
    return;
  }
}

/** Verbs that would go over the head of a modelled system. */
const TAKEN: Readonly<Record<string, { says: string; hint: string; allowed?: readonly string[] }>> = {
  app: {
    says: 'the operating system decides what runs',
    hint: 'say what happens to the phone: phone: open, leave, kill, update ...',
    allowed: ['mount', 'unmount', 'switch-server'],
  },
  job: { says: 'the operating system decides when a job runs', hint: 'phone: { run-job: ... } on Android; or leave `os` out' },
  sleep: { says: 'the operating system decides what sleeps', hint: 'phone: lock, and time that passes' },
};

function checkPhone(raw: Raw, path: Path, context: CheckContext): void {
  const { source, report, systems, devices } = context;
  const value = raw['phone'];
  const words = typeof value === 'string' ? [value] : Object.keys(record(value));
  const at = [...path, 'phone'];
  const [word, second] = words;
  if (word === undefined)
    return report('TW_SCENARIO_MISSING', source.at(at), 'a phone step that changes nothing', 'such as phone: { network: none }');
  if (second !== undefined)
    return report(
      'TW_SCENARIO_KEY',
      source.keyAt([...at, second]),
      `a phone step with two changes: ${word} and ${second}`,
      'one change per step',
    );
  checkBrought(word, record(value)[word], at, context);
  const row: PhoneWordRow | undefined = PHONE_WORDS[word as PhoneWord];
  for (const place of placesOf(raw, devices)) {
    const [device = ''] = place.split('/');
    const platform = systems.get(device);
    if (!devices.has(device)) continue;
    if (platform === undefined)
      return report(
        'TW_SCENARIO_VERB',
        source.keyAt(at),
        `${device} has no operating system that is modelled`,
        `say which one: devices: { ${device}: { os: android 14 } }`,
      );
    if (row !== undefined && !row.on.includes(platform))
      return report('TW_SCENARIO_VALUE', source.at(at), `there is no "${word}" on ${platform}`, instead(word));
  }
}

/** A new version that is lent nothing is the old one. */
function checkBrought(word: string, value: unknown, at: Path, { source, report }: CheckContext): void {
  const { client } = record(value);
  if (word === 'update' && typeof client === 'object' && Object.keys(record(client)).length === 0)
    report('TW_SCENARIO_VALUE', source.at([...at, word, 'client']), 'a new version that differs in nothing', 'phone: update');
}

/** Words for the same thing on the other platform. */
const PAIRS = [
  ['swipe-away', 'force-quit'],
  ['battery-saver', 'low-power-mode'],
  ['restricted', 'background-app-refresh'],
] as const;

function instead(word: string): string | undefined {
  for (const [one, other] of PAIRS) {
    if (word === one) return other;
    if (word === other) return one;
  }
  return undefined;
}

function placesOf(raw: Raw, devices: CheckContext['devices']): readonly string[] {
  const on = [raw['on'] ?? [...devices.keys()][0] ?? 'phone'].flat();
  return on.filter((place) => typeof place === 'string');
}
