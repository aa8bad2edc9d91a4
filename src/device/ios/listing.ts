// iOS simulators and devices as `tokenwarp devices` shows them. Simulators that are shut down are listed too, they can be booted; those
// whose run-time is gone say so. A device that is paired and away is listed for ever by Apple, so it is `offline` here.
import { MissingError } from '../../core/errors.ts';
import type { Device, DeviceContext, DeviceState, Listing, MissingTool } from '../driver.ts';
import { strangeOutput, timedOut } from '../errors.ts';
import { capabilitiesOf } from './capabilities.ts';
import { parseCoreDevices } from './core-device.ts';
import type { CoreDevice, CoreDeviceList } from './core-device.ts';
import { DEVELOPER_MODE_FIX, simctlError } from './errors.ts';
import { refusalOf } from './refusal.ts';
import { parseSimulatorJson, parseSimulatorText } from './simulator-list.ts';
import type { SimulatorEntry, SimulatorList } from './simulator-list.ts';
import { openXcrun } from './xcrun.ts';
import type { Xcrun } from './xcrun.ts';

export async function listIos(context: DeviceContext): Promise<Listing> {
  const xcrun = await xcrunOrWhyNot(context);
  return 'tool' in xcrun ? { devices: [], missing: xcrun } : readDevices(xcrun);
}

/** What is not installed; no simulator is asked anything. */
export async function iosTool(context: DeviceContext): Promise<MissingTool | undefined> {
  const xcrun = await xcrunOrWhyNot(context);
  return 'tool' in xcrun ? xcrun : undefined;
}

async function xcrunOrWhyNot(context: DeviceContext): Promise<Xcrun | MissingTool> {
  try {
    return await openXcrun(context);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return { tool: 'Xcode', found: error.message.replace(/^Xcode /, ''), fix: error.hint ?? '' };
  }
}

/** Ready ones first. */
export async function iosDevices(xcrun: Xcrun): Promise<readonly Device[]> {
  return (await readDevices(xcrun)).devices;
}

async function readDevices(xcrun: Xcrun): Promise<Listing> {
  const [{ simulators, partial }, phones] = await Promise.all([listSimulators(xcrun), listPhones(xcrun)]);
  const all = [...phones.devices.map(phoneDevice), ...simulators.filter(({ platform }) => platform === 'iOS').map(simulatorDevice)];
  const rank = ({ state }: Device): number => (state === 'ready' ? 0 : state === 'unavailable' ? 2 : 1);
  const unread = [...(partial ? ['simctl list devices'] : []), ...(phones.partial ? ['devicectl list devices'] : [])];
  return { devices: all.toSorted((a, b) => rank(a) - rank(b)), ...(unread.length === 0 ? {} : { unread }) };
}

async function listSimulators(xcrun: Xcrun): Promise<SimulatorList> {
  const record = await xcrun.run(['simctl', 'list', 'devices', '-j']);
  if (record.ended === 'timeout') throw timedOut('CoreSimulator', 'simctl list', record.ms);
  if (record.code !== 0) throw simctlError(record, { udid: 'CoreSimulator', command: 'simctl list' });
  const list = parseSimulatorJson(record.stdout);
  if (list !== undefined) return list;
  // Betas of Xcode 26 wrote JSON that was none.
  const { stdout } = await xcrun.run(['simctl', 'list', 'devices']);
  const read = parseSimulatorText(stdout);
  if (read.simulators.length === 0 && read.partial) throw strangeOutput('simctl list devices -j', 'neither JSON nor text');
  return read;
}

/** None where devicectl is not there: it came with Xcode 15. */
async function listPhones(xcrun: Xcrun): Promise<CoreDeviceList> {
  const record = await xcrun
    .run(['devicectl', 'list', 'devices', '--timeout', '5', '--quiet', '--json-output', '-'])
    .catch((error: unknown) => {
      if (error instanceof MissingError) return undefined;
      throw error;
    });
  if (record === undefined || (record.code !== 0 && refusalOf(record).reason !== 'other')) return { devices: [], partial: false };
  return parseCoreDevices(record.stdout) ?? { devices: [], partial: true };
}

const STATES: Readonly<Record<string, DeviceState>> = {
  Booted: 'ready',
  Booting: 'booting',
  Shutdown: 'shutdown',
  'Shutting Down': 'shutdown',
  Creating: 'booting',
};

function simulatorDevice({ udid, name, platform, version, state, available, problem }: SimulatorEntry): Device {
  const now: DeviceState = available ? (STATES[state] ?? 'unavailable') : 'unavailable';
  return {
    id: udid,
    platform: 'ios',
    kind: 'simulator',
    name,
    state: now,
    os: `${platform} ${version}`,
    transport: 'local',
    capabilities: now === 'ready' ? capabilitiesOf('simulator') : [],
    ...problemOf(udid, now, state, problem),
  };
}

function problemOf(udid: string, now: DeviceState, state: string, problem: string | undefined): Pick<Device, 'problem'> {
  if (problem !== undefined)
    return {
      problem: { text: problem, fix: 'install its run-time: xcodebuild -downloadPlatform iOS; or `xcrun simctl delete unavailable`' },
    };
  if (now === 'shutdown') return { problem: { text: `${udid} is shut down`, fix: `xcrun simctl bootstatus ${udid} -b` } };
  if (now === 'booting') return { problem: { text: `${udid} is still booting`, fix: `xcrun simctl bootstatus ${udid}` } };
  if (now === 'unavailable') return { problem: { text: `${udid} is in the state "${state}"`, fix: `xcrun simctl shutdown ${udid}` } };
  return {};
}

function phoneDevice(phone: CoreDevice): Device {
  const trouble = troubleOf(phone);
  return {
    id: phone.identifier,
    platform: 'ios',
    kind: 'device',
    name: phone.name,
    state: trouble?.state ?? 'ready',
    ...(phone.version === undefined ? {} : { os: `iOS ${phone.version}` }),
    transport: phone.transport === 'localNetwork' ? 'network' : 'usb',
    capabilities: trouble === undefined ? capabilitiesOf('device') : [],
    ...(trouble === undefined ? {} : { problem: { text: trouble.text, fix: trouble.fix } }),
  };
}

function troubleOf({ name, paired, tunnel, developerMode }: CoreDevice): { state: DeviceState; text: string; fix: string } | undefined {
  if (!paired) return { state: 'unauthorized', text: `${name} does not trust this Mac`, fix: 'connect it by cable, unlock it, tap Trust' };
  if (tunnel === 'unavailable')
    return { state: 'offline', text: `${name} is paired and not here`, fix: 'connect it, or put both on one network; unlock it' };
  if (developerMode === 'disabled') return { state: 'unauthorized', text: `developer mode is off on ${name}`, fix: DEVELOPER_MODE_FIX };
  return undefined;
}
