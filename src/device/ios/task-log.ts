// The lines that BackgroundTasks writes to the unified log, as events. They are the only place where a simulated task says that it
// started and ended. Wordings differ between versions, names may be withheld (`<private>`): an event that names nobody may be anybody's.
import { isObject, jsonOf, textOf } from './json.ts';

/** Apple's, and that of a debug hook in the app (docs/ios.md), which writes the same two lines about work it starts itself. */
const SUBSYSTEMS = ['com.apple.BackgroundTasks', 'tokenwarp.hook'];

/** For `log stream` and `log show`: without a predicate a simulator that just booted writes more than 100 MB a minute. */
export const TASK_LOG_PREDICATE = SUBSYSTEMS.map((name) => `subsystem == "${name}"`).join(' OR ');

export type TaskEventName =
  | 'simulating'
  | 'not-scheduled'
  | 'already-running'
  | 'started'
  | 'completed'
  | 'expiring'
  | 'no-expiration-handler'
  | 'not-running'
  | 'not-permitted'
  | 'not-registered'
  | 'dropped'
  | 'other';

/** No line of this subsystem comes near it. */
const LONGEST_MESSAGE = 4_096;

export interface TaskEvent {
  readonly event: TaskEventName;
  readonly pid: number;
  readonly message: string;
  /** What the app said about its work, where the line has it. */
  readonly success?: boolean;
}

const EVENTS: readonly (readonly [TaskEventName, RegExp])[] = [
  ['simulating', /^Simulating launch for task/],
  ['not-scheduled', /No task request with identifier .* has been scheduled/],
  ['already-running', /^Task with identifier .* is already running/],
  ['started', /^(?:Starting simulated task|Running task|Starting task)\b/],
  ['completed', /^Marking (?:simulated )?task\b.*\bcomplete\b/],
  ['expiring', /^Expiring (?:simulated )?task/],
  ['dropped', /without completing/],
  ['not-permitted', /is not advertised in the application/],
  ['not-registered', /No launch handler registered for task/],
  ['not-running', /^No running (?:simulated )?task/],
  ['no-expiration-handler', /expiration handler/i],
];

/** One line of `--style ndjson`; undefined for the banner, for the closing line of `log show` and for anything that is no event of an app. */
export function parseTaskLogLine(line: string): TaskEvent | undefined {
  const entry = jsonOf(line.trim());
  if (!isObject(entry)) return undefined;
  const message = textOf(entry['eventMessage'])?.slice(0, LONGEST_MESSAGE);
  const pid = entry['processID'];
  const subsystem = textOf(entry['subsystem']);
  if (message === undefined || typeof pid !== 'number' || (subsystem !== undefined && !SUBSYSTEMS.includes(subsystem))) return undefined;
  const [event] = EVENTS.find(([, pattern]) => pattern.test(message)) ?? ['other' as const];
  const [, success] = /with success: (\d|true|false)/.exec(message) ?? [];
  return { event, pid, message, ...(success === undefined ? {} : { success: success === '1' || success === 'true' }) };
}

/** The line that `log stream` prints when it listens. */
export function isLogBanner(line: string): boolean {
  return line.startsWith('Filtering the log data using');
}

/** Whether an event is about this identifier: it names it, or it names nobody. */
export function concerns({ message }: TaskEvent, identifier: string): boolean {
  for (let at = message.indexOf(identifier); at >= 0; at = message.indexOf(identifier, at + 1)) {
    // As a whole: com.example.refresh is not com.example.refresh2, and not com.example.refresh.more.
    const isWhole =
      !/[\w.*-]/.test(message.charAt(at - 1)) &&
      !/^(?:[\w*-]|\.[\w*-])/.test(message.slice(at + identifier.length, at + identifier.length + 2));
    if (isWhole) return true;
  }
  return !/[A-Za-z][\w-]*(?:\.[\w-]+){2,}/.test(message);
}

/** How many tasks of this identifier started and did not end, over the events of one process in their order. */
export function runningTasks(events: readonly TaskEvent[], identifier: string): number {
  const mine = events.filter((event) => concerns(event, identifier));
  return mine.reduce((open, { event }) => {
    if (event === 'started') return open + 1;
    return event === 'completed' || event === 'dropped' ? Math.max(0, open - 1) : open;
  }, 0);
}
