// Firing on a simulator. `submit` is refused there, so nothing is ever pending and the well-known private call finds nothing; the two
// calls that it makes next need only the handler that the app registered, so the debugger makes those. Where the app has a debug hook,
// a URL or a Darwin notification asks the app to do it itself. The system's log says what became of it.
import type { DeviceContext } from '../driver.ts';
import { answerError, evaluate } from './debugger.ts';
import type { Target } from './debugger.ts';
import { failed, plistError } from './errors.ts';
import type { FireReport, FireRequest, Mechanism, Tell } from './fire.ts';
import { busy, openFiring } from './firing.ts';
import { taskProblems, transportProblems } from './info-plist.ts';
import type { PlistProblem } from './info-plist.ts';
import { kindOf } from './kind.ts';
import { redacted } from './log-stream.ts';
import { openSimulator } from './simulator.ts';
import type { Simulator } from './simulator.ts';
import { runningTasks } from './task-log.ts';
import type { TaskEventName } from './task-log.ts';
import { pastEvents, watchTasks } from './watch.ts';
import type { TaskWatch } from './watch.ts';
import type { BackgroundTaskKind } from './words.ts';
import type { Xcrun } from './xcrun.ts';

/** How long an app that was just launched may take to register its handlers. */
const REGISTERING = 10_000;
const BETWEEN_LOOKS = 300;
/** How long after the call the start may be seen in the log. */
const STARTING = 10_000;
/** How far back a task that somebody else started is looked for, s. */
const LOOK_BACK = 600;

export async function fireOnSimulator(
  context: DeviceContext,
  xcrun: Xcrun,
  udid: string,
  request: FireRequest,
  tell: Tell,
): Promise<FireReport> {
  const simulator = await openSimulator(context, xcrun, udid);
  const { kind, problems } = await inspect(simulator, request, tell);
  const { target, isFresh } = await targetOf(simulator, request, tell);
  const about = { pid: target.pid, identifier: request.identifier };
  const firing = await openFiring(context, target, request.identifier, async (open) => {
    const seconds = (context.machine.now() - open.at) / 1_000 + 60;
    const events = await pastEvents(xcrun, udid, about, seconds);
    return runningTasks(events, request.identifier) === 0 && events.some(({ event }) => event === 'completed');
  });
  let isOpen = false;
  const watch = await watchTasks(context, xcrun, udid, about);
  try {
    if (runningTasks(await pastEvents(xcrun, udid, about, LOOK_BACK), request.identifier) > 0)
      throw busy(target, request.identifier, 'the log of the system shows its start and no end');
    const mechanism = await call({ context, xcrun, simulator, target, isFresh, request, kind });
    isOpen = true;
    tell({ news: 'called', way: request.way.way, mechanism });
    const seen = await follow({ context, xcrun, simulator, target, request, watch, tell });
    isOpen = false;
    return { device: udid, bundle: request.bundle, identifier: request.identifier, kind, pid: target.pid, mechanism, problems, ...seen };
  } finally {
    watch.stop();
    // A task whose end nobody saw stays marked as running.
    if (!isOpen) firing.done();
  }
}

/** What the Info.plist says. A missing identifier ends it here: no handler can be registered under it. */
async function inspect(
  simulator: Simulator,
  request: FireRequest,
  tell: Tell,
): Promise<{ kind: BackgroundTaskKind; problems: PlistProblem[] }> {
  const info = await simulator.infoPlist(request.bundle);
  const isReadable = !('problem' in info);
  const chosen = kindOf(isReadable ? info : {}, request.kind);
  const problems = isReadable
    ? [...taskProblems(info, request.identifier, chosen.kind), ...transportProblems(info)]
    : [info as PlistProblem];
  for (const problem of problems) {
    if (problem.problem === 'identifier-missing' || problem.problem === 'identifier-too-long') throw plistError(problem, request.bundle);
    tell({ news: 'plist', problem });
  }
  tell({ news: 'kind', ...chosen });
  return { kind: chosen.kind, problems };
}

async function targetOf(simulator: Simulator, { bundle }: FireRequest, tell: Tell): Promise<{ target: Target; isFresh: boolean }> {
  const found = await simulator.process(bundle);
  const isFresh = found === 'not-running';
  const pid = isFresh ? await simulator.launch(bundle) : found.pid;
  tell({ news: isFresh ? 'launched' : 'found', pid });
  return { target: { udid: simulator.udid, bundle, pid }, isFresh };
}

interface Call {
  context: DeviceContext;
  xcrun: Xcrun;
  simulator: Simulator;
  target: Target;
  isFresh: boolean;
  request: FireRequest;
  kind: BackgroundTaskKind;
}

