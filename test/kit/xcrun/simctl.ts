// simctl of the double: the subcommands that tokenwarp uses, with the state machine of each simulator, the exit codes and the texts.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { change, logLine, logOf, read } from './state.ts';
import type { App, Simulator, State } from './state.ts';
import * as said from './said.ts';
import type { Io } from './play.ts';

/** How long a simulator takes to boot, to be seen booting without making a test slow. */
const BOOT_MS = 120;
const POLL_MS = 10;

type Verb = (call: Call) => void | Promise<void>;
interface Call {
  folder: string;
  args: readonly string[];
  io: Io;
  say(text: string): void;
}

export async function simctl(folder: string, args: readonly string[], io: Io): Promise<void> {
  const words = args[0] === '--set' ? args.slice(2) : args;
  const verb = VERBS[words[0] ?? ''];
  if (verb === undefined) throw said.unknownSubcommand(words[0] ?? '');
  await verb({ folder, args: words.slice(1), io, say: (text) => io.say(text) });
}

const VERBS: Readonly<Record<string, Verb>> = {
  help: ({ say }) => say('usage: simctl [--set <path>] [--profiles <path>] <subcommand> ...\n'),
  list,
  boot: (call) =>
    on(call, (simulator) => {
      if (simulator.state !== 'Shutdown') throw said.wrongState('boot device', simulator.state);
      Object.assign(simulator, { state: 'Booting', bootedAt: Date.now() + BOOT_MS });
    }),
  bootstatus,
  shutdown: (call) =>
    on(call, (simulator) => {
      if (simulator.state === 'Shutdown') throw said.wrongState('shutdown device', simulator.state);
      simulator.state = 'Shutdown';
      for (const app of simulator.apps) stop(app);
    }),
  install: (call) => booted(call, (simulator) => void install(simulator, call.args[1] ?? '')),
  uninstall: (call) =>
    booted(call, (simulator) => {
      for (const app of simulator.apps.filter(({ bundle }) => bundle === call.args[1])) stop(app);
      simulator.apps = simulator.apps.filter(({ bundle }) => bundle !== call.args[1]);
    }),
  launch,
  terminate: (call) =>
    booted(call, (simulator) => {
      const app = simulator.apps.find(({ bundle }) => bundle === call.args[1]);
      if (call.args[1]?.startsWith('com.apple.') === true && app === undefined) return;
      if (app?.pid === undefined) throw said.nothingToTerminate(call.args[1] ?? '');
      stop(app);
    }),
  get_app_container: (call) =>
    booted(call, (simulator) => {
      const app = simulator.apps.find(({ bundle }) => bundle === call.args[1]);
      if (app === undefined) throw said.noContainer();
      call.say(`${app.folder}\n`);
    }),
  openurl: (call) =>
    booted(call, (simulator) => {
      const url = call.args[1] ?? '';
      const scheme = url.slice(0, url.indexOf(':'));
      if (!/^https?$/.test(scheme) && simulator.schemes?.includes(scheme) !== true) throw said.noScheme(url);
      simulator.happened.push(`openurl ${url}`);
      hooks(call.folder, simulator, url);
    }),
  push,
  keychain: (call) =>
    booted(call, (simulator) => {
      if (call.args[1] !== 'reset') throw said.unknownSubcommand(`keychain ${call.args[1] ?? ''}`);
      simulator.happened.push('keychain reset');
    }),
  privacy: (call) => booted(call, (simulator) => void simulator.happened.push(`privacy ${call.args.slice(1).join(' ')}`)),
  getenv: (call) => booted(call, () => call.say(`/tmp/${call.args[1] ?? ''}\n`)),
  spawn: (call) => SPAWNED[call.args[1] ?? '']?.(call) ?? booted(call, () => undefined),
};

