// `tokenwarp serve`: the server over sockets as a command. Starts it, tells where it is, shows what happens until a signal or a key
// ends it. What the server does is decided in mock-server/; this file only connects it to a terminal.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { requestLine } from '../report/request-line.ts';
import { detectScreen, paintOf } from '../report/screen.ts';
import type { RunningMockServer } from '../../mock-server/http.ts';
import { makeFolder } from '../../mock-server/folder.ts';
import { startMockServer } from '../../mock-server/start.ts';
import type { verifyReport } from '../verify/readers/verify-report.ts';
import type { Invocation } from './invocation.ts';
import { usageError } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import type { ServeOptions } from './serve-options.ts';
import type { GlobalOptions } from './option-table.ts';
import { servePolicy } from './serve-policy.ts';
import { greeting, readiness } from './serve-words.ts';
import { packageVersion } from './system.ts';
import type { Output, StopSignal, System } from './system.ts';

/** Where an app finds it when nobody says: the digits of TEST on a telephone are 8378, and 7357 reads so. */
const USUAL_PORT = 7357;

/** Serves until a signal or a key ends it; the signal comes back as a condition, after the answers under way have left. */
export async function serve({ options, system, cwd }: Invocation<ServeOptions>): Promise<ReadonlySet<ExitCondition>> {
  const server = await startMockServer(await serverOptions(options, cwd));
  const stop = stopSwitch(system);
  try {
    const removeReadyFile = writeReadyFile(options, server, cwd);
    const closeView = await openView(options, system, { server, quit: (signal) => stop.pull(signal) });
    const signal = await stop.pulled;
    // The view is last: it shows the answers that were under way, too.
    await server.stop().finally(closeView);
    removeReadyFile();
    if (options.json === true) system.out.write(`${JSON.stringify({ type: 'stopped', ...(signal === undefined ? {} : { signal }) })}\n`);
    return new Set<ExitCondition>(signal === undefined ? [] : [signal]);
  } finally {
    stop.remove();
    await server.stop();
  }
}

async function serverOptions(options: ServeOptions, cwd: string): Promise<Parameters<typeof startMockServer>[0]> {
  const { host, issuer, seed, tls } = options;
  const policy = await servePolicy(options, cwd);
  return {
    port: options.port ?? USUAL_PORT,
    policy,
    moreIssuers: (options.moreIssuers ?? []).map((path) => ({ issuer: path, policy })),
    frozen: options.virtualTime === true,
    control: options.control === false ? false : { verify },
    ...(host === undefined ? {} : { host }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(seed === undefined ? {} : { seed }),
    ...(tls === undefined ? {} : { tls: { folder: resolve(cwd, options.tlsFolder ?? '.tokenwarp/tls'), mode: tls } }),
  };
}

/** Loaded when somebody asks for it. */
async function verify(...asked: Parameters<typeof verifyReport>): Promise<ReturnType<typeof verifyReport>> {
  return (await import('../verify/readers/verify-report.ts')).verifyReport(...asked);
}

interface Watched {
  server: RunningMockServer;
  quit(signal: StopSignal | undefined): void;
}

/** What is shown while it serves; the answer ends it. */
async function openView(options: ServeOptions & GlobalOptions, system: System, { server, quit }: Watched): Promise<() => Promise<void>> {
  if (options.json === true) return jsonLog(server, system.out);
  if (options.quiet === true) return async () => undefined;
  const screen = detectScreen(system.env, system.out, options.color ?? 'auto');
  const paint = paintOf(screen);
  const text = greeting(server, packageVersion(), paint) + (await advice(server));
  if (canWatch(screen.tty, options)) {
    const { openServeView } = await import('./live-serve.ts');
    return openServeView({ server, screen, greeting: text, quit: (key) => quit(key === 'q' ? undefined : 'SIGINT') });
  }
  system.out.write(text);
  const off = server.onRequest((record) => system.out.write(`${requestLine(record, paint)}\n`));
  return async () => off();
}

/** A person is there who can press keys; `--view live` insists, and is refused where nobody is. */
function canWatch(tty: boolean, { view }: ServeOptions): boolean {
  const possible = tty && process.stdin.isTTY;
  if (view === 'live' && !possible) throw usageError('--view live needs a terminal', 'leave it out, or --view lines');
  return possible && view !== 'lines';
}

async function advice({ caFile }: RunningMockServer): Promise<string> {
  if (caFile === undefined) return '';
  const { trustAdvice } = await import('../../mock-server/tls.ts');
  return `${trustAdvice(caFile)
    .map((line) => `  ${line}\n`)
    .join('')}`;
}

function jsonLog(server: RunningMockServer, out: Output): () => Promise<void> {
  out.write(`${JSON.stringify({ type: 'ready', ...readiness(server) })}\n`);
  const off = server.onRequest((record) => out.write(`${JSON.stringify({ type: 'request', ...record })}\n`));
  return async () => off();
}

/** Under a name of its own first: who waits for the file never reads half of it. Returns its removal. */
function writeReadyFile(options: ServeOptions, server: RunningMockServer, cwd: string): () => void {
  if (options.readyFile === undefined) return () => undefined;
  const path = resolve(cwd, options.readyFile);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    // The control key is in it: nobody else may read it.
    writeFileSync(temporary, `${JSON.stringify({ ...readiness(server), ...controlKey(server) })}\n`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    throw new UsageError('TW_READY_FILE', `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'choose another --ready-file',
      cause: error,
    });
  }
  return () => rmSync(path, { force: true });
}

function controlKey({ control }: RunningMockServer): { controlKey?: string } {
  return control?.key === undefined ? {} : { controlKey: control.key };
}

interface StopSwitch {
  readonly pulled: Promise<StopSignal | undefined>;
  pull(signal: StopSignal | undefined): void;
  remove(): void;
}

function stopSwitch(system: System): StopSwitch {
  const { promise, resolve: pull } = Promise.withResolvers<StopSignal | undefined>();
  return { pulled: promise, pull, remove: system.onSignal(pull) };
}
