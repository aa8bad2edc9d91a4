// The adb client of the machine: found, run, its complaints turned into errors with a fix. Nobody's server is ever stopped, no shared
// port is touched: ANDROID_ADB_SERVER_PORT says which server, as adb itself reads it.
import type { MissingError } from '../../core/errors.ts';
import type { DeviceContext, MissingTool } from '../driver.ts';
import { interrupted, timedOut, toolMissing, unknownDevice, unusableDevice } from '../errors.ts';
import type { CommandRecord, Machine, RunOptions } from '../exec.ts';
import { parseDevices, type AdbDevice } from './devices.ts';

export interface Adb {
  readonly path: string;
  /** Runs it to its end. Throws when there is no adb, when it takes too long or when we are interrupted; not when it fails. */
  run(args: readonly string[], options?: RunOptions): Promise<CommandRecord>;
  /** `adb devices -l`. Throws when the server cannot be reached. */
  devices(): Promise<AdbDevice[]>;
}

/** The client, at $TOKENWARP_ADB, on the PATH, or in the Android SDK. Throws a MissingError when there is none. */
export async function openAdb({ machine, signal }: DeviceContext): Promise<Adb> {
  const path = await locate(machine);
  const run: Adb['run'] = async (args, options = {}) => {
    const record = await machine.run(path, args, { signal, ...options });
    if (record.ended === 'aborted') throw interrupted();
    if (record.ended === 'missing') throw toolMissing(adbMissing(machine));
    return record;
  };
  return {
    path,
    run,
    async devices() {
      const record = await run(['devices', '-l'], { timeout: 15_000 });
      if (record.ended === 'timeout') throw timedOut('the adb server', 'adb devices -l', record.ms);
      if (record.code !== 0) throw serverTrouble(record);
      return parseDevices(record.stdout);
    },
  };
}

async function locate(machine: Machine): Promise<string> {
  for (const path of candidates(machine.env)) {
    const { ended } = await machine.run(path, ['version'], { timeout: 15_000 });
    if (ended !== 'missing') return path;
  }
  throw toolMissing(adbMissing(machine));
}

/** The one on the PATH before that of the SDK: two versions of the client fight over one server. */
function candidates(env: Machine['env']): string[] {
  const own = env['TOKENWARP_ADB'];
  if (own !== undefined && own !== '') return [own];
  const sdks = [env['ANDROID_HOME'], env['ANDROID_SDK_ROOT']].filter((folder) => folder !== undefined && folder !== '');
  return ['adb', ...sdks.map((folder) => `${folder}/platform-tools/adb`)];
}

/** What to install here. */
function adbMissing({ os, env }: Machine): MissingTool {
  const own = env['TOKENWARP_ADB'];
  if (own !== undefined && own !== '') return { tool: 'adb', found: `is not at ${own}`, fix: 'TOKENWARP_ADB names the client: mend it' };
  const how =
    os === 'darwin'
      ? 'brew install --cask android-platform-tools'
      : os === 'win32'
        ? 'winget install Google.PlatformTools'
        : 'apt install adb (Debian, Ubuntu), dnf install android-tools (Fedora)';
  return { tool: 'adb', found: 'is not installed', fix: `${how}; or set ANDROID_HOME to an Android SDK that has platform-tools` };
}

/** The client could not talk to its server. */
function serverTrouble({ stderr }: CommandRecord): MissingError {
  const said = complaint(stderr);
  const fix = /remote host/.test(said)
    ? 'ADB_SERVER_SOCKET names a host, so adb starts no server: use ANDROID_ADB_SERVER_PORT=<port> instead'
    : 'try `adb start-server`; a server of another version may hold the port: ANDROID_ADB_SERVER_PORT=<port> takes another one';
  return toolMissing({ tool: 'adb', found: `cannot reach its server: ${said}`, fix });
}

/** What adb complained about, in one line: its own lines about starting a server begin with `*`. */
export function complaint(stderr: string): string {
  const lines = stderr.split(/\r?\n/).map((line) => line.trim());
  const said = lines.find((line) => line !== '' && !line.startsWith('*'));
  return (said ?? 'nothing was said').replace(/^(?:adb: )?error: |^adb: /, '');
}

/** The error of a device in what adb says on standard error; undefined when it is about something else. */
export function deviceTrouble(id: string, stderr: string): MissingError | undefined {
  const said = complaint(stderr);
  if (/device '.*' not found|no devices\/emulators found|device not found/.test(said)) return unknownDevice(id, []);
  if (/device unauthorized/.test(said)) return unusableDevice({ ...STUB, id, state: 'unauthorized', problem: UNAUTHORIZED(id) });
  if (/device offline/.test(said)) return unusableDevice({ ...STUB, id, state: 'offline', problem: OFFLINE(id) });
  if (/device still (?:authorizing|connecting)/.test(said)) return unusableDevice({ ...STUB, id, state: 'connecting' });
  return undefined;
}

const STUB = { platform: 'android', kind: 'device', name: '', transport: 'usb', capabilities: [] } as const;

/** Words for the states that need somebody's hand. */
export const UNAUTHORIZED = (id: string): { text: string; fix: string } => ({
  text: `${id} has not allowed this computer to debug it`,
  fix: 'unlock it and accept "Allow USB debugging?"; when it does not ask: Developer options, Revoke USB debugging authorizations, connect again',
});
export const OFFLINE = (id: string): { text: string; fix: string } => ({
  text: `${id} is connected but does not answer`,
  fix: id.includes(':') ? `adb disconnect ${id} && adb connect ${id}` : `adb -s ${id} reconnect, or unplug it and plug it in again`,
});
