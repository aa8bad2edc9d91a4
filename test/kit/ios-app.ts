// The app of test/fixtures/ios/app.c as a process, and the debugger of this machine. Without lldb, a compiler or the right to attach, a
// test that needs them is skipped and says why; in CI it fails, where nobody would notice a skip.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished, type TestContext } from 'vitest';

const SOURCE = fileURLToPath(new URL('../fixtures/ios/app.c', import.meta.url));
const COMPILERS = ['cc', 'gcc', 'clang'];

export interface FixtureApp {
  pid: number;
  /** What was called from outside, one line each: `scheduler _runTask:registration: <hex>`. */
  calls(): string[];
  /** Identifiers that reached this selector, as text. */
  received(selector: string): string[];
  log(): string;
  /** Stopped: a debugger holds it, or has left it so. */
  state(): 'running' | 'stopped' | 'gone';
}

/** One compiled app for a test file. */
export class FixtureBuild {
  readonly folder = mkdtempSync(join(tmpdir(), 'tokenwarp-app-'));
  readonly program = join(this.folder, 'demo');
  readonly #problem: string | undefined;

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
    this.#problem = this.#prepare();
  }

  /** First line of a test that needs the real debugger. */
  need(context: TestContext): void {
    if (this.#problem === undefined) return;
    if (process.env['CI'] !== undefined && process.platform === 'linux') throw new Error(this.#problem);
    process.stderr.write(`Skipped: ${this.#problem}\n`);
    context.skip(this.#problem);
  }

  /** Starts it with `key=value` options and waits until it is ready. */
  async start(options: Readonly<Record<string, string | number>> = {}): Promise<FixtureApp> {
    const folder = mkdtempSync(join(this.folder, 'run-'));
    const files = { calls: join(folder, 'calls'), log: join(folder, 'log') };
    const args = Object.entries({ ...files, ...options }).map(([key, value]) => `${key}=${value}`);
    const child = spawn(this.program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => void child.stdout.once('data', resolve));
    const { pid } = child;
    if (pid === undefined) throw new Error('the fixture does not start');
    return fixtureApp(pid, files.calls, String(options['log'] ?? files.log));
  }

  #prepare(): string | undefined {
    if (process.platform !== 'linux') return 'needs Linux: the fixture stands for an app there';
    const compiler = COMPILERS.find((name) => spawnSync(name, ['--version']).status === 0);
    if (compiler === undefined) return `needs a C compiler: ${COMPILERS.join(', ')} (Debian: apt-get install gcc libc6-dev)`;
    if (spawnSync('lldb', ['--version']).status !== 0) return 'needs lldb (Debian: apt-get install lldb)';
    const built = spawnSync(compiler, ['-O1', '-Wall', '-Wextra', '-rdynamic', '-s', SOURCE, '-o', this.program], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`${compiler} cannot compile the fixture:\n${built.stderr}`);
    return this.#attachProblem();
  }

  /** A container may forbid ptrace; Yama may restrict it. */
  #attachProblem(): string | undefined {
    const child = spawn(this.program, ['calls=/dev/null'], { stdio: 'ignore' });
    try {
      const tried = spawnSync('lldb', ['--batch', '--no-lldbinit', '-p', String(child.pid), '-o', 'process detach'], { encoding: 'utf8' });
      const said = /error: (.*)/.exec(tried.stderr)?.[1];
      return tried.status === 0 ? undefined : `lldb may not attach here (${said ?? 'no reason given'}): allow ptrace, or CAP_SYS_PTRACE`;
    } finally {
      child.kill('SIGKILL');
    }
  }
}

export function fixtureApp(pid: number, callsFile: string, logFile: string): FixtureApp {
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const calls = (): string[] => read(callsFile).split('\n').filter(Boolean);
  const state = (): 'running' | 'stopped' | 'gone' => {
    const letter = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 'X';
    return 'ZX'.includes(letter) ? 'gone' : 'tT'.includes(letter) ? 'stopped' : 'running';
  };
  return {
    pid,
    calls,
    received: (selector) =>
      calls().flatMap((line) => {
        const [, called, hex] = line.split(' ');
        return called === selector && hex !== undefined ? [Buffer.from(hex, 'hex').toString('utf8')] : [];
      }),
    log: () => read(logFile),
    state,
  };
}
