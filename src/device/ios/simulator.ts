// What can be done with one simulator. Facts behind the odd ways: a simulated home button is a launch of Settings that is ended again,
// since iOS 16 no longer lets SpringBoard be launched; a finger is a Darwin notification; a push is a file, here on standard input.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError, UsageError } from '../../core/errors.ts';
import { strangeOutput } from '../errors.ts';
import type { DeviceContext } from '../driver.ts';
import { openUndo } from '../undo.ts';
import { argument, bundleArgument } from './argument.ts';
import { parseInfoPlist } from './info-plist.ts';
import { parseAppProcess } from './processes.ts';
import type { AppProcess } from './processes.ts';
import { openSimctl } from './simctl.ts';
import type { SimctlTool } from './simctl.ts';
import type { Xcrun } from './xcrun.ts';

export interface Simulator {
  readonly udid: string;
  /** Boots it if need be and waits until it can be used. */
  boot(): Promise<void>;
  shutdown(): Promise<void>;
  process(bundle: string): Promise<AppProcess>;
  /** Starts the app, or brings it to the front; its pid. `restart` ends a running one first; `env` reaches the app. */
  launch(bundle: string, how?: LaunchOptions): Promise<number>;
  terminate(bundle: string): Promise<void>;
  /** As the home button does. */
  background(): Promise<void>;
  openUrl(url: string): Promise<void>;
  /** A Darwin notification, which carries a name and nothing else. */
  notify(name: string): Promise<void>;
  push(bundle: string, payload: PushPayload): Promise<void>;
  /** `times`: the prompt must be up when the finger comes, so people touch more than once. */
  biometric(outcome: BiometricOutcome, times?: number): Promise<void>;
  isEnrolled(): Promise<boolean>;
  enrol(enrolled: boolean): Promise<void>;
  /** Everything in it, of every app; cannot be undone. */
  resetKeychain(): Promise<void>;
  privacy(change: 'grant' | 'revoke' | 'reset', service: string, bundle: string): Promise<void>;
  /** The Info.plist of the app as installed, or why it cannot be read. Throws when the app is not installed. */
  infoPlist(bundle: string): ReturnType<typeof parseInfoPlist>;
}

