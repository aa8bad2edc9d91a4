// What goes wrong on iOS, as errors with a stable code and the command that mends it: words for refusals of simctl, for troubles of
// the debugger, and for tasks that cannot be fired.
import { DeviceError, MissingError } from '../../core/errors.ts';
import type { TokenwarpError } from '../../core/errors.ts';
import { commandFailed, noApp, timedOut, toolMissing, unknownDevice } from '../errors.ts';
import type { CommandRecord } from '../exec.ts';
import type { DebuggerProblem } from './debugger-output.ts';
import type { PlistProblem } from './info-plist.ts';
import { refusalOf, saidBy } from './refusal.ts';

/** What a command was about. */
export interface Subject {
  readonly udid: string;
  /** `simctl launch` */
  readonly command: string;
  readonly bundle?: string;
}

/** Of a command of simctl that did not exit with 0. */
export function simctlError(record: CommandRecord, { udid, command, bundle = 'the app' }: Subject): TokenwarpError {
  if (record.ended === 'timeout') return timedOut(udid, command, record.ms);
  const { reason, state } = refusalOf(record);
  switch (reason) {
    case 'wrong-state':
      return wrongState(udid, command, state);
    case 'unknown-device':
    case 'none-booted':
      return unknownDevice(udid, []);
    case 'not-installed':
      return noApp(udid, bundle, `install it: xcrun simctl install ${udid} path/to/Your.app`);
    case 'not-running':
      return failed('TW_DEVICE_NOT_RUNNING', `${bundle} does not run on ${udid}`, `start it: xcrun simctl launch ${udid} ${bundle}`);
    case 'denied':
      return commandFailed(
        udid,
        command,
        'SpringBoard refused to open it',
        'unlock the simulator, look at Console for SpringBoard, install the app again',
      );
    case 'no-url-handler':
      return commandFailed(
        udid,
        command,
        'no installed app takes this URL',
        'declare its scheme in CFBundleURLTypes of the app, and install that build',
      );
    case 'timed-out':
      return commandFailed(
        udid,
        command,
        'the simulator did not answer in time',
        `xcrun simctl shutdown ${udid}, then xcrun simctl bootstatus ${udid} -b`,
      );
    case 'unknown-command':
      return commandFailed(
        udid,
        command,
        'this Xcode has no such command',
        'use a newer Xcode: `xcode-select -p` shows which one is selected',
      );
    default:
      return commandFailed(
        udid,
        command,
        `exit ${record.code ?? 'by a signal'}, ${saidBy(record)}`,
        `run it by hand: xcrun ${record.args.join(' ')}`,
      );
  }
}

/** Exit code 6 for a simulator that must be started, 7 for one whose state forbids the operation. */
function wrongState(udid: string, command: string, state: string | undefined): TokenwarpError {
  if (state === 'Booted') return commandFailed(udid, command, 'it is booted already', `tokenwarp devices shows its state`);
  const now = state === undefined ? 'not booted' : state === 'Shutdown' ? 'shut down' : state.toLowerCase();
  const hint = state === 'Shutting Down' ? 'wait until it is down, then boot it again' : `boot it: xcrun simctl bootstatus ${udid} -b`;
  return new MissingError('TW_DEVICE_STATE', `${udid} is ${now}`, {
    hint,
    fields: { device: udid, ...(state === undefined ? {} : { state }) },
  });
}

/** Of devicectl. */
export function devicectlError(record: CommandRecord, { udid, command, bundle = 'the app' }: Subject): TokenwarpError {
  if (record.ended === 'timeout') return timedOut(udid, command, record.ms);
  const said = saidBy(record).replace(/^ERROR: /, '');
  if (/device was not found/.test(said)) return unknownDevice(udid, []);
  if (/Developer Mode is disabled/i.test(said))
    return new MissingError('TW_DEVICE_STATE', `developer mode is off on ${udid}`, { hint: DEVELOPER_MODE_FIX });
  if (/is not installed/.test(said)) return noApp(udid, bundle, 'install a debug build of it with Xcode');
  return commandFailed(
    udid,
    command,
    said,
    'unlock the device, keep it connected, and look at it in Xcode, Window, Devices and Simulators',
  );
}

export const DEVELOPER_MODE_FIX = 'on the device: Settings, Privacy & Security, Developer Mode; it restarts';

