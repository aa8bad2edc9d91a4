// `tokenwarp fire ios`: a background task of an app runs now, and what became of it. Where the mock server is named, its journal says how
// many refreshes came of it; on a device, which shows no log of the system, that is the only proof there is.
import type { DeviceContext } from '../../device/driver.ts';
import { pickDevice } from '../../device/select.ts';
import type { Refreshes, ServerPort } from '../../device/server-port.ts';
import { fireOnPhone } from '../../device/ios/fire-phone.ts';
import { fireOnSimulator } from '../../device/ios/fire-simulator.ts';
import type { FireReport, FireRequest, FireWay, Tell } from '../../device/ios/fire.ts';
import { iosDevices } from '../../device/ios/listing.ts';
import { openXcrun } from '../../device/ios/xcrun.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import { BOOT_ONE, newsLines, outcomeLines, UNVERIFIED } from './ios-words.ts';
import type { FireOptions } from './options.ts';
import { inRoom } from './room.ts';
import { serverPort } from './server-port.ts';

/** How long to wait for the end of a task when nobody says: an app refresh has 30 s at most. */
const USUAL_WAIT = 30_000;
const BETWEEN_LOOKS = 200;

export async function fireIos({ options, system, cwd }: Invocation<FireOptions>): Promise<ReadonlySet<ExitCondition>> {
  const request = requestOf(options);
  const server = serverPort(options, cwd);
  const [paint, paintNews] = [system.out, system.err].map((stream) => paintOf(detectScreen(system.env, stream, options.color ?? 'auto')));
  return inRoom({ system, options }, async (context) => {
    const tell: Tell = (news) => {
      if (options.json === true || options.quiet === true || paintNews === undefined) return;
      for (const line of newsLines(news, paintNews)) system.err.write(`${line}\n`);
    };
    const mark = await server?.mark();
    const report = await fire(context, request, options.device, tell);
    const seen = server === undefined || mark === undefined ? undefined : await refreshesSince(context, server, mark, { report, request });
    if (options.json === true) system.out.write(`${JSON.stringify(jsonOf(report, seen), undefined, 2)}\n`);
    else if (paint !== undefined) system.out.write(`${outcomeLines(report, seen, paint).join('\n')}\n`);
    return new Set(conditionOf(report, seen));
  });
}

async function fire(context: DeviceContext, request: FireRequest, wanted: string | undefined, tell: Tell): Promise<FireReport> {
  const xcrun = await openXcrun(context);
  const device = pickDevice(await iosDevices(xcrun), wanted, BOOT_ONE);
  return device.kind === 'simulator'
    ? fireOnSimulator(context, xcrun, device.id, request, tell)
    : fireOnPhone(context, xcrun, device.id, request, tell);
}

/** A task whose end was seen has done what it will do. One that nobody watched is waited for, until its refresh is answered. */
async function refreshesSince(
  { machine, signal }: DeviceContext,
  server: ServerPort,
  mark: number,
  { report, request }: { report: FireReport; request: FireRequest },
): Promise<Refreshes> {
  const until = machine.now() + (report.outcome === 'unobserved' ? request.timeout : 0);
  for (;;) {
    const seen = await server.since(mark);
    const isAnswered = seen.received > 0 && seen.committed + seen.refused >= seen.received;
    if (isAnswered || machine.now() >= until) return seen;
    await machine.sleep(BETWEEN_LOOKS, signal);
  }
}

/** It ran and said so: nothing. It said that it failed: failed. Nobody saw whether it ran: inconclusive. */
function conditionOf({ outcome, success }: FireReport, seen: Refreshes | undefined): ExitCondition[] {
  if (outcome === 'unobserved') return (seen?.received ?? 0) > 0 ? [] : ['inconclusive'];
  // A task whose time was taken away reports failure, as it should.
  return outcome === 'completed' && success === false ? ['failed'] : [];
}

function jsonOf(report: FireReport, server: Refreshes | undefined): object {
  return {
    schema: 'tokenwarp/fired-ios.v1',
    ...report,
    ...(server === undefined ? {} : { server }),
    unverified: UNVERIFIED[report.mechanism] ?? null,
  };
}

function requestOf(options: FireOptions): FireRequest {
  const { bundle, task, kind, expireAfter, timeout = USUAL_WAIT } = options;
  if (bundle === undefined) throw usageError('--bundle is missing', 'which app: tokenwarp fire ios --bundle com.example.app --task <id>');
  if (task === undefined) throw usageError('--task is missing', 'the identifier the app registers, such as com.example.app.refresh');
  return {
    bundle,
    identifier: task,
    way: wayOf(options),
    timeout,
    ...(kind === undefined ? {} : { kind }),
    ...(expireAfter === undefined ? {} : { expireAfter }),
  };
}

function wayOf({ openUrl, notify }: FireOptions): FireWay {
  if (openUrl === undefined && notify === undefined) return { way: 'debugger' };
  if (openUrl !== undefined && notify !== undefined)
    throw usageError('--open-url and --notify are two ways to do one thing', 'use one of them');
  return openUrl === undefined ? { way: 'notification', name: notify ?? '' } : { way: 'url', url: openUrl };
}
