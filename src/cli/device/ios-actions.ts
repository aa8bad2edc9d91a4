// The actions of `tokenwarp device` on iOS: words to values, an operation of the driver, one line about what holds now.
import type { Device, DeviceContext } from '../../device/driver.ts';
import { pickDevice } from '../../device/select.ts';
import { openUndo } from '../../device/undo.ts';
import { needCapability } from '../../device/ios/capabilities.ts';
import type { IosCapability } from '../../device/ios/capabilities.ts';
import { iosDevices } from '../../device/ios/listing.ts';
import { taskLog } from '../../device/ios/log-stream.ts';
import { openPhone } from '../../device/ios/phone.ts';
import { openSimulator, SILENT_PUSH } from '../../device/ios/simulator.ts';
import type { PushPayload, Simulator } from '../../device/ios/simulator.ts';
import { openXcrun } from '../../device/ios/xcrun.ts';
import type { Xcrun } from '../../device/ios/xcrun.ts';
import { usageError } from '../exit.ts';
import { readOneOf } from '../values.ts';
import type { ActionCall, ActOn } from './actions.ts';
import { BOOT_ONE } from './ios-words.ts';

interface IosCall extends ActionCall {
  readonly context: DeviceContext & { signal: AbortSignal };
  readonly xcrun: Xcrun;
  readonly device: Device;
  /** Of actions that are about an app. */
  readonly app: string;
}

interface IosAct {
  readonly needs: IosCapability;
  readonly act: (call: IosCall) => Promise<string>;
}

const ACTS: Readonly<Record<string, IosAct>> = {
  boot: onSimulator('boot', (simulator) => simulator.boot(), 'it is booted'),
  shutdown: onSimulator('boot', (simulator) => simulator.shutdown(), 'it is shut down'),
  launch: {
    needs: 'launch-app',
    act: async (call) => `${call.app} is in front, process ${await (await eitherOf(call)).launch(call.app)}`,
  },
  home: onSimulator('background-app', (simulator) => simulator.background(), 'it shows its home screen'),
  kill: { needs: 'kill-app', act: async (call) => (await eitherOf(call)).terminate(call.app).then(() => `${call.app} is ended`) },
  push: onSimulator(
    'silent-push',
    (simulator, { app, words }) => simulator.push(app, payloadOf(words)),
    ({ app }) => `a push was delivered to ${app}`,
  ),
  biometric: onSimulator(
    'biometric',
    (simulator, { words, options }) => simulator.biometric(readOneOf(['match', 'no-match'])(words[0] ?? ''), options.count),
    ({ words }) => `a face or finger that is ${words[0] === 'match' ? '' : 'not '}enrolled`,
  ),
  enrol: onSimulator(
    'biometric',
    (simulator, { words }) => simulator.enrol(readOneOf(['on', 'off'])(words[0] ?? '') === 'on'),
    ({ words }) => `${words[0] === 'on' ? 'a' : 'no'} face or finger is enrolled`,
  ),
  'keychain-reset': onSimulator('keychain-reset', (simulator) => simulator.resetKeychain(), 'its keychain is empty'),
  privacy: onSimulator(
    'privacy',
    (simulator, { app, words: [how = '', service] }) =>
      simulator.privacy(readOneOf(['grant', 'revoke', 'reset'])(how), wordOf(service, 'which service, such as camera'), app),
    ({ app, words: [how = '', service = ''] }) => `${app}: ${how} ${service}`,
  ),
  'open-url': {
    needs: 'open-url',
    async act(call) {
      const url = wordOf(call.words[0], 'which URL');
      if (call.device.kind === 'simulator') await (await simulatorOf(call)).openUrl(url);
      else if (call.options.bundle === undefined)
        throw usageError('--bundle is missing', 'a device opens a URL in an app that is named: --bundle com.example.app');
      else await openPhone(call.xcrun, call.device.id).launch(call.options.bundle, { url });
      return `${url} was opened`;
    },
  },
  notify: {
    needs: 'notify',
    async act(call) {
      const name = wordOf(call.words[0], 'the name of a notification');
      await (await eitherOf(call)).notify(name);
      return `${name} was posted`;
    },
  },
  log: {
    needs: 'job-log',
    async act({ context, xcrun, device, options, print }) {
      for await (const { event, pid, message } of taskLog(context, xcrun, device.id)) {
        const line = options.json === true ? JSON.stringify({ event, pid, message }) : `${pid}  ${event.padEnd(12)} ${message}`;
        if (!print(line)) break;
      }
      return 'the log has ended';
    },
  },
};

/** Carries one out. */
export const actOnIos: ActOn = async (context, name, call) => {
  const found = ACTS[name];
  if (found === undefined) throw usageError(`there is no action "${name}" on iOS`);
  const xcrun = await openXcrun(context);
  const device = pick(await iosDevices(xcrun), call.options.device, name === 'boot');
  needCapability(device.id, device.kind === 'simulator' ? 'simulator' : 'device', found.needs);
  const said = await found.act({ ...call, context, xcrun, device, app: call.options.bundle ?? '' });
  const undo = openUndo(context.machine, context.stateFolder, { platform: 'ios', id: device.id });
  return { device: device.id, said, pending: undo.pending() };
};

/** A simulator to boot is shut down, and may be picked all the same. */
function pick(devices: readonly Device[], wanted: string | undefined, toBoot: boolean): Device {
  const canBoot = ({ kind, state }: Device): boolean => toBoot && kind === 'simulator' && state !== 'unavailable';
  return pickDevice(
    devices.map((device) => (canBoot(device) ? { ...device, state: 'ready' } : device)),
    wanted,
    BOOT_ONE,
  );
}

function onSimulator(
  needs: IosAct['needs'],
  act: (simulator: Simulator, call: IosCall) => Promise<void>,
  done: string | ((call: IosCall) => string),
): IosAct {
  return {
    needs,
    async act(call) {
      await act(await simulatorOf(call), call);
      return typeof done === 'string' ? done : done(call);
    },
  };
}

function simulatorOf({ context, xcrun, device }: IosCall): Promise<Simulator> {
  return openSimulator(context, xcrun, device.id);
}

async function eitherOf(call: IosCall) {
  return call.device.kind === 'simulator' ? simulatorOf(call) : openPhone(call.xcrun, call.device.id);
}

function wordOf(word: string | undefined, what: string): string {
  if (word === undefined) throw usageError(`say ${what}`);
  return word;
}

function payloadOf([text]: readonly string[]): PushPayload {
  if (text === undefined) return SILENT_PUSH;
  try {
    const payload: unknown = JSON.parse(text);
    if (typeof payload === 'object' && payload !== null && typeof (payload as { aps?: unknown }).aps === 'object')
      return payload as PushPayload;
  } catch {
    // Said below.
  }
  throw usageError('the payload is no JSON with a member "aps"', `such as '${JSON.stringify(SILENT_PUSH)}'`);
}