async function call({ context, xcrun, simulator, target, isFresh, request, kind }: Call): Promise<Mechanism> {
  const { way, identifier } = { ...request, way: request.way };
  if (way.way === 'url') return simulator.openUrl(way.url).then(() => 'hook' as const);
  if (way.way === 'notification') return simulator.notify(way.name).then(() => 'hook' as const);
  const until = context.machine.now() + (isFresh ? REGISTERING : 0);
  for (;;) {
    const answer = await evaluate(xcrun, target, { step: 'run-registered', identifier, kind });
    if (answer === 'called') return 'run-registered';
    if ((answer !== 'not-registered' && answer !== 'no-framework') || context.machine.now() >= until)
      throw answerError(answer, target, identifier);
    await context.machine.sleep(BETWEEN_LOOKS, context.signal);
  }
}

interface Follow {
  context: DeviceContext;
  xcrun: Xcrun;
  simulator: Simulator;
  target: Target;
  request: FireRequest;
  watch: TaskWatch;
  tell: Tell;
}

type Seen = Pick<FireReport, 'outcome' | 'success' | 'events' | 'ms'>;

/** From the call to the end of the task. */
async function follow({ context, xcrun, simulator, target, request, watch, tell }: Follow): Promise<Seen> {
  const { machine } = context;
  const since = machine.now();
  const { expireAfter, identifier } = request;
  const events: TaskEventName[] = [];
  let until = since + Math.min(STARTING, request.timeout);
  let isDue = false;
  let isExpired = false;
  for (;;) {
    const next = await watch.next(Math.max(0, until - machine.now()));
    if (next === undefined && isDue && !isExpired && machine.now() >= until) {
      const answer = await evaluate(xcrun, target, { step: 'expire', identifier });
      if (answer !== 'called') throw answerError(answer, target, identifier);
      isExpired = true;
      until = machine.now() + request.timeout;
      continue;
    }
    if (next === undefined) throw await unseen(simulator, target, request, events);
    events.push(next.event);
    tell({ news: 'event', event: next.event, message: redacted(next.message) });
    if (next.event === 'started') {
      isDue = expireAfter !== undefined;
      until = machine.now() + (expireAfter ?? request.timeout);
    }
    if (next.event === 'completed') {
      const success = next.success === undefined ? {} : { success: next.success };
      return { outcome: isExpired && events.includes('expiring') ? 'expired' : 'completed', ...success, events, ms: machine.now() - since };
    }
    const trouble = troubleIn(next.event, target, request);
    if (trouble !== undefined) throw trouble;
  }
}

/** Events after which nothing more comes. */
function troubleIn(event: TaskEventName, target: Target, { identifier }: FireRequest) {
  const fields = { device: target.udid, bundle: target.bundle, identifier };
  switch (event) {
    case 'already-running':
      return failed(
        'TW_DEVICE_TASK_RUNNING',
        `"${identifier}" was running already, and the second launch has crashed ${target.bundle}`,
        'start the app again; something else than tokenwarp had fired the task',
        fields,
      );
    case 'not-scheduled':
      return failed(
        'TW_DEVICE_NOT_SCHEDULED',
        `${target.bundle} has no pending request for "${identifier}"`,
        'on a simulator submit always fails: let the hook call the handler itself (docs/ios.md), or fire without --open-url and --notify',
        fields,
      );
    case 'not-registered':
      return failed(
        'TW_DEVICE_NOT_REGISTERED',
        `${target.bundle} crashed: it has no handler for "${identifier}"`,
        'register it at every launch',
        fields,
      );
    case 'dropped':
      return failed(
        'TW_DEVICE_TASK_DROPPED',
        `${target.bundle} let go of the task without completing it`,
        'call setTaskCompleted(success:) on every path of the handler, and keep the task until then',
        fields,
      );
    default:
      return undefined;
  }
}

/** No more events in time: what is known about why. */
async function unseen(simulator: Simulator, target: Target, { identifier, timeout, way }: FireRequest, events: readonly TaskEventName[]) {
  const fields = { device: target.udid, bundle: target.bundle, identifier, events };
  const now = await simulator.process(target.bundle);
  if (now === 'not-running' || now.pid !== target.pid)
    return failed(
      'TW_DEVICE_APP_GONE',
      `${target.bundle} (process ${target.pid}) ended while "${identifier}" was fired`,
      'look for a crash report in Console',
      fields,
    );
  if (events.includes('started'))
    return failed(
      'TW_DEVICE_NOT_COMPLETED',
      `"${identifier}" started and was not completed within ${timeout / 1_000} s`,
      events.includes('expiring')
        ? 'its expiration handler must call setTaskCompleted(success: false) at once; iOS kills apps that do not'
        : 'the handler must call setTaskCompleted on every path; --timeout waits longer, --expire-after ends it as iOS would',
      fields,
    );
  return failed(
    'TW_DEVICE_NOT_STARTED',
    `the call was made and no start of "${identifier}" came up in the log`,
    way.way === 'debugger'
      ? 'this version of iOS may write other lines: look at `tokenwarp device log`, and at the journal of the mock server'
      : 'does the app handle this URL or notification in this build? It must run in the foreground; see docs/ios.md',
    fields,
  );
}
