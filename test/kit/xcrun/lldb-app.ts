// An app as the debugger of the double has it at hand: it reads the expression for which private calls it would make, and does to the state
// what the framework of iOS 26.1 does, crash included.
import { change, logLine, read } from './state.ts';
import type { App, State } from './state.ts';
import { Refusal } from './said.ts';

/** As debugserver of macOS refuses. */
const REFUSED =
  'error: attach failed (Not allowed to attach to process.  Look in the console messages (Console.app), near the debugserver entries, when ' +
  'the attach failed.  The subsystem that denied the attach permission will likely have logged an informative message about why it was denied.)\n';

/** What lldb prints when the process stops, for this reason. */
export const stopped = (pid: number, reason = 'signal SIGSTOP'): string =>
  `Process ${pid} stopped\n* thread #1, queue = 'com.apple.main-thread', stop reason = ${reason}\n    frame #0: 0x0000000195 libsystem_kernel.dylib\`mach_msg2_trap + 8\n`;

export function attach(folder: string, pid: number): void {
  const state = read(folder);
  const found = appOf(state, pid);
  if (found === undefined) throw new Refusal(1, 'error: attach failed: lost connection\n');
  if (found.app.debuggable === false || !state.developerTools) throw new Refusal(1, REFUSED);
}

export function evaluate(folder: string, pid: number, command: string): string {
  const identifier = decoded(/CFStringCreateWithCString;.*?tw_string\(0, "((?:[^"\\]|\\[0-7]{3})*)"/.exec(command)?.[1] ?? '');
  const launches = command.includes('tw_send(tw_scheduler, tw_sel("_simulateLaunchForTaskWithIdentifier:"), tw_id');
  const expires = command.includes('tw_send(tw_scheduler, tw_sel("_simulateExpirationForTaskWithIdentifier:"), tw_id');
  return change(folder, (state) => {
    const found = appOf(state, pid);
    if (found === undefined) throw new Refusal(1, 'error: Command requires a current process.\n');
    const { app, id } = found;
    const log = (message: string, type?: string): void =>
      logLine(folder, id, pid, message, type === undefined ? {} : { messageType: type });
    if (app.framework === false) return '(int) $0 = 1\n';
    if (launches) simulateLaunch(app, identifier, log);
    else if (expires) simulateExpiration(app, identifier, log);
    else if (!registered(app, identifier)) return '(int) $0 = 4\n';
    else run(app, identifier, log);
    return '(int) $0 = 0\n';
  });
}

type Log = (message: string, type?: string) => void;

function registered(app: App, identifier: string): boolean {
  return app.registered?.includes(identifier) === true && Date.now() >= (app.launchedAt ?? 0) + (app.registersAfter ?? 0);
}

function simulateLaunch(app: App, identifier: string, log: Log): void {
  log(`Simulating launch for task with identifier ${identifier}`);
  if (app.pending?.includes(identifier) !== true) return log(`No task request with identifier ${identifier} has been scheduled`, 'Error');
  if (!registered(app, identifier)) return crash(app, identifier, log);
  app.pending = app.pending.filter((one) => one !== identifier);
  return run(app, identifier, log);
}

function run(app: App, identifier: string, log: Log): void {
  if (app.running?.some((task) => task.identifier === identifier) === true) {
    log(`Task with identifier ${identifier} is already running`, 'Error');
    return crash(app, identifier, log);
  }
  log(`Starting simulated task: <BGAppRefreshTask: ${identifier}>`);
  const { runsFor = 60 } = app;
  (app.running ??= []).push({ identifier, endsAt: runsFor === null ? null : Date.now() + runsFor });
}

function simulateExpiration(app: App, identifier: string, log: Log): void {
  const task = app.running?.find((one) => one.identifier === identifier);
  if (task === undefined) return log(`No running simulated task with identifier ${identifier}`, 'Error');
  log(`Expiring simulated task: <BGAppRefreshTask: ${identifier}>`);
  if (app.expirationHandler === false) log(`No expiration handler for task ${identifier}`, 'Error');
  else task.endsAt = Date.now();
}

function crash(app: App, identifier: string, log: Log): void {
  log(`*** Terminating app due to uncaught exception: No launch handler registered for task with identifier ${identifier}`, 'Fault');
  delete app.pid;
  app.running = [];
}

export function appOf(state: State, pid: number): { app: App; id: string } | undefined {
  for (const simulator of state.simulators) {
    const app = simulator.apps.find((one) => one.pid === pid);
    if (app !== undefined) return { app, id: simulator.udid };
  }
  for (const phone of state.phones) {
    const app = phone.apps.find((one) => one.pid === pid);
    if (app !== undefined) return { app, id: phone.identifier };
  }
  return undefined;
}

/** The bytes of a C literal with octal escapes, as text. */
function decoded(literal: string): string {
  const bytes = [...literal.matchAll(/\\([0-7]{3})|([^\\])/g)].map(([, octal, plain = '']) =>
    octal === undefined ? plain.charCodeAt(0) : Number.parseInt(octal, 8),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
