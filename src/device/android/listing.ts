// Android devices as `tokenwarp devices` shows them: what adb lists, and for each that answers what it is and can do. adb adopts
// whatever listens on a port from 5555 to 5585, so one emulator may be listed twice: told by the id of its boot.
import type { Device, DeviceContext, DeviceState, Listing, MissingTool } from '../driver.ts';
import { openAdb, OFFLINE, UNAUTHORIZED, type Adb } from './adb.ts';
import { MissingError, TokenwarpError } from '../../core/errors.ts';
import { capabilitiesOf, isWireless } from './capabilities.ts';
import type { AdbDevice, AdbState } from './devices.ts';
import { readFacts, type AndroidFacts } from './facts.ts';
import { openShell } from './shell.ts';

/** A device that answers, with what it told. */
export interface Answered {
  readonly device: Device;
  readonly facts?: AndroidFacts;
}

export async function listAndroid(context: DeviceContext): Promise<Listing> {
  try {
    const adb = await openAdb(context);
    return { devices: (await answered(context, adb)).map(({ device }) => device) };
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return { devices: [], missing: missingOf(error) };
  }
}

/** No client, or no server that it could reach. */
export function missingOf({ message, hint }: MissingError): MissingTool {
  return { tool: 'adb', found: message.replace(/^adb /, ''), fix: hint ?? '' };
}

/** Every device adb lists; those that answer are asked at the same time. */
export async function answered(context: DeviceContext, adb: Adb): Promise<Answered[]> {
  const rows = await adb.devices();
  return withoutTwins(await Promise.all(rows.map((row) => ask(context, adb, row))));
}

async function ask(context: DeviceContext, adb: Adb, row: AdbDevice): Promise<Answered> {
  const bare = bareDevice(row);
  if (row.state !== 'device') return { device: bare };
  try {
    const facts = await readFacts(openShell(context, adb, row.serial));
    return { facts, device: { ...bare, ...described(row, facts) } };
  } catch (error) {
    if (!(error instanceof TokenwarpError) || context.signal?.aborted === true) throw error;
    return { device: { ...bare, state: 'offline', problem: { text: error.message, fix: error.hint ?? OFFLINE(row.serial).fix } } };
  }
}

function bareDevice({ serial, state, properties }: AdbDevice): Device {
  const problem = problemOf(serial, state);
  return {
    id: serial,
    platform: 'android',
    kind: serial.startsWith('emulator-') ? 'emulator' : 'device',
    name: (properties['model'] ?? 'unknown model').replaceAll('_', ' '),
    state: STATE[state],
    transport: isWireless(serial) ? 'network' : serial.startsWith('emulator-') ? 'local' : 'usb',
    capabilities: [],
    ...(problem === undefined ? {} : { problem }),
  };
}

function described({ serial }: AdbDevice, facts: AndroidFacts): Partial<Device> {
  return {
    ...(facts.model === '' ? {} : { name: facts.model }),
    kind: facts.emulator || serial.startsWith('emulator-') ? 'emulator' : 'device',
    os: `Android ${facts.release} (API ${facts.sdk})`,
    capabilities: capabilitiesOf({ serial, facts }),
    ...(facts.booted
      ? { state: 'ready' as const }
      : { state: 'booting' as const, problem: { text: `${serial} is still starting`, fix: 'wait until it shows its home screen' } }),
  };
}

/** The twin that was adopted points at the one that somebody connected on purpose. */
function withoutTwins(all: readonly Answered[]): Answered[] {
  return all.map((one) => {
    const { device, facts } = one;
    if (facts === undefined || facts.bootId === '') return one;
    const twins = all.filter((other) => other.facts?.bootId === facts.bootId).map((other) => other.device.id);
    const first = twins.find((id) => id.startsWith('emulator-')) ?? twins[0];
    return first === undefined || first === device.id ? one : { ...one, device: { ...device, sameAs: first } };
  });
}

const STATE: Readonly<Record<AdbState, DeviceState>> = {
  device: 'ready',
  offline: 'offline',
  unauthorized: 'unauthorized',
  authorizing: 'connecting',
  connecting: 'connecting',
  'no permissions': 'no-permissions',
  recovery: 'recovery',
  rescue: 'recovery',
  sideload: 'recovery',
  bootloader: 'recovery',
  host: 'unavailable',
  detached: 'unavailable',
  unknown: 'unavailable',
};

function problemOf(serial: string, state: AdbState): Device['problem'] {
  switch (state) {
    case 'device':
      return undefined;
    case 'unauthorized':
      return UNAUTHORIZED(serial);
    case 'offline':
      return OFFLINE(serial);
    case 'authorizing':
    case 'connecting':
      return { text: `${serial} is being connected`, fix: 'wait a moment; if it stays so, unlock the device' };
    case 'no permissions':
      return {
        text: `this user may not open ${serial}`,
        fix: 'Linux: install the udev rules (android-sdk-platform-tools-common), join plugdev, plug it in again',
      };
    default:
      return { text: `${serial} is in the state "${state}", not started as a phone`, fix: `adb -s ${serial} reboot` };
  }
}