function list({ folder, args, say }: Call): void {
  const state = change(folder, (now) => now);
  const devices: Record<string, object[]> = {};
  for (const { udid, name, runtime, state: at, isAvailable = true, availabilityError } of state.simulators) {
    const kind = `com.apple.CoreSimulator.SimDeviceType.${name.replaceAll(' ', '-')}`;
    (devices[runtime] ??= []).push({
      lastUsedAt: '2026-03-24T10:00:00Z',
      dataPath: `/Users/qa/Library/Developer/CoreSimulator/Devices/${udid}/data`,
      dataPathSize: 13_316_096,
      logPath: `/Users/qa/Library/Logs/CoreSimulator/${udid}`,
      udid,
      isAvailable,
      ...(availabilityError === undefined ? {} : { availabilityError }),
      deviceTypeIdentifier: kind,
      state: at,
      name,
    });
  }
  if (args.some((word) => word === '-j' || word === '--json')) return say(`${JSON.stringify({ devices }, undefined, 2)}\n`);
  for (const [runtime, entries] of Object.entries(devices)) {
    say(
      `-- ${runtime
        .replace(/.*SimRuntime\./, '')
        .replace('-', ' ')
        .replaceAll('-', '.')} --\n`,
    );
    for (const one of entries as { name: string; udid: string; state: string }[]) say(`    ${one.name} (${one.udid}) (${one.state}) \n`);
  }
}

async function bootstatus({ folder, args, say }: Call): Promise<void> {
  const udid = args.find((word) => !word.startsWith('-')) ?? '';
  change(folder, (state) => {
    const simulator = find(state, udid);
    if (args.includes('-b') && simulator.state === 'Shutdown')
      Object.assign(simulator, { state: 'Booting', bootedAt: Date.now() + BOOT_MS });
  });
  if (find(read(folder), udid).bootFails === true) throw said.bootTimeout();
  say(`Monitoring boot status for ${find(read(folder), udid).name} (${udid}).\n`);
  while (change(folder, (state) => find(state, udid).state) !== 'Booted') {
    say('Status=2, isTerminal=NO, Elapsed=00:01.\n\tWaiting on System App\n');
    await wait(POLL_MS);
  }
  say('Device already booted, nothing to do.\n');
}

function launch(call: Call): void {
  const flags = call.args.filter((word) => word.startsWith('-'));
  const [udid = '', bundle = ''] = call.args.filter((word) => !word.startsWith('-'));
  booted({ ...call, args: [udid, bundle] }, (simulator, state) => {
    if (bundle.startsWith('com.apple.Preferences')) return call.say(`${bundle}: ${state.nextPid++}\n`);
    const app = simulator.apps.find((one) => one.bundle === bundle);
    if (app === undefined) throw said.notInstalled(bundle);
    if (flags.includes('--terminate-running-process')) stop(app);
    app.pid ??= start(call.folder, simulator, app, state);
    simulator.happened.push(`launch ${bundle}`);
    call.say(`${bundle}: ${app.pid}\n`);
  });
}

/** The real thing when there is an executable, a number otherwise. */
function start(folder: string, simulator: Simulator, app: App, state: State): number {
  Object.assign(app, { launchedAt: Date.now(), running: [] });
  const [file, ...args] = app.executable ?? [];
  if (file === undefined) return state.nextPid++;
  const child = spawn(file, [...args, `log=${logOf(folder, simulator.udid)}`], { detached: true, stdio: 'ignore' });
  child.unref();
  if (child.pid === undefined) throw new Error(`${file} does not start`);
  return child.pid;
}

