// Runs scenarios against a client module nobody vouches for: in a worker, under a watchdog. A client that never yields, crashes
// or leaks becomes a finding about that client, and the next scenario goes on in a fresh worker.
import { existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InvalidInputError, OwnBugError } from '../core/errors.ts';
import type { Plan } from '../sim/plan.ts';
import type { RunResult } from '../verify/result.ts';
import {
  BEAT,
  JUDGING,
  PULSE_BYTES,
  type ErrorData,
  type RunMessage,
  type WorkerMessage,
  type WorkerRunOptions,
  type WorkerSetup,
} from './protocol.ts';
import { stuckResult } from './stuck.ts';
import { whereStuck } from './watchdog.ts';

/** How a foreign client is run and watched. All limits are real time. */
export interface ClientRunnerOptions extends WorkerRunOptions {
  /** Folder the module path is relative to. */
  cwd: string;
  /** Real ms without a turn of the event loop after which a client is looked at, default 400. */
  stuckAfter?: number;
  /** Real ms a module may take to load, default 10,000. */
  loadLimit?: number;
}

/** An opened client module: runs scenarios until it is closed. */
export interface ClientRunner {
  /** Rejects with InvalidInputError when the module turns out to be no client. One run at a time. */
  run(plan: Plan, seed: number, options?: WorkerRunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

const WATCH_MS = 50;
const TERMINATE_MS = 2_000;

/** Opens a module for testing. Rejects with InvalidInputError: missing file, failing import, no factory as default export. */
export async function openClientRunner(modulePath: string, options: ClientRunnerOptions): Promise<ClientRunner> {
  const path = resolvePath(options.cwd, modulePath);
  if (!existsSync(path)) {
    throw new InvalidInputError('TW_CLIENT_MISSING', `there is no file ${modulePath}`, {
      hint: '--client takes the path of a .ts or .js module, relative to the current folder',
    });
  }
  const runner = new SandboxRunner(modulePath, pathToFileURL(path).href, options);
  await runner.open();
  return runner;
}

class SandboxRunner implements ClientRunner {
  readonly #name: string;
  readonly #module: string;
  readonly #options: ClientRunnerOptions;
  #worker: Worker | undefined;
  #pulse = new Int32Array(new SharedArrayBuffer(PULSE_BYTES));

  constructor(name: string, module: string, options: ClientRunnerOptions) {
    this.#name = name;
    this.#module = module;
    this.#options = options;
  }

  async open(): Promise<Worker> {
    const pulse = new SharedArrayBuffer(PULSE_BYTES);
    this.#pulse = new Int32Array(pulse);
    const setup: WorkerSetup = { module: this.#module, name: this.#name, pulse };
    const here = import.meta.url;
    const worker = new Worker(new URL(`../sandbox/worker.${here.endsWith('.ts') ? 'ts' : 'js'}`, here), {
      workerData: setup,
      execArgv: ['--no-force-async-hooks-checks', '--disable-warning=ExperimentalWarning'],
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    const loaded = await this.#next(worker, () => undefined, this.#options.loadLimit ?? 10_000);
    if (loaded === 'stuck' || loaded === 'exit') {
      const where = loaded === 'stuck' ? await this.#locate(worker) : undefined;
      await this.close();
      throw new InvalidInputError(
        'TW_CLIENT_LOAD',
        `${this.#name} ${loaded === 'exit' ? 'ended the thread while loading' : 'does not finish loading'}${where === undefined ? '' : `: stuck in ${where}`}`,
        {
          hint: 'a client module must load without waiting for anything',
        },
      );
    }
    if (loaded.type === 'error') {
      await this.close();
      throw revive(loaded.error);
    }
    return worker;
  }

  async run(plan: Plan, seed: number, options: WorkerRunOptions = {}): Promise<RunResult> {
    const worker = this.#worker ?? (await this.open());
    const { settle, limits, schedule } = { ...this.#options, ...options };
    const message: RunMessage = {
      type: 'run',
      plan,
      seed,
      options: {
        ...(settle === undefined ? {} : { settle }),
        ...(limits === undefined ? {} : { limits }),
        ...(schedule === undefined ? {} : { schedule }),
      },
    };
    let answer = await this.#next(worker, () => worker.postMessage(message));
    while (answer === 'stuck') {
      const beat = Atomics.load(this.#pulse, BEAT);
      const where = await this.#locate(worker);
      if (where === undefined && Atomics.load(this.#pulse, BEAT) !== beat) {
        // It was only slow: a busy machine, a long compile.
        answer = await this.#next(worker, () => undefined);
        continue;
      }
      await this.close();
      return stuckResult(plan, seed, this.#name, 'stuck', where);
    }
    if (answer === 'exit') {
      await this.close();
      return stuckResult(plan, seed, this.#name, 'exit', undefined);
    }
    if (answer.type === 'error') throw revive(answer.error);
    if (answer.type === 'result') return answer.result;
    throw new OwnBugError('the worker answered a run with "ready"');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    // A thread inside native code cannot be ended; it must not hold us up.
    worker.unref();
    await Promise.race([worker.terminate(), new Promise((resolve) => setTimeout(resolve, TERMINATE_MS).unref())]);
  }

  #locate(worker: Worker): Promise<string | undefined> {
    return whereStuck(worker.threadId, (url) => url.startsWith(this.#module.replace(/[^/]*$/, '')));
  }

  /** The worker's next message, or that it died, or that its event loop stands still (or `limit` ms are over). */
  #next(worker: Worker, ask: () => void, limit = Number.POSITIVE_INFINITY): Promise<WorkerMessage | 'stuck' | 'exit'> {
    return new Promise((resolve) => {
      const since = { beat: performance.now(), value: Atomics.load(this.#pulse, BEAT), asked: performance.now() };
      const timer = setInterval(() => {
        const value = Atomics.load(this.#pulse, BEAT);
        const now = performance.now();
        if (value !== since.value || Atomics.load(this.#pulse, JUDGING) === 1) Object.assign(since, { value, beat: now });
        // Before its first beat the thread is still starting up, which a busy machine can make long.
        const patience = value === 0 && Number.isFinite(limit) ? limit : (this.#options.stuckAfter ?? 400);
        if (now - since.beat > patience || now - since.asked > limit) finish('stuck');
      }, WATCH_MS);
      const onMessage = (message: WorkerMessage): void => finish(message);
      const onExit = (): void => finish('exit');
      const finish = (answer: WorkerMessage | 'stuck' | 'exit'): void => {
        clearInterval(timer);
        worker.off('message', onMessage).off('exit', onExit).off('error', onExit);
        resolve(answer);
      };
      worker.on('message', onMessage).on('exit', onExit).on('error', onExit);
      ask();
    });
  }
}

function revive(error: ErrorData): Error {
  if (error.kind === 'invalid-input')
    return new InvalidInputError(error.code, error.message, error.hint === undefined ? {} : { hint: error.hint });
  return new OwnBugError(error.message);
}
