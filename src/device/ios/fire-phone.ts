// Firing on a physical device, where a request was submitted and is pending: lldb reaches the device through CoreDevice and makes the
// private call that Apple documents for Xcode's console. No log of the system can be read from outside, so breakpoints on the two methods
// that every task passes, its start and its completion, show what happens. Nothing of this was ever run on hardware by us.
import type { DeviceContext } from '../driver.ts';
import { DeviceCapabilityError } from '../errors.ts';
import { debugging } from './conversation.ts';
import type { DebuggerSession } from './conversation.ts';
import { answerError, EVALUATION_BUDGET } from './debugger.ts';
import type { Target } from './debugger.ts';
import { failed } from './errors.ts';
import { answerIn, expressionCommand } from './expression.ts';
import type { FireStep } from './expression.ts';
import type { FireReport, FireRequest, Tell } from './fire.ts';
import { openFiring } from './firing.ts';
import { openPhone } from './phone.ts';
import type { TaskEventName } from './task-log.ts';
import type { Xcrun } from './xcrun.ts';

/** The first attach copies symbols from the device. */
const ATTACH = 120_000;
const SHORT = 15_000;
/** How long after the call a task must have started; the pending requests are asked for in between. */
const STARTING = 10_000;
const STOPPED = /stop reason = (?:one-shot )?(?:breakpoint (\d+)|(.+))/;
const START = '-[BGTaskScheduler _runTask:registration:]';
const NO_HOOK = 'leave --open-url and --notify away, or let the hook end the task itself';
const COMPLETION = '-[BGTask setTaskCompletedWithSuccess:]';

export async function fireOnPhone(context: DeviceContext, xcrun: Xcrun, id: string, request: FireRequest, tell: Tell): Promise<FireReport> {
  const { bundle, identifier, way } = request;
  const kind = request.kind ?? 'refresh';
  const phone = openPhone(xcrun, id);
  const found = await phone.process(bundle);
  const pid = found === 'not-running' ? await phone.launch(bundle) : found.pid;
  tell({ news: found === 'not-running' ? 'launched' : 'found', pid });
  const about = { device: id, bundle, identifier, kind, pid, problems: [] };
  if (way.way !== 'debugger') {
    if (request.expireAfter !== undefined)
      throw new DeviceCapabilityError(id, 'expire-job', 'only the debugger can take the time away, and the hook fires without it', NO_HOOK);
    const since = context.machine.now();
    await (way.way === 'url' ? phone.launch(bundle, { url: way.url }) : phone.notify(way.name));
    tell({ news: 'called', way: way.way, mechanism: 'hook' });
    return { ...about, mechanism: 'hook', outcome: 'unobserved', events: [], ms: context.machine.now() - since };
  }
  const target: Target = { udid: id, bundle, pid };
  const firing = await openFiring(context, target, identifier, () => Promise.resolve(false));
  const open = { isOpen: false };
  try {
    const attach = [`device select ${id}`, `device process attach --pid ${pid}`] as const;
    const seen = await debugging(context, xcrun, target, (session) =>
      fireInSession(context, session, { attach, target, request, tell, open }),
    );
    return { ...about, mechanism: 'simulate-launch', ...seen };
  } finally {
    if (!open.isOpen) firing.done();
  }
}

export interface SessionFire {
  /** Commands, of which the last attaches. */
  readonly attach: readonly string[];
  readonly target: Target;
  readonly request: Pick<FireRequest, 'identifier' | 'expireAfter' | 'timeout'>;
  readonly tell: Tell;
  /** Set while a task that was started has not ended. */
  readonly open: { isOpen: boolean };
}

type Seen = Pick<FireReport, 'outcome' | 'success' | 'events' | 'ms'>;