function stop(app: App): void {
  if (app.pid !== undefined && app.executable !== undefined) {
    try {
      process.kill(app.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
  delete app.pid;
  app.running = [];
}

function install(simulator: Simulator, folder: string): void {
  if (!existsSync(folder)) throw new said.Refusal(2, `lstat of ${folder} failed: No such file or directory\n`);
  const bundle = /<key>CFBundleIdentifier<\/key>\s*<string>([^<]+)/.exec(readFileSync(join(folder, 'Info.plist'), 'utf8'))?.[1];
  if (bundle === undefined) throw new said.Refusal(1, 'Failed to re-fetch bundle during preflight.\n');
  simulator.apps = [...simulator.apps.filter((app) => app.bundle !== bundle), { bundle, folder }];
}

function push(call: Call): void {
  booted(call, (simulator) => {
    const [, ...rest] = call.args;
    const source = rest.at(-1) ?? '-';
    const text = source === '-' ? call.io.input : readFileSync(source, 'utf8');
    if (text.length > 4096) throw said.badPush('the payload is larger than 4096 bytes');
    const payload = JSON.parse(text) as Record<string, unknown>;
    const bundle = rest.length > 1 ? rest[0] : payload['Simulator Target Bundle'];
    if (payload['aps'] === undefined) throw said.badPush('the payload has no top-level key "aps"');
    if (typeof bundle !== 'string') throw said.badPush('no bundle identifier was given');
    simulator.happened.push(`push ${bundle} ${JSON.stringify(payload)}`);
  });
}

/** What an app with the debug hook writes when it is called. */
function hooks(folder: string, simulator: Simulator, word: string): void {
  const subsystem = 'tokenwarp.hook';
  for (const { hook, pid } of simulator.apps) {
    if (hook?.on !== word || pid === undefined) continue;
    logLine(folder, simulator.udid, pid, `Starting task: ${hook.identifier}`, { subsystem });
    logLine(folder, simulator.udid, pid, `Marking task ${hook.identifier} complete with success: 1`, { subsystem });
  }
}

/** Programs of the simulator's root that `simctl spawn` runs. */
const SPAWNED: Readonly<Record<string, Verb>> = {
  launchctl: (call) =>
    booted(call, (simulator, state) => {
      call.say('PID\tStatus\tLabel\n-\t0\tcom.apple.mobile.keybagd\n812\t0\tcom.apple.dasd\n');
      for (const app of simulator.apps) {
        if (app.pid === undefined) continue;
        if (app.executable !== undefined && !lives(app.pid)) stop(app);
        else call.say(`${app.pid}\t0\tUIKitApplication:${app.bundle}[${(state.bootTime % 65_536).toString(16)}][rb-legacy]\n`);
      }
    }),
  notifyutil: (call) =>
    booted(call, (simulator) => {
      const [, , flag, name = '', value] = call.args;
      if (flag === '-s' && name.endsWith('enrollmentChanged')) simulator.enrolled = value === '1';
      if (flag === '-g') return call.say(`${name} ${simulator.enrolled === true ? 1 : 0}\n`);
      simulator.happened.push(`notify ${flag} ${name}${value === undefined ? '' : ` ${value}`}`);
      if (flag === '-p') hooks(call.folder, simulator, name);
    }),
  log: async (call) => {
    booted(call, () => undefined);
    const verb = call.args[2];
    const predicate = call.args[call.args.indexOf('--predicate') + 1];
    if (!call.args.includes('--predicate')) throw new said.Refusal(64, 'this double floods whoever reads a log without a predicate\n');
    call.io.complain('getpwuid_r did not find a match for uid 501\n');
    call.say(`Filtering the log data using "${predicate}"\n`);
    const file = logOf(call.folder, call.args[0] ?? '');
    if (verb === 'show') return call.say(`${readFrom(file, 0)}{"count":1,"finished":1}\n`);
    let from = existsSync(file) ? statSync(file).size : 0;
    while (call.io.signal?.aborted !== true) {
      change(call.folder, () => undefined);
      const fresh = readFrom(file, from);
      from += Buffer.byteLength(fresh);
      if (fresh !== '') call.say(fresh);
      await wait(POLL_MS);
    }
  },
};

/** Whole lines only. */
function readFrom(file: string, from: number): string {
  if (!existsSync(file)) return '';
  const text = readFileSync(file).subarray(from).toString('utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function on(call: Call, act: (simulator: Simulator, state: State) => void): void {
  change(call.folder, (state) => act(find(state, call.args[0] ?? ''), state));
}

function booted(call: Call, act: (simulator: Simulator, state: State) => void): void {
  on(call, (simulator, state) => {
    if (simulator.state !== 'Booted') throw said.wrongState('lookup', simulator.state);
    act(simulator, state);
  });
}

/** `booted` means any that is, in any case of letters; names work too. */
function find(state: State, id: string): Simulator {
  if (id.toLowerCase() === 'booted') {
    const any = state.simulators.find((one) => one.state === 'Booted');
    if (any === undefined) throw said.noneBooted();
    return any;
  }
  const found = state.simulators.find(({ udid, name }) => udid === id || name === id);
  if (found === undefined) throw said.unknownDevice(id);
  return found;
}
