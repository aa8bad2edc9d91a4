// An app on an Android device as a run of a scenario needs it. Its debug hook is a broadcast receiver: it works in the background too,
// which no deep link does, and whether there is one can be asked without starting the app.
import { DeviceError, MissingError } from '../../core/errors.ts';
import { commandFailed, noJob } from '../errors.ts';
import type { Ability, HookVerb, HookWords, Lack, LiveApp } from './app.ts';
import type { AndroidCapability } from '../android/capabilities.ts';
import { fire, type Fired } from '../android/fire.ts';
import { withUndo, type AndroidDevice } from '../android/open.ts';
import { performUndo, reverseUndo } from '../android/perform.ts';
import { line } from '../android/quote.ts';
import { readPackage } from '../android/situation.ts';
import { moveClock } from '../android/state/clock.ts';
import { goHome, killApp, launch } from '../android/state/life.ts';
import { listReverse, reversePort, setAirplaneMode } from '../android/state/network.ts';

/** Actions of the broadcasts that the hook answers. */
const ACTIONS: Readonly<Record<HookVerb, string>> = {
  request: 'dev.tokenwarp.REQUEST',
  'sign-in': 'dev.tokenwarp.SIGN_IN',
  'sign-out': 'dev.tokenwarp.SIGN_OUT',
  push: 'dev.tokenwarp.PUSH',
};

const CAPABILITY: Partial<Readonly<Record<Ability, AndroidCapability>>> = {
  'reach-server': 'reverse-port',
  launch: 'launch-app',
  kill: 'kill-app',
  offline: 'airplane-mode',
  clock: 'set-clock',
  'fire-job': 'fire-job',
};

const HOOK: Partial<Readonly<Record<Ability, HookVerb>>> = {
  'hook-request': 'request',
  'hook-sign-in': 'sign-in',
  'hook-sign-out': 'sign-out',
  push: 'push',
};

/** `appPort`: where the app expects its server, http://localhost:<appPort>. Throws when the app is not installed. */
export async function openAndroidApp(device: AndroidDevice, app: string, appPort: number): Promise<LiveApp> {
  await readPackage(device, app);
  const { id } = device;
  let target: number | undefined;
  const connect = async (): Promise<void> => {
    if (target !== undefined) await reversePort(device, appPort, target);
  };
  return {
    platform: 'android',
    device: id,
    app,
    lacks: (ability) => lacks(device, app, ability),
    async reach(port) {
      await refuseForeign(device, appPort);
      target = port;
      await connect();
    },
    launch: async () => void (await launch(device, app)),
    background: () => goHome(device),
    async kill() {
      if (!(await killApp(device, app)))
        throw commandFailed(id, `am kill ${app}`, 'it still has a process', 'a service or another app keeps it: stop that service first');
    },
    async goOffline() {
      await setAirplaneMode(device, true);
      // Airplane mode leaves the loopback and the cable alone, and through them the app would still reach the server.
      await performUndo(device.shell, reverseUndo(appPort));
    },
    async goOnline() {
      await setAirplaneMode(device, false);
      await connect();
    },
    moveClock: async (by) => void (await moveClock(device, (now) => now + by)),
    hook: (verb, words) => broadcast(device, app, verb, words),
    runJob: (job, how) => runJob(device, app, job, how),
    undoing: (act) => withUndo(device, act),
  };
}

async function lacks(device: AndroidDevice, app: string, ability: Ability): Promise<Lack | undefined> {
  const verb = HOOK[ability];
  if (verb !== undefined) return (await hasHook(device, app, verb)) ? undefined : noHook(app, verb);
  const capability = CAPABILITY[ability];
  if (capability === undefined) return undefined;
  try {
    device.need(capability);
    return undefined;
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return { what: error.message, fix: error.hint ?? '' };
  }
}

async function hasHook({ shell }: AndroidDevice, app: string, verb: HookVerb): Promise<boolean> {
  const { stdout } = await shell.run(line('cmd', 'package', 'query-receivers', '--brief', '--components', '-a', ACTIONS[verb], '-p', app));
  return stdout.split(/\r?\n/).some((text) => text.trim().startsWith(`${app}/`));
}

function noHook(app: string, verb: HookVerb): Lack {
  return {
    what: `${app} has no receiver for ${ACTIONS[verb]}`,
    fix: 'give its debug build the hook of docs/device-runs.md',
  };
}

/** Somebody else's way through this port would be gone afterwards. */
async function refuseForeign({ shell, id }: AndroidDevice, port: number): Promise<void> {
  const taken = (await listReverse(shell)).find(({ from }) => from === `tcp:${port}`);
  if (taken !== undefined)
    throw commandFailed(
      id,
      `adb reverse tcp:${port}`,
      `port ${port} of the phone leads to ${taken.to} already`,
      `tokenwarp device restore, or adb -s ${id} reverse --remove tcp:${port}`,
    );
}

async function broadcast({ shell, id }: AndroidDevice, app: string, verb: HookVerb, words: HookWords): Promise<void> {
  const extras = Object.entries(words).flatMap(([key, value]) => (typeof value === 'number' ? ['--ei', key, value] : ['--es', key, value]));
  const script = line('am', 'broadcast', '-a', ACTIONS[verb], '-p', app, ...extras);
  const said = await shell.must(script, 'is its receiver exported, with android:permission="android.permission.DUMP"?');
  if (!/Broadcast completed/.test(said)) throw commandFailed(id, script, said.split(/\r?\n/).at(-1) ?? '', 'see docs/device-runs.md');
}

/** By its unique name, else by its worker. It is made due: a scenario says that it runs, not when the system would have let it. */
async function runJob(
  device: AndroidDevice,
  app: string,
  job: string,
  how: Parameters<LiveApp['runJob']>[1],
): Promise<'ran' | 'undecided'> {
  const common = { app, makeDue: true, timeout: how.patience, server: how.server };
  const fired = await fire(device, { ...common, work: job }).catch((error: unknown) => {
    if (!(error instanceof DeviceError) || error.code !== 'TW_DEVICE_JOB') throw error;
    return fire(device, { ...common, worker: job });
  });
  return outcomeOf(fired, job);
}

function outcomeOf({ verdict, app }: Fired, job: string): 'ran' | 'undecided' {
  if (verdict.outcome === 'held')
    throw noJob(
      `${job} of ${app} did not run, ${verdict.gate.gate} holds it: ${verdict.gate.detail}`,
      verdict.gate.command ?? 'wait until it opens',
    );
  if (verdict.outcome === 'refused')
    throw noJob(`${job} of ${app} did not run: WorkManager refused it`, '`tokenwarp why` says what it waits for');
  return verdict.outcome === 'undecided' ? 'undecided' : 'ran';
}
