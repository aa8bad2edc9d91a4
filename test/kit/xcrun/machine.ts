// A machine whose only program is the double of `xcrun`, played in the process of the test: what takes a second as a program takes a
// millisecond here. Time is real. Programs that must be real ones (the debugger, a kill) need the double as a program.
import { realMachine } from '../../../src/device/exec.ts';
import type { CommandRecord, Conversation, Machine, RunOptions } from '../../../src/device/exec.ts';
import type { XcrunDouble } from './double.ts';
import { play } from './play.ts';

export function doubleMachine(double: XcrunDouble): Machine {
  const real = realMachine({ ...process.env, ...double.env });
  return {
    ...real,
    run: (file, args, options = {}) => (file === double.path ? run(double, args, options) : real.run(file, args, options)),
    lines: (file, args, options) => (file === double.path ? lines(double, args, options.signal) : real.lines(file, args, options)),
    talk: (file, args, options) => (file === double.path ? talk(double, args, options.signal) : real.talk(file, args, options)),
  };
}

async function run(double: XcrunDouble, args: readonly string[], options: RunOptions): Promise<CommandRecord> {
  const said = { stdout: '', stderr: '' };
  const since = Date.now();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.timeout ?? 30_000);
  const signal = options.signal === undefined ? late.signal : AbortSignal.any([late.signal, options.signal]);
  const code = await play(double.folder, args, {
    say: (text) => void (said.stdout += text),
    complain: (text) => void (said.stderr += text),
    input: options.input ?? '',
    lines: [],
    env: options.env ?? {},
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  clearTimeout(timer);
  const ended = options.signal?.aborted === true ? 'aborted' : code === undefined ? 'timeout' : 'exited';
  return { file: double.path, args, ended, code, ...said, ms: Date.now() - since };
}

/** Text that comes in pieces, as lines. */
class Lines implements AsyncIterable<string> {
  #rest = '';
  readonly #kept: string[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  put(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    this.#kept.push(...parts);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      yield* this.#kept.splice(0);
      // More may have come while the reader worked on these.
      if (this.#kept.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function lines(double: XcrunDouble, args: readonly string[], signal: AbortSignal): AsyncIterable<string> {
  const out = new Lines();
  signal.addEventListener('abort', () => out.end());
  void play(double.folder, args, { say: (text) => out.put(text), complain: () => undefined, input: '', lines: [], env: {}, signal }).then(
    () => out.end(),
    () => out.end(),
  );
  return out;
}

function talk(double: XcrunDouble, args: readonly string[], signal: AbortSignal): Conversation {
  const [out, input] = [new Lines(), new Lines()];
  const played = play(double.folder, args, {
    say: (text) => out.put(text),
    complain: (text) => out.put(text),
    input: '',
    lines: input,
    env: {},
    signal,
  }).then(() => out.end());
  return {
    said: out,
    send: (line) => input.put(`${line}\n`),
    async end() {
      input.end();
      await played;
    },
  };
}
