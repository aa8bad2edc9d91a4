// lldb of the double. With a real debugger in the state it steps aside; otherwise it plays one that attached to an app: it reads the
// expression for which private calls it would make, and does to the state what the framework of iOS 26.1 does, crash included.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { change, logLine, read } from './state.ts';
import type { App, State } from './state.ts';
import { Refusal } from './said.ts';

/** As debugserver of macOS refuses. */
const REFUSED =
  'error: attach failed (Not allowed to attach to process.  Look in the console messages (Console.app), near the debugserver entries, when ' +
  'the attach failed.  The subsystem that denied the attach permission will likely have logged an informative message about why it was denied.)\n';

export async function lldb(folder: string, args: readonly string[]): Promise<void> {
  const real = read(folder).lldb;
  if (real !== null) {
    process.exitCode = spawnSync(real, args, { stdio: 'inherit' }).status ?? 1;
    return;
  }
  if (args.includes('--version')) return void process.stdout.write('lldb-2100.0.16.4\nApple Swift version 6.3\n');
  if (args.includes('--batch')) return batch(folder, args);
  return talk(folder);
}

/** The first command that fails ends it with exit 1; the target goes on either way. */
function batch(folder: string, args: readonly string[]): void {
  const pid = Number(args[args.indexOf('-p') + 1]);
  const commands = args.filter((_, at) => args[at - 1] === '-o');
  process.stdout.write(`(lldb) process attach --pid ${pid}\n`);
  attach(folder, pid);
  process.stdout.write(stopped(pid));
  for (const command of commands) {
    process.stdout.write(`(lldb) ${command}\n`);
    if (command.startsWith('expression')) process.stdout.write(evaluate(folder, pid, command));
    else if (command === 'process detach') process.stdout.write(`Process ${pid} detached\n`);
    else throw new Refusal(1, `error: '${command}' is not a valid command.\n`);
  }
}

/** Talked to over standard input, as one does with a physical device. Errors do not end it, and it exits with 0. */
async function talk(folder: string): Promise<void> {
  let pid = 0;
  let selected = false;
  let completes: NodeJS.Timeout | undefined;
  const say = (text: string): void => void process.stdout.write(text);
  const onHit = (): void => {
    if (pid === 0) return;
    const app = change(folder, (state) => appOf(state, pid)?.app);
    if (app === undefined || (app.running ?? []).length > 0) return;
    clearInterval(completes);
    say(`Process ${pid} stopped\n* thread #2, stop reason = breakpoint 1.1\n`);
  };
  for await (const line of createInterface({ input: process.stdin })) {
    say(`(lldb) ${line}\n`);
    const [, id] = /^device select (\S+)$/.exec(line) ?? [];
    const [, wanted] = /^device process attach --pid (\d+)$/.exec(line) ?? [];
    if (id !== undefined) {
      selected = read(folder).phones.some((phone) => phone.identifier === id && phone.tunnel !== 'unavailable');
      if (!selected) process.stderr.write('error: The specified device was not found.\n');
    } else if (wanted !== undefined) {
      const text = attempt(() => attach(folder, Number(wanted)));
      if (!selected) process.stderr.write('error: no device selected. Use `device select` first.\n');
      else if (text !== undefined) process.stderr.write(text);
      else {
        pid = Number(wanted);
        setTimeout(() => say(stopped(pid)), 30);
      }
    } else if (line.startsWith('expression')) {
      const text = attempt(() => say(evaluate(folder, pid, line)));
      if (text !== undefined) process.stderr.write(text);
    } else if (line.startsWith('breakpoint set'))
      say('Breakpoint 1: where = BackgroundTasks`-[BGTask setTaskCompletedWithSuccess:], address = 0x1a0\n');
    else if (line === 'process continue') {
      say(`Process ${pid} resuming\n`);
      completes = setInterval(onHit, 10);
    } else if (line === 'process interrupt') {
      clearInterval(completes);
      say(stopped(pid));
    } else if (line === 'process detach') {
      clearInterval(completes);
      say(`Process ${pid} detached\n`);
    } else if (line === 'quit') break;
    else if (!line.startsWith('settings set')) process.stderr.write(`error: '${line}' is not a valid command.\n`);
  }
  clearInterval(completes);
}

function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

const stopped = (pid: number): string =>
  `Process ${pid} stopped\n* thread #1, queue = 'com.apple.main-thread', stop reason = signal SIGSTOP\n    frame #0: 0x0000000195 libsystem_kernel.dylib\`mach_msg2_trap + 8\n`;

function attach(folder: string, pid: number): void {
  const state = read(folder);
  const found = appOf(state, pid);
  if (found === undefined) throw new Refusal(1, 'error: attach failed: lost connection\n');
  if (found.app.debuggable === false || !state.developerTools) throw new Refusal(1, REFUSED);
}

function evaluate(folder: string, pid: number, command: string): string {
  const identifier = decoded(/CFStringCreateWithCString;.*?tw_string\(0, "((?:[^"\\]|\\[0-7]{3})*)"/.exec(command)?.[1] ?? '');
  const launches = command.includes('tw_send(tw_scheduler, tw_sel("_simulateLaunchForTaskWithIdentifier:"), tw_id');
  const expires = command.includes('tw_send(tw_scheduler, tw_sel("_simulateExpirationForTaskWithIdentifier:"), tw_id');
  return change(folder, (state) => {
    const found = appOf(state, pid);
    if (found === undefined) throw new Refusal(1, 'error: Command requires a current process.\n');
    const { app, id } = found;
    const log = (message: string, type?: string): void => logLine(folder, id, pid, message, type);
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

function appOf(state: State, pid: number): { app: App; id: string } | undefined {
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
