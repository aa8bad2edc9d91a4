// The system's lines about background tasks of a simulator, as they come. Filtered by the system itself, and once more here: an app that
// writes a token into a log of this subsystem must not get it printed by us.
import type { DeviceContext } from '../driver.ts';
import { parseTaskLogLine, TASK_LOG_PREDICATE } from './task-log.ts';
import type { TaskEvent } from './task-log.ts';
import { simctlError } from './errors.ts';
import type { Xcrun } from './xcrun.ts';

export async function* taskLog(context: DeviceContext & { signal: AbortSignal }, xcrun: Xcrun, udid: string): AsyncGenerator<TaskEvent> {
  // A stream that ends at once says nothing about why: a question that fails in the same way does.
  const probe = await xcrun.run(['simctl', 'getenv', udid, 'HOME']);
  if (probe.code !== 0) throw simctlError(probe, { udid, command: 'simctl spawn log stream' });
  const args = ['simctl', 'spawn', udid, 'log', 'stream', '--style', 'ndjson', '--level', 'debug', '--predicate', TASK_LOG_PREDICATE];
  for await (const line of xcrun.lines(args, context.signal)) {
    const event = parseTaskLogLine(line);
    if (event !== undefined) yield { ...event, message: redacted(event.message) };
  }
}

/** What looks like a token: three parts of base64url, or a long run without a word in it. Identifiers of tasks have dots and words. */
export function redacted(text: string): string {
  return text
    .replaceAll(/\b[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}/g, '<token>')
    .replaceAll(/[A-Za-z0-9_+/=-]{32,}/g, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) && !isUuid(run) ? '<token>' : run));
}

function isUuid(text: string): boolean {
  return /^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text);
}
