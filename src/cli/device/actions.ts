// What `tokenwarp device` can do: one row per action, with the platforms that have it. Everything that changes a device is written into
// its undo journal first, and stays until `tokenwarp device restore`.
import type { DeviceContext, PlatformName } from '../../device/driver.ts';
import type { Change } from '../../device/undo.ts';
import { didYouMean } from '../../core/suggest.ts';
import { usageError } from '../exit.ts';
import type { GlobalOptions } from '../option-table.ts';
import type { DeviceOptions } from './options.ts';

/** Words behind the action, and the options it may need. */
export interface ActionCall {
  readonly words: readonly string[];
  readonly options: DeviceOptions & GlobalOptions;
  /** What comes while it lasts, a line each; false when nobody reads it any more. */
  print(line: string): boolean;
}

/** What became of it. */
export interface ActionDone {
  readonly device: string;
  /** What holds now, in one line. */
  readonly said: string;
  /** What is to be put back on that device. */
  readonly pending: readonly Change[];
}

export type ActOn = (context: DeviceContext & { signal: AbortSignal }, name: string, call: ActionCall) => Promise<ActionDone>;

/** Each platform's own, loaded when one is carried out. */
export const ACT_ON: Readonly<Record<PlatformName, () => Promise<ActOn>>> = {
  android: async () => (await import('./android-actions.ts')).actOnAndroid,
  ios: async () => (await import('./ios-actions.ts')).actOnIos,
};

export interface DeviceAction {
  /** As it is typed: `bucket <name>`. */
  readonly usage: string;
  readonly summary: string;
  readonly on: readonly PlatformName[];
  /** Whether it is about an app. */
  readonly app: boolean;
}

const ANDROID = ['android'] as const;
const IOS = ['ios'] as const;
const BOTH = ['android', 'ios'] as const;

function row(on: readonly PlatformName[], name: string, words: string, summary: string, app = false): readonly [string, DeviceAction] {
  return [name, { usage: words === '' ? name : `${name} ${words}`, summary, on, app }];
}

/** In the order of the help. */
export const DEVICE_ACTIONS: Readonly<Record<string, DeviceAction>> = Object.fromEntries([
  row(ANDROID, 'doze', '<deep|light|off>', 'force the phone to sleep, or wake it'),
  row(ANDROID, 'step', '[deep|light]', 'one step of Doze: from idle into a maintenance window, from there back'),
  row(ANDROID, 'bucket', '<name>', 'standby bucket of an app: active, working-set, frequent, rare, restricted or never', true),
  row(ANDROID, 'reset-quota', '', 'forget how much of its quota an app has used; cannot be undone', true),
  row(ANDROID, 'battery', '<unplugged|percent>', 'take the charger away, or set the level'),
  row(ANDROID, 'airplane', '<on|off>', 'airplane mode; refused over the network'),
  row(ANDROID, 'radio', '<wifi|data> <on|off>', 'one radio; refused over the network'),
  row(ANDROID, 'restrict', '<on|off>', 'forbid an app the background, as in its battery settings', true),
  row(ANDROID, 'clock', '<duration|time>', 'move the wall clock by 15m or -1h, or to 2026-12-24T18:00:00Z'),
  row(ANDROID, 'pin', '<digits|off>', 'set a PIN on a phone that has none; keys bound to the lock die with it'),
  row(ANDROID, 'finger', '[id]', 'touch the sensor of an emulator with an enrolled finger'),
  row(BOTH, 'launch', '', 'open an app, or bring it to the front', true),
  row(BOTH, 'home', '', 'send the app in front to the background'),
  row(
    BOTH,
    'kill',
    '',
    'end an app: on Android in the background, as the system does when memory is short; on iOS at once, as a crash does',
    true,
  ),
  row(ANDROID, 'force-stop', '', 'end an app and its jobs until somebody opens it', true),
  row(ANDROID, 'stop-job', '[reason]', 'end a running job with a reason: connectivity, timeout, quota ...', true),
  row(ANDROID, 'reverse', '<port> [target]', 'http://localhost:<port> of the phone leads to <target> of this machine (7357)'),
  row(IOS, 'boot', '', 'boot a simulator and wait until it can be used'),
  row(IOS, 'shutdown', '', 'shut a simulator down'),
  row(IOS, 'push', '[json]', 'deliver a push to a simulator: a silent one, or this payload', true),
  row(IOS, 'biometric', '<match|no-match>', 'a face or finger at the sensor of a simulator; the prompt must be up'),
  row(IOS, 'enrol', '<on|off>', 'whether a face or finger is enrolled in a simulator'),
  row(IOS, 'keychain-reset', '', 'empty the keychain of a simulator, for every app; cannot be undone'),
  row(IOS, 'privacy', '<grant|revoke|reset> <service>', 'a permission of an app; putting back makes the app ask again', true),
  row(IOS, 'open-url', '<url>', 'open a URL; the app that takes it comes to the front'),
  row(IOS, 'notify', '<name>', 'post a Darwin notification'),
  row(IOS, 'log', '', 'what the system writes about background tasks of a simulator, until Ctrl-C'),
]);

/** Two that are about the journal, not about a device. */
export const JOURNAL_ACTIONS = {
  changes: 'what is changed on the devices and not yet put back',
  restore: 'put everything back, newest first; with --device one device',
} as const;

export function actionOf(name: string | undefined): DeviceAction {
  const found = name !== undefined && Object.hasOwn(DEVICE_ACTIONS, name) ? DEVICE_ACTIONS[name] : undefined;
  if (found !== undefined) return found;
  const names = [...Object.keys(DEVICE_ACTIONS), ...Object.keys(JOURNAL_ACTIONS)];
  if (name === undefined) throw usageError('device needs an action', names.join(', '));
  throw usageError(`there is no action "${name}"`, didYouMean(name, names) ?? names.join(', '));
}
