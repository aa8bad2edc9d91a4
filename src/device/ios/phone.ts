// What can be done with one physical device: devicectl, whose answers are JSON on standard output.
import { DeviceError } from '../../core/errors.ts';
import { noApp, strangeOutput } from '../errors.ts';
import { argument, bundleArgument, deviceArgument } from './argument.ts';
import { parseAppPid, parseAppUrl, parseLaunchedPid } from './core-device.ts';
import { devicectlError } from './errors.ts';
import type { AppProcess } from './processes.ts';
import type { LaunchOptions } from './simulator.ts';
import type { Xcrun } from './xcrun.ts';

export interface Phone {
  readonly id: string;
  process(bundle: string): Promise<AppProcess>;
  launch(bundle: string, how?: LaunchOptions & { url?: string }): Promise<number>;
  terminate(bundle: string): Promise<void>;
  notify(name: string): Promise<void>;
}

/** A device that sleeps answers late. */
const PATIENCE = 60_000;

export function openPhone(xcrun: Xcrun, device: string): Phone {
  const id = deviceArgument(device);
  const run = async (verb: readonly string[], args: readonly string[], bundle?: string): Promise<string> => {
    const record = await xcrun.run(['devicectl', 'device', ...verb, '--device', id, '--quiet', '--json-output', '-', ...args], {
      timeout: PATIENCE,
    });
    if (record.code === 0) return record.stdout;
    throw devicectlError(record, { udid: id, command: `devicectl device ${verb.join(' ')}`, ...(bundle === undefined ? {} : { bundle }) });
  };
  const process = async (bundle: string): Promise<AppProcess> => {
    const app = parseAppUrl(await run(['info', 'apps'], ['--bundle-id', bundleArgument(bundle)], bundle), bundle);
    if (app === undefined) throw strangeOutput('devicectl device info apps', 'no list of apps');
    if (app === 'not-installed') throw noApp(id, bundle, 'install a debug build of it with Xcode');
    const found = parseAppPid(await run(['info', 'processes'], []), app.url);
    if (found === undefined) throw strangeOutput('devicectl device info processes', 'no list of processes');
    return found;
  };
  return {
    id,
    process,
    async launch(bundle, { restart = false, env = {}, url } = {}) {
      const args = [
        ...(restart ? ['--terminate-existing'] : []),
        ...(Object.keys(env).length === 0 ? [] : ['--environment-variables', JSON.stringify(env)]),
        ...(url === undefined ? [] : ['--payload-url', argument(url, 'URL')]),
        bundleArgument(bundle),
      ];
      const pid = parseLaunchedPid(await run(['process', 'launch'], args, bundle));
      if (pid === undefined) throw strangeOutput('devicectl device process launch', 'no pid');
      return pid;
    },
    async terminate(bundle) {
      const found = await process(bundle);
      if (found === 'not-running')
        throw new DeviceError('TW_DEVICE_NOT_RUNNING', `${bundle} does not run on ${id}`, { hint: 'start it: `tokenwarp device launch`' });
      await run(['process', 'terminate'], ['--pid', String(found.pid)], bundle);
    },
    notify: async (name) => void (await run(['notification', 'post'], ['--name', argument(name, 'name of the notification')])),
  };
}
