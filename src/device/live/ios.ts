// An app on an iOS simulator as a run of a scenario needs it. Its debug hook is a URL scheme of its own, named in its Info.plist, so that
// whether there is one is known before the app is started. A simulator shares network and clock with this Mac: nothing is to be undone.
import { commandFailed, strangeOutput } from '../errors.ts';
import type { Device, DeviceContext } from '../driver.ts';
import { MissingError } from '../../core/errors.ts';
import type { Ability, HookVerb, HookWords, Lack, LiveApp } from './app.ts';
import { needCapability, type IosCapability } from '../ios/capabilities.ts';
import { MODE_OF, parseInfoPlist } from '../ios/info-plist.ts';
import { isObject } from '../ios/json.ts';
import { saidBy } from '../ios/refusal.ts';
import { openSimctl } from '../ios/simctl.ts';
import { openSimulator, type Simulator } from '../ios/simulator.ts';
import { openXcrun, type Xcrun } from '../ios/xcrun.ts';

const CAPABILITY: Partial<Readonly<Record<Ability, IosCapability>>> = {
  'reach-server': 'reverse-port',
  launch: 'launch-app',
  background: 'background-app',
  kill: 'kill-app',
  push: 'silent-push',
};

/** What no command of a simulator does. */
const NEVER: Partial<Readonly<Record<Ability, Lack>>> = {
  offline: { what: 'a simulator shares the network of this Mac', fix: '`fault: { drop: request }` in the place of `network: offline`' },
  'fire-job': {
    what: 'firing a task needs a debugger, which no run can record or replay',
    fix: '`tokenwarp fire ios` while `tokenwarp serve` runs',
  },
  clock: { what: 'a simulator shares the clock of this Mac', fix: "`advance` without --device-clock moves the server's clock alone" },
};

/** `appPort`: where the app expects its server, and so where the server has to listen. Throws when the app is not installed. */
export async function openIosApp(context: DeviceContext, { id, kind }: Device, bundle: string, appPort: number): Promise<LiveApp> {
  const xcrun = await openXcrun(context);
  const simulator = await openSimulator(context, xcrun, id);
  const lackOf = (capability: IosCapability): Lack | undefined => {
    try {
      needCapability(id, kind === 'simulator' ? 'simulator' : 'device', capability);
      return undefined;
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      return { what: error.message, fix: error.hint ?? '' };
    }
  };
  const info = kind === 'simulator' ? await readInfo(context, xcrun, id, bundle) : {};
  return {
    platform: 'ios',
    device: id,
    app: bundle,
    serverPort: appPort,
    async lacks(ability) {
      const capability = CAPABILITY[ability];
      const lack = NEVER[ability] ?? (capability === undefined ? undefined : lackOf(capability));
      if (lack !== undefined) return lack;
      if (ability === 'push') return pushLack(info, bundle);
      return ability.startsWith('hook-') ? hookLack(info, bundle) : undefined;
    },
    reach: async () => undefined,
    launch: async () => void (await simulator.launch(bundle)),
    background: () => simulator.background(),
    kill: () => kill(simulator, bundle),
    goOffline: async () => refused(id, 'offline'),
    goOnline: async () => refused(id, 'offline'),
    moveClock: async () => refused(id, 'clock'),
    hook: (verb, words) => hook(simulator, bundle, verb, words),
    runJob: async () => refused(id, 'fire-job'),
    undoing: (act) => act(),
  };
}

type Info = Readonly<Record<string, unknown>>;

/** Read by a command, not by us: a recorded run is played back where the app is not. */
async function readInfo({ machine, signal }: DeviceContext, xcrun: Xcrun, id: string, bundle: string): Promise<Info> {
  const { run } = await openSimctl(xcrun, id);
  const folder = (await run('get_app_container', [id, bundle, 'app'], { bundle })).stdout.trim();
  if (!folder.startsWith('/')) throw strangeOutput('simctl get_app_container', `"${folder.slice(0, 80)}" is no folder`);
  const path = `${folder}/Info.plist`;
  const record = await machine.run('cat', [path], { binary: true, signal });
  if (record.code !== 0) throw commandFailed(id, `cat ${path}`, saidBy(record), 'install the app again');
  const read = await parseInfoPlist(record.bytes ?? new Uint8Array());
  return 'problem' in read ? {} : read;
}

/** The scheme of the hook: no two apps share it. */
function schemeOf(bundle: string): string {
  return `tokenwarp.${bundle}`.toLowerCase().replaceAll('_', '-');
}

function hookLack(info: Info, bundle: string): Lack | undefined {
  const types = info['CFBundleURLTypes'];
  const schemes = (Array.isArray(types) ? types : []).flatMap((type: unknown) =>
    isObject(type) && Array.isArray(type['CFBundleURLSchemes']) ? type['CFBundleURLSchemes'].map(String) : [],
  );
  if (schemes.some((scheme) => scheme.toLowerCase() === schemeOf(bundle))) return undefined;
  return {
    what: `the Info.plist of ${bundle} has no URL scheme ${schemeOf(bundle)}`,
    fix: 'give its debug build the hook of docs/device-runs.md',
  };
}

function pushLack(info: Info, bundle: string): Lack | undefined {
  const modes = info['UIBackgroundModes'];
  const mode = MODE_OF['silent-push'];
  if (Array.isArray(modes) && modes.includes(mode)) return undefined;
  return {
    what: `UIBackgroundModes of ${bundle} has no ${mode}: a silent push would not wake it`,
    fix: `add ${mode} in Xcode, Background Modes`,
  };
}

async function kill(simulator: Simulator, bundle: string): Promise<void> {
  if ((await simulator.process(bundle)) !== 'not-running') await simulator.terminate(bundle);
}

async function hook(simulator: Simulator, bundle: string, verb: HookVerb, words: HookWords): Promise<void> {
  if (verb === 'push') return simulator.push(bundle, { aps: { 'content-available': 1 }, tokenwarp: { ...words } });
  // Not URLSearchParams: URLComponents of Foundation takes its `+` for a plus.
  const query = Object.entries(words)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&');
  await simulator.openUrl(`${schemeOf(bundle)}://${verb}${query === '' ? '' : `?${query}`}`);
}

function refused(id: string, ability: Ability): never {
  throw commandFailed(id, ability, NEVER[ability]?.what ?? '', NEVER[ability]?.fix ?? '');
}