/** From the attach to the completion of the task. */
export async function fireInSession(context: DeviceContext, session: DebuggerSession, fire: SessionFire): Promise<Seen> {
  const { target, request, tell, open } = fire;
  for (const command of fire.attach.slice(0, -1)) session.tell(command);
  await session.ask(fire.attach.at(-1) ?? '', /^Process \d+ stopped/, ATTACH);
  const started = await breakpoint(session, START);
  const completed = await breakpoint(session, COMPLETION);
  session.forget();
  await evaluate(session, target, { step: 'launch', identifier: request.identifier });
  open.isOpen = true;
  tell({ news: 'called', way: 'debugger', mechanism: 'simulate-launch' });
  const since = context.machine.now();
  const events: TaskEventName[] = [];
  const happened = (event: TaskEventName, message: string): void => {
    events.push(event);
    tell({ news: 'event', event, message });
  };
  await resume(session);
  // Symbols of the framework may be missing: then nothing can be seen, and the app goes on when the debugger leaves.
  if (started === undefined || completed === undefined) return { outcome: 'unobserved', events, ms: 0 };
  if ((await stop(session, Math.min(STARTING, request.timeout))) !== started) {
    open.isOpen = false;
    throw notScheduled(target, request.identifier);
  }
  happened('started', START);
  await resume(session);
  let at = await stop(session, request.expireAfter ?? request.timeout);
  if (at !== completed && request.expireAfter !== undefined) at = await expire(session, target, request, completed, happened);
  if (at !== completed) throw notCompleted(target, request);
  const [, success] = await session.ask('expression -l c -- (int)($arg3 & 0xff)', /^\(int\) \$\w+ = (\d+)/, SHORT);
  happened('completed', COMPLETION);
  open.isOpen = false;
  return {
    outcome: events.includes('expiring') ? 'expired' : 'completed',
    success: success !== '0',
    events,
    ms: context.machine.now() - since,
  };
}

/** Its number; undefined when the symbol is nowhere. */
async function breakpoint(session: DebuggerSession, name: string): Promise<string | undefined> {
  const [, number, place = ''] = await session.ask(`breakpoint set --one-shot true --name '${name}'`, /^Breakpoint (\d+): (.*)/, SHORT);
  return place.startsWith('no locations') ? undefined : number;
}

async function evaluate(session: DebuggerSession, target: Target, step: FireStep): Promise<void> {
  const [line] = await session.ask(expressionCommand(step, EVALUATION_BUDGET), /^\(int\) \$\w+ = -?\d+/, SHORT);
  const answer = answerIn(line);
  if (answer !== 'called') throw answerError(answer ?? 'no-selector', target, step.identifier);
}

async function resume(session: DebuggerSession): Promise<void> {
  await session.ask('process continue', /^Process \d+ resuming/, SHORT);
}

/** The breakpoint at which it stopped, another reason, or undefined when it did not. */
async function stop(session: DebuggerSession, timeout: number): Promise<string | undefined> {
  const [, number, reason] = (await session.hear(STOPPED, timeout)) ?? [];
  return number ?? reason;
}

/** Takes the time away. A task that completes at the very moment is completed, not expired. */
async function expire(
  session: DebuggerSession,
  target: Target,
  { identifier, timeout }: SessionFire['request'],
  completed: string,
  happened: (event: TaskEventName, message: string) => void,
): Promise<string | undefined> {
  session.tell('process interrupt');
  const at = await stop(session, SHORT);
  if (at === completed) return at;
  session.forget();
  await evaluate(session, target, { step: 'expire', identifier });
  happened('expiring', '_simulateExpirationForTaskWithIdentifier:');
  await resume(session);
  return stop(session, timeout);
}

function notScheduled({ udid, bundle }: Target, identifier: string) {
  return failed(
    'TW_DEVICE_NOT_SCHEDULED',
    `"${identifier}" did not start: ${bundle} has no pending request for it`,
    'submit one first: most apps do when they go to the background; a request is used up by each launch. It must be registered too',
    { device: udid, bundle, identifier },
  );
}

function notCompleted({ udid, bundle }: Target, { identifier, timeout, expireAfter }: SessionFire['request']) {
  return failed(
    'TW_DEVICE_NOT_COMPLETED',
    `"${identifier}" started and was not completed within ${timeout / 1_000} s`,
    expireAfter === undefined
      ? 'the handler must call setTaskCompleted on every path; --timeout waits longer, --expire-after ends it as iOS would'
      : 'its expiration handler must call setTaskCompleted(success: false) at once; iOS kills apps that do not',
    { device: udid, bundle, identifier },
  );
}
