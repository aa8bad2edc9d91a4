// `tokenwarp doctor`: one line per thing that devices need, with what mends it.
import type { Check } from '../../device/driver.ts';
import { loadPlatforms } from '../../device/platforms.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import type { ExitCondition } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import type { DoctorOptions } from './options.ts';
import { inRoom } from './room.ts';
import { checkLines } from './words.ts';

export async function doctor({ options, system }: Invocation<DoctorOptions>): Promise<ReadonlySet<ExitCondition>> {
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const about = {
      ...(options.device === undefined ? {} : { device: options.device }),
      ...(options.package === undefined ? {} : { app: options.package }),
    };
    const asked = await Promise.all((await loadPlatforms()).map((platform) => platform.checks(context, about)));
    const checks: Check[] = [nodeCheck(), ...asked.flat()];
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
