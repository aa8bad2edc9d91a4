// The process as the commands see it, in one place: streams, environment, folder, wall clock, signals. A reader that goes away
// (`| head`) is no error: what is left to write is dropped, and the exit code still comes from the results.
import { readFileSync } from 'node:fs';
import type { Environment, ScreenStream } from '../report/screen.ts';

export type StopSignal = 'SIGINT' | 'SIGTERM';

export interface Output extends ScreenStream {
  write(text: string): void;
  /** Its reader has gone away: a command that would go on for ever has nobody to go on for. */
  readonly isGone?: boolean;
}

export interface System {
  readonly env: Environment;
  readonly cwd: string;
  readonly out: Output;
  readonly err: Output;
  /** Wall time in ms, for people only. */
  now(): number;
  /** Calls `stop` once on the first signal; the second ends the process at once. Returns its removal. */
  onSignal(stop: (signal: StopSignal) => void): () => void;
}

/** The real process. */
export function processSystem(): System {
  return {
    env: process.env,
    cwd: process.cwd(),
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    now: () => performance.now(),
    onSignal(stop) {
      const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, () => stop(signal)] as const);
      for (const [signal, listener] of listeners) process.once(signal, listener);
      return () => {
        for (const [signal, listener] of listeners) process.off(signal, listener);
      };
    },
  };
}

/** One turn of the event loop: signals are heard there, and nowhere while runs follow each other without waiting. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Of tokenwarp, from the package.json beside src/ or dist/. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  let open = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    open = false;
  });
  return {
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get isGone() {
      return !open;
    },
    write(text) {
      if (open) stream.write(text);
    },
  };
}