/** Of lldb, when it was to fire a task of an app. */
export function debuggerError(
  problem: DebuggerProblem,
  said: string,
  about: { udid: string; bundle: string; pid: number },
): TokenwarpError {
  const { bundle, pid } = about;
  const details = { problem, said, ...about };
  switch (problem) {
    case 'no-debugger':
      return toolMissing({
        tool: 'lldb',
        found: `of this Xcode cannot do it: ${said}`,
        fix: 'physical devices need Xcode 16 or newer; check `xcrun --find lldb`',
      });
    case 'not-attachable':
      return failed(
        'TW_DEVICE_NOT_ATTACHABLE',
        `the debugger may not attach to ${bundle} (process ${pid})`,
        'use a Debug build (entitlement get-task-allow); without a desktop session also `sudo DevToolsSecurity -enable` and membership of the group _developer',
        details,
      );
    case 'no-process':
      return failed(
        'TW_DEVICE_NOT_RUNNING',
        `${bundle} (process ${pid}) was gone when the debugger came`,
        'look for a crash of the app, then try again',
        details,
      );
    case 'no-framework':
      return failed(
        'TW_DEVICE_NO_FRAMEWORK',
        `${bundle} has no Objective-C run-time functions that the debugger could call: ${said}`,
        'the app has not come far enough in its start, or this is no iOS app; try again once it shows its first screen',
        details,
      );
    case 'evaluation-timeout':
      return failed(
        'TW_DEVICE_EVALUATION',
        `${bundle} did not answer the debugger in time`,
        'a thread of the app holds a lock the call needs; it goes on unharmed: try again, or --timeout',
        details,
      );
    case 'no-device':
      return unknownDevice(about.udid, []);
    default:
      return failed(
        'TW_DEVICE_EVALUATION',
        `the call inside ${bundle} failed: ${said}`,
        'the app goes on; please report it with the version of iOS',
        details,
      );
  }
}

/** Of an app whose Info.plist makes a task impossible. Exit code 7. */
export function plistError(problem: PlistProblem, bundle: string): DeviceError {
  const { text, fix } = plistWords(problem);
  return failed('TW_DEVICE_PLIST', `${bundle}: ${text}`, fix, { problem: problem.problem });
}

/** One finding about an Info.plist: what is missing, why that kind of work needs it, and the lines to add. */
export function plistWords(problem: PlistProblem): { text: string; fix: string } {
  switch (problem.problem) {
    case 'unreadable':
      return {
        text: `its Info.plist cannot be read: ${problem.why}`,
        fix: 'look at it: plutil -p "$(xcrun simctl get_app_container <udid> <bundle>)/Info.plist"',
      };
    case 'identifier-missing':
      return {
        text:
          `"${problem.identifier}" is not among BGTaskSchedulerPermittedIdentifiers (${problem.permitted.join(', ') || 'there are none'}): ` +
          'register answers false without a word, and submit answers notPermitted (code 3)',
        fix: `add <string>${problem.identifier}</string> to BGTaskSchedulerPermittedIdentifiers; letters and case count`,
      };
    case 'identifier-too-long':
      return {
        text: `the identifier has ${problem.identifier.length} characters: iOS drops those over 128 from the permitted ones`,
        fix: 'use a shorter identifier',
      };
    case 'mode-missing':
      return {
        text: `UIBackgroundModes has ${problem.modes.join(', ') || 'nothing'}, not "${problem.mode}": ${MODE_REASONS[problem.kind]}`,
        fix: `add <string>${problem.mode}</string> to UIBackgroundModes`,
      };
    case 'transport-security':
      return {
        text: 'App Transport Security may refuse http to this machine (NSURLErrorDomain -1022): NSAllowsLocalNetworking is not set',
        fix: 'in the debug Info.plist: NSAppTransportSecurity, NSAllowsLocalNetworking = true; or `tokenwarp serve --tls`, and its certificate by `xcrun simctl keychain <udid> add-root-cert <file>`',
      };
  }
}

/** Why that kind of work needs its mode. */
const MODE_REASONS = {
  refresh: 'the system takes no request for a BGAppRefreshTask without it (submit answers notPermitted, code 3)',
  processing: 'the system takes no request for a BGProcessingTask without it (submit answers notPermitted, code 3)',
  'silent-push': 'a push with content-available does not wake the app without it',
} as const;

/** An operation on a device that did not come out as it should. Exit code 7. */
export function failed(code: string, message: string, hint: string, fields: Readonly<Record<string, unknown>> = {}): DeviceError {
  return new DeviceError(code, message, { hint, fields });
}
