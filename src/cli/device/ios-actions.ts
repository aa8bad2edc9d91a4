// What `tokenwarp device <action>` can do on iOS, as a table: what it is called, which capability it needs, what it does and says.
import type { CapabilityName, Device, DeviceContext } from '../../device/driver.ts';
import { needCapability } from '../../device/ios/capabilities.ts';
import type { IosCapability } from '../../device/ios/capabilities.ts';
import { taskLog } from '../../device/ios/log-stream.ts';
import { openPhone } from '../../device/ios/phone.ts';
import type { Phone } from '../../device/ios/phone.ts';
import { openSimulator, SILENT_PUSH } from '../../device/ios/simulator.ts';
import type { PushPayload, Simulator } from '../../device/ios/simulator.ts';
import { openXcrun } from '../../device/ios/xcrun.ts';
import { usageError } from '../exit.ts';

export interface IosCall {
  readonly context: DeviceContext & { signal: AbortSignal };
  readonly device: Device;
  /** What follows the name of the action. */
  readonly words: readonly string[];
  readonly bundle?: string;
  /** How often a finger touches. */
  readonly count?: number;
  /** Prints what comes while it lasts. */
  readonly say: (line: string) => void;
}

export interface IosAction {
  readonly summary: string;
  /** What follows its name, for the help. */
  readonly words?: string;
  readonly capability?: IosCapability & CapabilityName;
  /** What was done, in one line. */
  readonly act: (call: IosCall) => Promise<string>;
}

export const IOS_ACTIONS = {
  boot: { summary: 'boots a simulator and waits until it can be used', act: onSimulator((simulator) => simulator.boot(), 'is booted') },
  shutdown: { summary: 'shuts a simulator down', act: onSimulator((simulator) => simulator.shutdown(), 'is shut down') },
  launch: {
    summary: 'starts the app, or brings it to the front',
    capability: 'launch-app',
    act: async (call) => `${appOf(call)} runs as process ${await (await either(call)).launch(appOf(call))}`,
  },
  kill: {
    summary: 'ends the app at once, as a crash does: pending requests stay',
    capability: 'kill-app',
    act: async (call) => (await either(call)).terminate(appOf(call)).then(() => `${appOf(call)} is ended`),
  },
  background: {
    summary: 'sends the app in front to the background',
    capability: 'background-app',
    act: onSimulator((simulator) => simulator.background(), 'shows its home screen'),
  },
  foreground: {
    summary: 'brings the app to the front',
    capability: 'launch-app',
    act: async (call) => `${appOf(call)} is in front, process ${await (await either(call)).launch(appOf(call))}`,
  },
  push: {
    summary: 'delivers a push, silent unless a payload says otherwise',
    words: '[json]',
    capability: 'silent-push',
    act: async (call) =>
      (await simulatorOf(call)).push(appOf(call), payloadOf(call.words)).then(() => `a push was delivered to ${appOf(call)}`),
  },
  biometric: {
    summary: 'a face or finger: match, or no-match; the prompt must be up',
    words: 'match|no-match',
    capability: 'biometric',
    act: async (call) => {
      const outcome = oneOf(call, ['match', 'no-match']);
      await (await simulatorOf(call)).biometric(outcome, call.count);
      return outcome === 'match' ? 'a face or finger that is enrolled' : 'a face or finger that is not enrolled';
    },
  },
  enrol: {
    summary: 'whether a face or finger is enrolled; `device restore` puts back what it was',
    words: 'on|off',
    capability: 'biometric',
    act: async (call) => {
      const wanted = oneOf(call, ['on', 'off']);
      await (await simulatorOf(call)).enrol(wanted === 'on');
      return wanted === 'on' ? 'a face or finger is enrolled' : 'no face or finger is enrolled';
    },
  },
  'keychain-reset': {
    summary: 'empties the keychain of the simulator, for every app; cannot be undone',
    capability: 'keychain-reset',
    act: onSimulator((simulator) => simulator.resetKeychain(), 'has an empty keychain'),
  },
  'open-url': {
    summary: 'opens a URL; the app that takes it comes to the front',
    words: '<url>',
    capability: 'open-url',
    act: async (call) => {
      const url = wordOf(call, 'a URL');
      const device = await either(call);
      if (isPhone(device)) await device.launch(appOf(call), { url });
      else await device.openUrl(url);
      return `${url} was opened`;
    },
  },
  notify: {
    summary: 'posts a Darwin notification',
    words: '<name>',
    capability: 'notify',
    act: async (call) => {
      const name = wordOf(call, 'the name of a notification');
      await (await either(call)).notify(name);
      return `${name} was posted`;
    },
  },
  log: {
    summary: 'what the system writes about background tasks, until Ctrl-C',
    capability: 'job-log',
    act: async (call) => {
      const xcrun = await openXcrun(call.context);
      for await (const { event, pid, message } of taskLog(call.context, xcrun, call.device.id))
        call.say(`${pid}  ${event.padEnd(12)} ${message}`);
      return 'the log has ended';
    },
  },
} as const satisfies Record<string, IosAction>;
export type IosActionName = keyof typeof IOS_ACTIONS;

/** Does it; answers what was done. Throws what the device lacks by name. */
export async function actOnIos(name: IosActionName, call: IosCall): Promise<string> {
  const action: IosAction = IOS_ACTIONS[name];
  if (action.capability !== undefined)
    needCapability(call.device.id, call.device.kind === 'simulator' ? 'simulator' : 'device', action.capability);
  return action.act(call);
}

function onSimulator(act: (simulator: Simulator) => Promise<void>, done: string): IosAction['act'] {
  return async (call) => {
    await act(await simulatorOf(call));
    return `${call.device.name} ${done}`;
  };
}

async function simulatorOf({ context, device }: IosCall): Promise<Simulator> {
  if (device.kind !== 'simulator') throw usageError(`${device.name} is no simulator`, 'devices are started by hand');
  return openSimulator(context, await openXcrun(context), device.id);
}

async function either(call: IosCall): Promise<Simulator | Phone> {
  return call.device.kind === 'simulator' ? simulatorOf(call) : openPhone(await openXcrun(call.context), call.device.id);
}

function isPhone(device: Simulator | Phone): device is Phone {
  return 'id' in device;
}

function appOf({ bundle }: IosCall): string {
  if (bundle === undefined) throw usageError('say which app: --bundle', 'such as --bundle com.example.app');
  return bundle;
}

function wordOf({ words }: IosCall, what: string): string {
  const [word, more] = words;
  if (word === undefined || more !== undefined) throw usageError(`say ${what}`, 'one word, in quotes if it has spaces');
  return word;
}

function oneOf<const W extends string>(call: IosCall, known: readonly W[]): W {
  const word = wordOf(call, known.join(' or '));
  const found = known.find((one) => one === word);
  if (found === undefined) throw usageError(`"${word}" is not one of ${known.join(', ')}`);
  return found;
}

function payloadOf(words: readonly string[]): PushPayload {
  if (words.length === 0) return SILENT_PUSH;
  try {
    const payload: unknown = JSON.parse(words.join(' '));
    if (typeof payload === 'object' && payload !== null && typeof (payload as { aps?: unknown }).aps === 'object')
      return payload as PushPayload;
  } catch {
    // Said below.
  }
  throw usageError('the payload is no JSON with a member "aps"', `such as '${JSON.stringify(SILENT_PUSH)}'`);
}
