// `tokenwarp fire ios`: a background task of an app runs now, and what became of it.
import type { DeviceContext } from '../../device/driver.ts';
import { pickDevice } from '../../device/select.ts';
import { fireOnPhone } from '../../device/ios/fire-phone.ts';
import { fireOnSimulator } from '../../device/ios/fire-simulator.ts';
import type { FireReport, FireRequest, FireWay, Tell } from '../../device/ios/fire.ts';
import { iosDevices } from '../../device/ios/listing.ts';
import { openXcrun } from '../../device/ios/xcrun.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import type { IosFireOptions } from './ios-options.ts';
import { newsLines, outcomeLine, UNVERIFIED } from './ios-words.ts';
import { inRoom } from './room.ts';

/** How long to wait for the end of a task when nobody says: an app refresh has 30 s at most. */
const USUAL_WAIT = 30_000;

type Options = IosFireOptions & { device?: string; timeout?: number };

export async function fireIos({ options, system }: Invocation<Options>): Promise<ReadonlySet<ExitCondition>> {
  const request = requestOf(options);
  const paint = paintOf(detectScreen(system.env, system.err, options.color ?? 'auto'));
  return inRoom(system, async (context) => {
    const tell: Tell = (news) => {
      if (options.json === true || options.quiet === true) return;
      for (const line of newsLines(news, paint)) system.err.write(`${line}\n`);
    };
    const report = await fire(context, request, options.device, tell);
    if (options.json === true)
      system.out.write(
        `${JSON.stringify({ schema: 'tokenwarp/fire-ios.v1', ...report, unverified: UNVERIFIED[report.mechanism] ?? null }, undefined, 2)}\n`,
      );
    else system.out.write(`${outcomeLine(report, paintOf(detectScreen(system.env, system.out, options.color ?? 'auto')))}\n`);
    return new Set<ExitCondition>();
  });
}

async function fire(context: DeviceContext, request: FireRequest, wanted: string | undefined, tell: Tell): Promise<FireReport> {
  const xcrun = await openXcrun(context);
  const device = pickDevice(await iosDevices(xcrun), wanted, 'boot a simulator: xcrun simctl bootstatus <udid> -b; or connect a device');
  return device.kind === 'simulator'
    ? fireOnSimulator(context, xcrun, device.id, request, tell)
    : fireOnPhone(context, xcrun, device.id, request, tell);
}

function requestOf({ bundle, task, kind, expireAfter, openUrl, notify, timeout = USUAL_WAIT }: Options): FireRequest {
  if (bundle === undefined) throw usageError('fire ios needs --bundle', 'such as --bundle com.example.app');
  if (task === undefined)
    throw usageError('fire ios needs --task', 'the identifier the app registers, such as --task com.example.app.refresh');
  if (openUrl !== undefined && notify !== undefined)
    throw usageError('--open-url and --notify are two ways to do one thing', 'use one of them');
  const way: FireWay =
    openUrl !== undefined
      ? { way: 'url', url: openUrl }
      : notify !== undefined
        ? { way: 'notification', name: notify }
        : { way: 'debugger' };
  return {
    bundle,
    identifier: task,
    way,
    timeout,
    ...(kind === undefined ? {} : { kind }),
    ...(expireAfter === undefined ? {} : { expireAfter }),
  };
}
