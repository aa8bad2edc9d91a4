// Following the system's log of one simulator while a task is fired: it listens before the call is made, so nothing is missed.
import type { DeviceContext } from '../driver.ts';
import { Inbox } from './inbox.ts';
import { concerns, isLogBanner, parseTaskLogLine, TASK_LOG_PREDICATE } from './task-log.ts';
import type { TaskEvent } from './task-log.ts';
import type { Xcrun } from './xcrun.ts';

export interface TaskWatch {
  /** The next event about the task; undefined when none comes within so long, or the log has ended. */
  next(timeout: number): Promise<TaskEvent | undefined>;
  stop(): void;
}

/** How long a log stream may take to say that it listens. */
const LISTENING = 5_000;

/** Listens when this returns. */
export async function watchTasks(
  context: DeviceContext,
  xcrun: Xcrun,
  udid: string,
  about: { pid: number; identifier: string },
): Promise<TaskWatch> {
  const kill = new AbortController();
  const signal = context.signal === undefined ? kill.signal : AbortSignal.any([context.signal, kill.signal]);
  const inbox = new Inbox<TaskEvent | 'listening'>();
  void (async () => {
    try {
      const args = ['simctl', 'spawn', udid, 'log', 'stream', '--style', 'ndjson', '--level', 'debug', '--predicate', TASK_LOG_PREDICATE];
      for await (const line of xcrun.lines(args, signal)) {
        const event = isLogBanner(line) ? 'listening' : parseTaskLogLine(line);
        if (event === 'listening' || (event?.pid === about.pid && concerns(event, about.identifier))) inbox.put(event);
      }
    } catch {
      // The simulator went away, or we stopped it: either way there is nothing more to hear.
    }
    inbox.close();
  })();
  await inbox.take(context, LISTENING);
  return {
    async next(timeout) {
      const taken = await inbox.take(context, timeout, (event) => event !== 'listening');
      return typeof taken === 'string' || taken.found === 'listening' ? undefined : taken.found;
    },
    stop: () => kill.abort(),
  };
}

/** What was written about the task in the last minutes; empty when the log cannot be read. */
export async function pastEvents(
  xcrun: Xcrun,
  udid: string,
  about: { pid: number; identifier: string },
  seconds: number,
): Promise<TaskEvent[]> {
  const { stdout } = await xcrun.run(
    [
      'simctl',
      'spawn',
      udid,
      'log',
      'show',
      '--last',
      `${Math.ceil(seconds)}s`,
      '--info',
      '--debug',
      '--style',
      'ndjson',
      '--predicate',
      TASK_LOG_PREDICATE,
    ],
    { timeout: 60_000 },
  );
  return stdout
    .split('\n')
    .map(parseTaskLogLine)
    .filter((event) => event !== undefined)
    .filter((event) => event.pid === about.pid && concerns(event, about.identifier));
}
