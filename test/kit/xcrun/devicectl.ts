// devicectl of the double: physical devices over CoreDevice. Answers go to --json-output, a file or `-`; a refusal is exit 1 with text.
import { writeFileSync } from 'node:fs';
import { change, read } from './state.ts';
import type { App, Phone, State } from './state.ts';
import type { Io } from './play.ts';
import { Refusal } from './said.ts';

export function devicectl(folder: string, args: readonly string[], io: Io): void {
  const words = args.filter((word, at) => !word.startsWith('-') && !VALUED.has(args[at - 1] ?? ''));
  const [area, noun, verb] = words;
  const command = `devicectl.${words.slice(0, area === 'list' ? 2 : 3).join('.')}`;
  if (area === 'list' && noun === 'devices') return finish(io, args, command, { devices: read(folder).phones.map(shown) });
  if (area !== 'device') throw refused(`Unexpected argument '${area ?? ''}'`);
  const act = ACTIONS[`${noun} ${verb}`];
  if (act === undefined) throw refused(`Unexpected argument '${noun ?? ''} ${verb ?? ''}'`);
  const result = change(folder, (state) => act({ state, phone: reachable(state, option(args, '--device')), args, words }));
  return finish(io, args, command, result);
}

interface Call {
  state: State;
  phone: Phone;
  args: readonly string[];
  words: readonly string[];
}

const VALUED = new Set([
  '--device',
  '--timeout',
  '--json-output',
  '--environment-variables',
  '--payload-url',
  '--pid',
  '--name',
  '--bundle-id',
  '--signal',
]);

const ACTIONS: Readonly<Record<string, (call: Call) => object>> = {
  'info apps': ({ phone, args }) => {
    const wanted = args.includes('--bundle-id') ? option(args, '--bundle-id') : undefined;
    const apps = phone.apps.filter(({ bundle }) => wanted === undefined || bundle === wanted);
    return { apps: apps.map((app) => ({ appClip: false, bundleIdentifier: app.bundle, name: 'Demo', url: urlOf(app), version: '1.0' })) };
  },
  'info processes': ({ phone }) => ({
    runningProcesses: [
      { executable: 'file:///usr/libexec/dasd', processIdentifier: 88 },
      ...phone.apps.flatMap((app) => (app.pid === undefined ? [] : processesOf(app, app.pid))),
    ],
  }),
  'process launch': ({ state, phone, args, words }) => {
    const app = installed(phone, words[3] ?? '');
    if (args.includes('--terminate-existing')) delete app.pid;
    app.pid ??= state.nextPid++;
    Object.assign(app, { launchedAt: Date.now() });
    phone.happened.push(`launch ${app.bundle}`);
    return { process: { executable: `${urlOf(app)}Demo`, processIdentifier: app.pid } };
  },
  'process terminate': ({ phone, args }) => {
    const app = phone.apps.find(({ pid }) => String(pid) === option(args, '--pid'));
    if (app === undefined) throw refused('The operation couldn’t be completed. No such process', 'NSPOSIXErrorDomain error 3');
    delete app.pid;
    return { process: {} };
  },
  'notification post': ({ phone, args }) => {
    phone.happened.push(`notify ${option(args, '--name')}`);
    return {};
  },
};

/** An extension of the app runs in a process of its own, from a folder inside the app. */
function processesOf(app: App, pid: number): object[] {
  return [
    { executable: `${urlOf(app)}PlugIns/Widget.appex/Widget`, processIdentifier: pid + 1 },
    { executable: `${urlOf(app)}Demo`, processIdentifier: pid },
  ];
}

const urlOf = (app: App): string => `file:///private/var/containers/Bundle/Application/${app.bundle}/Demo.app/`;

function shown(phone: Phone): object {
  return {
    capabilities: [{ featureIdentifier: 'com.apple.coredevice.feature.unpairdevice', name: 'Unpair Device' }],
    connectionProperties: {
      authenticationType: 'manualPairing',
      isMobileDeviceOnly: false,
      pairingState: phone.paired === false ? 'unpaired' : 'paired',
      ...(phone.transport === null ? {} : { transportType: phone.transport }),
      tunnelState: phone.tunnel,
      tunnelTransportProtocol: 'tcp',
    },
    deviceProperties: { developerModeStatus: phone.developerMode, name: phone.name, osBuildUpdate: '23E5', osVersionNumber: phone.os },
    hardwareProperties: {
      cpuType: { name: 'arm64e', subType: 2, type: 16_777_228 },
      deviceType: 'iPhone',
      marketingName: 'iPhone 17',
      platform: 'iOS',
      productType: 'iPhone18,3',
      reality: 'physical',
      udid: phone.udid,
    },
    identifier: phone.identifier,
    visibilityClass: 'default',
  };
}

function reachable(state: State, id: string): Phone {
  const found = state.phones.find((phone) => phone.identifier === id || phone.udid === id || phone.name === id);
  if (found === undefined || found.tunnel === 'unavailable')
    throw refused('The specified device was not found.', 'com.apple.dt.CoreDeviceError error 1000');
  if (found.developerMode === 'disabled') throw refused('Developer Mode is disabled.', 'com.apple.dt.CoreDeviceError error 10007');
  return found;
}

function installed(phone: Phone, bundle: string): App {
  const found = phone.apps.find((app) => app.bundle === bundle);
  if (found !== undefined) return found;
  throw refused(
    `The application failed to launch. The requested application ${bundle} is not installed.`,
    'com.apple.dt.CoreDeviceError error 10002',
  );
}

function finish(io: Io, args: readonly string[], commandType: string, result: object): void {
  if (!args.includes('--json-output')) return;
  const output = option(args, '--json-output');
  const text = `${JSON.stringify({ info: { arguments: ['devicectl', ...args], commandType, jsonVersion: 2, outcome: 'success', version: '506.6' }, result }, undefined, 2)}\n`;
  if (output === '-') io.say(text);
  else writeFileSync(output, text);
}

function option(args: readonly string[], name: string): string {
  const value = args[args.indexOf(name) + 1];
  if (!args.includes(name) || value === undefined) throw refused(`Missing expected argument '${name} <${name.slice(2)}>'`, 'usage');
  return value;
}

function refused(text: string, reason = 'com.apple.dt.CoreDeviceError error 1'): Refusal {
  return new Refusal(1, `ERROR: ${text} (${reason})\n`);
}
