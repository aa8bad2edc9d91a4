// What `tokenwarp device` can do: one row per action. Everything that changes the phone is written into its undo journal first, and
// stays until `tokenwarp device restore`.
import type { AndroidDevice } from '../../device/android/open.ts';
import { didYouMean } from '../../core/suggest.ts';
import { usageError } from '../exit.ts';
import type { DeviceOptions } from './options.ts';

/** Words behind the action, and the options it may need. */
export interface ActionCall {
  readonly words: readonly string[];
  readonly options: DeviceOptions;
}

export interface DeviceAction {
  /** As it is typed: `bucket <name>`. */
  readonly usage: string;
  readonly summary: string;
  /** Whether it is about an app. */
  readonly app: boolean;
  /** Does it on an Android device; answers what holds now, in one line. */
  android?(device: AndroidDevice, call: ActionCall): Promise<string>;
}

/** Loaded when one is carried out: each row is a name and a door. */
const ANDROID = (name: string) => async (device: AndroidDevice, call: ActionCall) =>
  (await import('./android-actions.ts')).act(name, device, call);

function row(name: string, words: string, summary: string, app = false): readonly [string, DeviceAction] {
  return [name, { usage: words === '' ? name : `${name} ${words}`, summary, app, android: ANDROID(name) }];
}

/** In the order of the help. */
export const DEVICE_ACTIONS: Readonly<Record<string, DeviceAction>> = Object.fromEntries([
  row('doze', '<deep|light|off>', 'force the phone to sleep, or wake it'),
  row('step', '[deep|light]', 'one step of Doze: from idle into a maintenance window, from there back'),
  row('bucket', '<name>', 'standby bucket of an app: active, working-set, frequent, rare, restricted or never', true),
  row('reset-quota', '', 'forget how much of its quota an app has used; cannot be undone', true),
  row('battery', '<unplugged|percent>', 'take the charger away, or set the level'),
  row('airplane', '<on|off>', 'airplane mode; refused over the network'),
  row('radio', '<wifi|data> <on|off>', 'one radio; refused over the network'),
  row('restrict', '<on|off>', 'forbid an app the background, as in its battery settings', true),
  row('clock', '<duration|time>', 'move the wall clock by 15m or -1h, or to 2026-12-24T18:00:00Z'),
  row('pin', '<digits|off>', 'set a PIN on a phone that has none; keys bound to the lock die with it'),
  row('finger', '[id]', 'touch the sensor of an emulator with an enrolled finger'),
  row('launch', '', 'open an app and wait until it is drawn', true),
  row('home', '', 'send the app in front to the background'),
  row('kill', '', 'end an app in the background, as the system does when memory is short', true),
  row('force-stop', '', 'end an app and its jobs until somebody opens it', true),
  row('stop-job', '[reason]', 'end a running job with a reason: connectivity, timeout, quota ...', true),
  row('reverse', '<port> [target]', 'http://localhost:<port> of the phone leads to <target> of this machine (7357)'),
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