export interface LaunchOptions {
  readonly restart?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export type BiometricOutcome = 'match' | 'no-match';

/** JSON of APNs; `aps` is required. */
export type PushPayload = { readonly aps: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;

/** Wakes the app and shows nothing. */
export const SILENT_PUSH: PushPayload = { aps: { 'content-available': 1 } };

/** APNs takes no more, and simctl neither. */
const LARGEST_PUSH = 4_096;
/** A cold boot of a new run-time moves data first. */
const BOOT_TIMEOUT = 240_000;
/** An app in nobody's way, that every simulator has. */
const OTHER_APP = 'com.apple.Preferences';
const ENROLMENT = 'com.apple.BiometricKit.enrollmentChanged';
/** Face and finger: the sensor that a model does not have listens to nothing. */
const SENSORS = ['pearl', 'fingerTouch'] as const;

export async function openSimulator(context: DeviceContext, xcrun: Xcrun, udid: string): Promise<Simulator> {
  const tool = await openSimctl(xcrun, udid);
  const { library, run } = tool;
  const spawn = async (...args: string[]): Promise<string> => (await library.spawnProcess(args)).stdout;
  return {
    udid,
    boot: async () => void (await run('bootstatus', [udid, '-b'], { timeout: BOOT_TIMEOUT })),
    shutdown: async () => void (await run('shutdown', [udid])),
    async process(bundle) {
      const found = parseAppProcess(await spawn('launchctl', 'list'), bundleArgument(bundle));
      if (found === undefined) throw strangeOutput('launchctl list', 'no list of processes, or a part of one');
      return found;
    },
    launch: (bundle, how = {}) => launch(tool, udid, bundle, how),
    terminate: async (bundle) => void (await run('terminate', [udid, bundleArgument(bundle)], { bundle })),
    async background() {
      await launch(tool, udid, OTHER_APP, {});
      await run('terminate', [udid, OTHER_APP]);
    },
    openUrl: async (url) => void (await library.openUrl(argument(url, 'URL'))),
    notify: async (name) => void (await spawn('notifyutil', '-p', argument(name, 'name of the notification'))),
    push: (bundle, payload) => push(tool, udid, bundle, payload),
    async biometric(outcome, times = 1) {
      const event = outcome === 'match' ? 'match' : 'nomatch';
      for (let left = times; left > 0; left--) {
        for (const sensor of SENSORS) await spawn('notifyutil', '-p', `com.apple.BiometricKit_Sim.${sensor}.${event}`);
        if (left > 1) await context.machine.sleep(BETWEEN_TOUCHES, context.signal);
      }
    },
    isEnrolled: async () => readEnrolment(await spawn('notifyutil', '-g', ENROLMENT)),
    enrol: (enrolled) => enrol(context, udid, spawn, enrolled),
    resetKeychain: async () => void (await library.resetKeychain()),
    privacy: (change, service, bundle) => privacy(context, tool, { udid, change, service, bundle }),
    infoPlist: (bundle) => infoPlist(xcrun, udid, bundle),
  };
}

const BETWEEN_TOUCHES = 300;

async function launch({ run }: SimctlTool, udid: string, bundle: string, { restart = false, env = {} }: LaunchOptions): Promise<number> {
  const args = [...(restart ? ['--terminate-running-process'] : []), udid, bundleArgument(bundle)];
  const prefixed = Object.fromEntries(Object.entries(env).map(([name, value]) => [`SIMCTL_CHILD_${name}`, value]));
  const { stdout } = await run('launch', args, { bundle, env: prefixed });
  const pid = /: (\d+)\s*$/.exec(stdout)?.[1];
  if (pid === undefined) throw strangeOutput('simctl launch', `no pid in "${stdout.trim().slice(0, 80)}"`);
  return Number(pid);
}

async function push({ run }: SimctlTool, udid: string, bundle: string, payload: PushPayload): Promise<void> {
  const text = JSON.stringify(payload);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LARGEST_PUSH)
    throw new UsageError('TW_USAGE', `the payload has ${bytes} bytes, APNs takes ${LARGEST_PUSH}`, {
      hint: 'send less, let the app fetch the rest',
    });
  await run('push', [udid, bundleArgument(bundle), '-'], { bundle, input: text });
}

/** `com.apple.BiometricKit.enrollmentChanged 1` */
function readEnrolment(text: string): boolean {
  const value = /\s(\d)\s*$/.exec(text)?.[1];
  if (value === undefined) throw strangeOutput('notifyutil -g', `"${text.trim().slice(0, 80)}"`);
  return value === '1';
}

async function enrol(
  context: DeviceContext,
  udid: string,
  spawn: (...args: string[]) => Promise<string>,
  enrolled: boolean,
): Promise<void> {
  const before = readEnrolment(await spawn('notifyutil', '-g', ENROLMENT));
  if (before === enrolled) return;
  await openUndo(context.machine, context.stateFolder, { platform: 'ios', id: udid }).change(
    enrolled ? 'a face or finger was enrolled' : 'the face or finger was removed',
    { kind: 'ios-enrolment', enrolled: before },
    () => setEnrolment(spawn, enrolled),
  );
}

/** The value first, then the word that it changed. */
async function setEnrolment(spawn: (...args: string[]) => Promise<string>, enrolled: boolean): Promise<void> {
  await spawn('notifyutil', '-s', ENROLMENT, enrolled ? '1' : '0');
  await spawn('notifyutil', '-p', ENROLMENT);
}

/** Undoes what {@link Simulator.enrol} did. */
export async function restoreEnrolment(xcrun: Xcrun, udid: string, enrolled: boolean): Promise<void> {
  const { library } = await openSimctl(xcrun, udid);
  await setEnrolment(async (...args) => (await library.spawnProcess(args)).stdout, enrolled);
}

interface PrivacyChange {
  udid: string;
  change: 'grant' | 'revoke' | 'reset';
  service: string;
  bundle: string;
}

/** Nobody can ask what a permission was before: put back means that the app asks for it again. */
async function privacy({ machine, stateFolder }: DeviceContext, tool: SimctlTool, { udid, change, service, bundle }: PrivacyChange) {
  const [app, what] = [bundleArgument(bundle), argument(service, 'service')];
  if (change === 'reset') return resetPrivacy(tool, app, what);
  await openUndo(machine, stateFolder, { platform: 'ios', id: udid }).change(
    `${what} of ${app}: ${change}`,
    { kind: 'ios-privacy', service: what, bundle: app },
    () => (change === 'grant' ? tool.library.grantPermission(app, what) : tool.library.revokePermission(app, what)),
  );
}

async function resetPrivacy({ library }: SimctlTool, app: string, service: string): Promise<void> {
  await library.resetPermission(app, service);
}

/** Undoes what {@link Simulator.privacy} did. */
export async function restorePrivacy(xcrun: Xcrun, udid: string, bundle: string, service: string): Promise<void> {
  await resetPrivacy(await openSimctl(xcrun, udid), bundleArgument(bundle), argument(service, 'service'));
}

/** A simulator's apps lie in the file system of this machine. */
async function infoPlist(xcrun: Xcrun, udid: string, bundle: string): ReturnType<typeof parseInfoPlist> {
  const { library } = await openSimctl(xcrun, udid, bundle);
  const folder = await library.getAppContainer(bundleArgument(bundle), 'app');
  if (!folder.startsWith('/')) throw strangeOutput('simctl get_app_container', `"${folder.slice(0, 80)}" is no folder`);
  try {
    return await parseInfoPlist(readFileSync(join(folder, 'Info.plist')));
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    return { problem: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
}
