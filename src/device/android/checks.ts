// What `doctor` looks at for Android, each with a fix. It changes nothing.
import type { Check, DeviceContext } from '../driver.ts';
import { MissingError } from '../../core/errors.ts';
import { openAdb, type Adb } from './adb.ts';
import { answered, type Answered } from './listing.ts';
import { line } from './quote.ts';
import { parsePackage } from './read/package-dump.ts';
import { openShell, type Shell } from './shell.ts';
import { listReverse } from './state/network.ts';

/** Older clients lie about exit codes in more ways, and know no wireless pairing. */
const GOOD_VERSION = 30;

export async function androidChecks(context: DeviceContext, { device: wanted, app }: { device?: string; app?: string }): Promise<Check[]> {
  let adb: Adb;
  let devices: Answered[];
  try {
    adb = await openAdb(context);
    devices = await answered(context, adb);
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return [
      {
        name: 'adb',
        status: 'missing',
        found: error.message.replace(/^adb /, ''),
        ...(error.hint === undefined ? {} : { fix: error.hint }),
      },
    ];
  }
  const about = devices.filter(({ device }) => wanted === undefined || device.id === wanted);
  const ready = about.filter(({ device, facts }) => facts !== undefined && device.state === 'ready' && device.sameAs === undefined);
  const ofApp =
    app === undefined
      ? []
      : await Promise.all(ready.map(({ device: { id }, facts }) => appChecks(openShell(context, adb, id), facts?.user ?? 0, app)));
  const ports = await Promise.all(ready.map(({ device: { id } }) => portCheck(openShell(context, adb, id))));
  return [await versionCheck(adb), serverCheck(context), ...about.flatMap(deviceChecks), ...noneCheck(devices), ...ports, ...ofApp.flat()];
}

async function versionCheck(adb: Adb): Promise<Check> {
  const { stdout } = await adb.run(['version']);
  const version = /^Version (\S+)/m.exec(stdout)?.[1] ?? 'unknown version';
  const found = `${version} at ${adb.path}`;
  if (Number.parseInt(version, 10) >= GOOD_VERSION) return { name: 'adb', status: 'ok', found };
  return {
    name: 'adb',
    status: 'warning',
    found: `${found}, old: works, but knows no wireless pairing`,
    fix: 'install platform-tools from the Android SDK',
  };
}

function serverCheck({ machine }: DeviceContext): Check {
  const port = machine.env['ANDROID_ADB_SERVER_PORT'];
  return {
    name: 'adb server',
    status: 'ok',
    found: port === undefined || port === '' ? 'answers on the usual port 5037' : `answers on port ${port}`,
  };
}

function noneCheck(devices: readonly Answered[]): Check[] {
  if (devices.length > 0) return [];
  return [
    {
      name: 'Android device',
      status: 'warning',
      found: 'none is connected',
      fix: 'connect one by USB with USB debugging on, or start an emulator',
    },
  ];
}

function deviceChecks({ device }: Answered): Check[] {
  const { id, name, problem, sameAs, os = '' } = device;
  if (problem !== undefined) return [{ name: id, status: 'missing', found: problem.text, fix: problem.fix }];
  if (sameAs !== undefined) {
    return [
      {
        name: id,
        status: 'warning',
        found: `the same machine as ${sameAs}: adb adopts what listens on ports 5555 to 5585`,
        fix: `adb disconnect ${id}`,
      },
    ];
  }
  const lacking = device.capabilities.filter(({ missing }) => missing !== undefined).map(({ name: what }) => what);
  const found = `${name}, ${os}, authorized`;
  return [
    { name: id, status: 'ok', found: lacking.length === 0 ? found : `${found}; without ${lacking.join(', ')}: see \`tokenwarp devices\`` },
  ];
}

/** The way from the phone to a mock server here. */
async function portCheck(shell: Shell): Promise<Check> {
  const forwards = await listReverse(shell);
  const name = `${shell.id} ports`;
  if (forwards.length > 0)
    return { name, status: 'ok', found: forwards.map(({ from, to }) => `${from} of the phone leads to ${to} here`).join(', ') };
  return {
    name,
    status: 'warning',
    found: 'no port of the phone leads here',
    fix: `tokenwarp device reverse 8080 7357 --device ${shell.id}`,
  };
}

/** http is blocked from Android 9 on unless the app says otherwise; localhost is no exception. */
const CLEARTEXT_BLOCKED_FROM = 28;

async function appChecks(shell: Shell, user: number, app: string): Promise<Check[]> {
  const facts = parsePackage((await shell.run(line('dumpsys', 'package', app))).stdout, app, user);
  const name = `${shell.id} app`;
  if (facts === undefined || !facts.installed)
    return [{ name, status: 'missing', found: `${app} is not installed`, fix: `adb -s ${shell.id} install <file.apk>` }];
  const build = facts.debuggable ? 'a debug build: WorkManager can be read' : 'no debug build: when work is due cannot be read';
  return [
    { name, status: 'ok', found: `${app} ${facts.version}, ${build}` },
    ...(facts.stopped
      ? [
          {
            name,
            status: 'warning' as const,
            found: 'it is force-stopped: it has no jobs',
            fix: `tokenwarp device launch --package ${app}`,
          },
        ]
      : []),
    ...(facts.targetSdk < CLEARTEXT_BLOCKED_FROM
      ? []
      : [
          {
            name,
            status: 'warning' as const,
            found: `it targets API ${facts.targetSdk}, so http is blocked, to localhost too, unless its networkSecurityConfig permits it`,
            fix: 'the snippet in docs/android.md, or tokenwarp serve --tls',
          },
        ]),
  ];
}
