// What `doctor` looks at for Android, each with a fix. It changes nothing.
import type { Check, DeviceContext } from '../driver.ts';
import { MissingError } from '../../core/errors.ts';
import { openAdb, type Adb } from './adb.ts';
import { answered, type Answered } from './listing.ts';

/** Older clients lie about exit codes in more ways, and know no wireless pairing. */
const GOOD_VERSION = 30;

export async function androidChecks(context: DeviceContext): Promise<Check[]> {
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
  return [await versionCheck(adb), serverCheck(context), ...devices.flatMap(deviceChecks), ...noneCheck(devices)];
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
  const lacking = device.capabilities.flatMap(({ name: what, missing }) => (missing === undefined ? [] : [`no ${what}: ${missing}`]));
  const found = `${name}, ${os}, authorized`;
  return [{ name: id, status: 'ok', found: lacking.length === 0 ? found : `${found}; ${lacking.join('; ')}` }];
}
