// `tokenwarp doctor`: one line per thing that devices need, with what mends it.
import type { Check } from '../../device/driver.ts';
import { loadPlatforms } from '../../device/platforms.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import type { ExitCondition } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import type { DoctorOptions } from './options.ts';
import { inRoom } from './room.ts';
import { connectedId } from './tools.ts';
import { checkLines } from './words.ts';

export async function doctor({ options, system }: Invocation<DoctorOptions>): Promise<ReadonlySet<ExitCondition>> {
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const apps = { android: options.package, ios: options.bundle };
    const id = options.device === undefined ? undefined : await connectedId(context, options.device);
    const asked = await Promise.all(
      (await loadPlatforms()).map((platform) => {
        const app = apps[platform.name];
        return platform.checks(context, {
          ...(options.device === undefined ? {} : { device: id ?? options.device }),
          ...(app === undefined ? {} : { app }),
        });
      }),
    );
    const absent = options.device === undefined || id !== undefined ? [] : [absentCheck(options.device)];
    const checks: Check[] = [nodeCheck(), ...asked.flat(), ...absent];
    const missing = checks.some(({ status }) => status === 'missing');
    system.out.write(
      options.json === true
        ? `${JSON.stringify({ schema: 'tokenwarp/doctor.v1', ok: !missing, checks }, undefined, 2)}\n`
        : `${checkLines(checks, paint).join('\n')}\n`,
    );
    return new Set<ExitCondition>(missing ? ['missing-tool'] : []);
  });
}

/** bin/tokenwarp.js has already refused what is too old. */
function nodeCheck(): Check {
  return { name: 'node', status: 'ok', found: process.versions.node };
}

function absentCheck(name: string): Check {
  return { name, status: 'missing', found: 'no such device is connected', fix: 'tokenwarp devices lists those that are' };
}
