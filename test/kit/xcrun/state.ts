// What the double of `xcrun` remembers between two calls: one JSON file, changed under a lock, because a log stream, a debugger and a
// command run at the same time. Every look at it first lets the time that has passed do its work: tasks end, simulators finish booting.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type SimulatorState = 'Shutdown' | 'Booting' | 'Booted' | 'Shutting Down';

/** An app as installed; without `executable` its process is a number, and this double plays its part. */
export interface App {
  bundle: string;
  /** The .app folder, with an Info.plist in it. */
  folder: string;
  executable?: readonly string[];
  registered?: readonly string[];
  /** Requests that wait: physical devices only, a simulator refuses to take them. */
  pending?: string[];
  /** How long a handler works before it completes its task; null = it never does. */
  runsFor?: number | null;
  expirationHandler?: boolean;
  /** Whether the debugger may attach (get-task-allow). */
  debuggable?: boolean;
  framework?: boolean;
  /** The debug hook of docs/ios.md: at this URL or notification it does the work of this task, and says so in the log. */
  hook?: { on: string; identifier: string };
  /** Handlers are registered this long after the launch, ms. */
  registersAfter?: number;
  pid?: number;
  launchedAt?: number;
  running?: { identifier: string; endsAt: number | null }[];
}

export interface Simulator {
  udid: string;
  name: string;
  runtime: string;
  state: SimulatorState;
  isAvailable?: boolean;
  availabilityError?: string;
  bootedAt?: number;
  /** Its launchd does not answer: a boot ends with that. */
  bootFails?: boolean;
  apps: App[];
  schemes?: readonly string[];
  enrolled?: boolean;
  /** What happened to it, in order: pushes, URLs, notifications, the keychain. */
  happened: string[];
}

export interface Phone {
  identifier: string;
  udid: string;
  name: string;
  os: string;
  developerMode: 'enabled' | 'disabled';
  transport: 'wired' | 'localNetwork' | null;
  tunnel: 'connected' | 'disconnected' | 'unavailable';
  paired?: boolean;
  apps: App[];
  happened: string[];
}

/** The first that matches answers instead of the double. `times` = how often. */
export interface Fault {
  /** Regular expression over the arguments joined by blanks. */
  on: string;
  exit?: number;
  stdout?: string;
  stderr?: string;
  hang?: boolean;
  /** Does what it should, but this much later, ms. */
  delay?: number;
  times?: number;
}

export interface State {
  /** What `xcodebuild -version` says; null = the command line tools alone. */
  xcode: string | null;
  /** Path of a debugger that exists; null = this double plays it. */
  lldb: string | null;
  developerTools: boolean;
  /** Whether the debugger has the symbols of the framework of a device. */
  symbols?: boolean;
  bootTime: number;
  simulators: Simulator[];
  phones: Phone[];
  faults: Fault[];
  nextPid: number;
}

/** Changes the state under the lock and keeps what became of it. */
export function change<T>(folder: string, act: (state: State) => T): T {
  return locked(folder, () => {
    const state = read(folder);
    settle(folder, state);
    const result = act(state);
    write(folder, state);
    return result;
  });
}

export function read(folder: string): State {
  return JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as State;
}

export function write(folder: string, state: State): void {
  const fresh = join(folder, `state.${process.pid}.json`);
  writeFileSync(fresh, JSON.stringify(state, undefined, 1));
  renameSync(fresh, join(folder, 'state.json'));
}

export const logOf = (folder: string, id: string): string => join(folder, `${id}.log`);

/** A line of the unified log, as `log stream --style ndjson` prints it. */
export function logLine(
  folder: string,
  id: string,
  pid: number,
  message: string,
  more: { messageType?: string; subsystem?: string } = {},
): void {
  const line = {
    traceID: 1,
    eventMessage: message,
    eventType: 'logEvent',
    source: null,
    activityIdentifier: 0,
    subsystem: 'com.apple.BackgroundTasks',
    category: 'Framework',
    processImagePath: '/Demo.app/Demo',
    timestamp: '2026-03-24 10:00:00.000000+0000',
    messageType: 'Default',
    processID: pid,
    ...more,
  };
  appendFileSync(logOf(folder, id), `${JSON.stringify(line)}\n`);
}

function settle(folder: string, state: State): void {
  const now = Date.now();
  for (const simulator of state.simulators) {
    if (simulator.state === 'Booting' && now >= (simulator.bootedAt ?? 0)) simulator.state = 'Booted';
  }
  for (const [id, app] of [
    ...state.simulators.flatMap((one) => one.apps.map((app) => [one.udid, app] as const)),
    ...state.phones.flatMap((one) => one.apps.map((app) => [one.identifier, app] as const)),
  ]) {
    for (const task of app.running ?? []) {
      if (task.endsAt === null || now < task.endsAt || app.pid === undefined) continue;
      logLine(folder, id, app.pid, `Marking simulated task complete: <BGAppRefreshTask: ${task.identifier}>`);
    }
    app.running = (app.running ?? []).filter(({ endsAt }) => endsAt === null || now < endsAt);
  }
}

/** A folder can be made by one process only. A lock that is older than any command takes was left by one that was killed. */
function locked<T>(folder: string, act: () => T): T {
  const lock = join(folder, 'lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 2000) release(lock);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  try {
    return act();
  } finally {
    release(lock);
  }
}

function release(lock: string): void {
  try {
    rmdirSync(lock);
  } catch {
    // Somebody else released it.
  }
}
