// What `doctor` looks at for iOS, each with a fix. It changes nothing and boots nothing.
import { MissingError, TokenwarpError } from '../../core/errors.ts';
import type { Check, Device, DeviceContext } from '../driver.ts';
import { plistWords } from './errors.ts';
import { modeProblems, transportProblems } from './info-plist.ts';
import type { PlistProblem } from './info-plist.ts';
import { iosDevices } from './listing.ts';
import { saidBy } from './refusal.ts';
import { openSimulator } from './simulator.ts';
import { bareXcrun, xcodeMissing } from './xcrun.ts';
import type { Xcrun } from './xcrun.ts';

export async function iosChecks(context: DeviceContext, about: { device?: string; app?: string }): Promise<Check[]> {
  const { machine } = context;
  let xcrun: Xcrun;
  let first: Check;
  try {
    xcrun = bareXcrun(context);
    first = await xcodeCheck(xcrun);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    const { tool, found, fix } = { ...xcodeMissing(machine), found: error.message.replace(/^Xcode /, ''), fix: error.hint ?? '' };
    return [
      { name: tool, status: machine.os === 'darwin' || machine.env['TOKENWARP_XCRUN'] !== undefined ? 'missing' : 'unused', found, fix },
    ];
  }
  const devices = await devicesOf(xcrun);
  return [
    first,
    ...devices.checks,
    await lldbCheck(xcrun),
    await attachCheck(context),
    ...(await appChecks(context, xcrun, devices.all, about)),
  ];
}

async function xcodeCheck(xcrun: Xcrun): Promise<Check> {
  const record = await xcrun.run(['xcodebuild', '-version'], { timeout: 30_000 });
  const version = /^Xcode (\S+)/m.exec(record.stdout)?.[1];
  if (record.code === 0 && version !== undefined) return { name: 'Xcode', status: 'ok', found: version };
  return {
    name: 'Xcode',
    status: 'missing',
    found: record.ended === 'timeout' ? 'does not answer' : saidBy(record),
    fix: 'open Xcode once; `xcode-select -p` shows which one is selected',
  };
}

async function devicesOf(xcrun: Xcrun): Promise<{ all: readonly Device[]; checks: Check[] }> {
  try {
    const all = await iosDevices(xcrun);
    return { all, checks: [simctlCheck(all), ...all.filter(({ kind }) => kind === 'device').map(phoneCheck)] };
  } catch (error) {
    if (!(error instanceof TokenwarpError)) throw error;
    return {
      all: [],
      checks: [{ name: 'simctl', status: 'missing', found: error.message, ...(error.hint === undefined ? {} : { fix: error.hint }) }],
    };
  }
}

function simctlCheck(all: readonly Device[]): Check {
  const simulators = all.filter(({ kind, state }) => kind === 'simulator' && state !== 'unavailable');
  const booted = simulators.filter(({ state }) => state === 'ready');
  const found = `${simulators.length} simulators, ${booted.length} booted`;
  if (booted.length > 0) return { name: 'simctl', status: 'ok', found };
  const [first] = simulators;
  return {
    name: 'simctl',
    status: 'warning',
    found,
    fix: first === undefined ? 'create one: Xcode, Window, Devices and Simulators' : `boot one: xcrun simctl bootstatus ${first.id} -b`,
  };
}

function phoneCheck({ name, os = 'iOS', problem }: Device): Check {
  if (problem !== undefined) return { name, status: 'warning', found: problem.text, fix: problem.fix };
  return { name, status: 'ok', found: `${os}, paired, developer mode on` };
}

async function lldbCheck(xcrun: Xcrun): Promise<Check> {
  const record = await xcrun.run(['lldb', '--version'], { timeout: 30_000 });
  const version = /lldb[- ](?:version )?(\S+)/.exec(record.stdout)?.[1];
  if (record.code === 0 && version !== undefined) return { name: 'lldb', status: 'ok', found: version };
  return { name: 'lldb', status: 'missing', found: saidBy(record), fix: 'it comes with Xcode: `xcrun --find lldb`' };
}

/** Without it a debugger in a session without a desktop (ssh, CI) may not attach. */
async function attachCheck({ machine }: DeviceContext): Promise<Check> {
  const name = 'developer tools';
  const record = await machine.run(machine.env['TOKENWARP_DEVTOOLSSECURITY'] ?? 'DevToolsSecurity', ['-status'], { timeout: 15_000 });
  if (record.ended === 'missing') return { name, status: 'unused', found: 'DevToolsSecurity is not on this machine' };
  const isOn = /currently enabled/.test(record.stdout + record.stderr);
  return isOn
    ? { name, status: 'ok', found: 'a debugger may attach' }
    : {
        name,
        status: 'warning',
        found: 'developer mode of this Mac is off: over ssh and in CI a debugger may not attach',
        fix: 'sudo DevToolsSecurity -enable',
      };
}

/** Of the app that was named, on the simulator that was named or the only one that runs. */
async function appChecks(
  context: DeviceContext,
  xcrun: Xcrun,
  all: readonly Device[],
  { device, app }: { device?: string; app?: string },
): Promise<Check[]> {
  if (app === undefined)
    return [
      { name: 'http to this Mac', status: 'unused', found: 'say which app: --bundle', fix: 'tokenwarp doctor --bundle com.example.app' },
    ];
  const ready = all.filter(({ kind, state, id }) => kind === 'simulator' && state === 'ready' && (device === undefined || id === device));
  const [only, another] = ready;
  if (only === undefined) return [unreadCheck(app, 'no simulator runs in which its Info.plist could be read', bootOne(all, device))];
  if (another !== undefined) {
    const which = ready.map(({ id }) => `--device ${id}`).join(' or ');
    return [unreadCheck(app, `${ready.length} simulators run: its Info.plist was read in none`, `say which: ${which}`)];
  }
  try {
    const info = await (await openSimulator(context, xcrun, only.id)).infoPlist(app);
    const problems =
      'problem' in info
        ? [info as PlistProblem]
        : [...transportProblems(info), ...modeProblems(info, 'refresh'), ...modeProblems(info, 'silent-push')];
    return problems.length === 0
      ? [{ name: app, status: 'ok', found: 'its Info.plist allows http to this Mac, background refresh and silent pushes' }]
      : problems.map((problem) => ({
          name: app,
          status: 'warning' as const,
          found: plistWords(problem).text,
          fix: plistWords(problem).fix,
        }));
  } catch (error) {
    if (!(error instanceof TokenwarpError)) throw error;
    return [{ name: app, status: 'warning', found: error.message, ...(error.hint === undefined ? {} : { fix: error.hint }) }];
  }
}

function unreadCheck(name: string, found: string, fix: string): Check {
  return { name, status: 'warning', found, fix };
}

function bootOne(all: readonly Device[], wanted: string | undefined): string {
  const one = all.find(({ kind, id, state }) => kind === 'simulator' && state !== 'unavailable' && (wanted === undefined || id === wanted));
  return one === undefined
    ? 'only a simulator shows it: create one in Xcode and install the app in it'
    : `tokenwarp device boot --device ${one.id}`;
}
