// What became of a fired job, in lines for people.
import { JOB_STOP_REASONS } from '../../core/android-words.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Fired } from '../../device/android/fire.ts';
import { describeWork } from '../../device/android/target.ts';
import type { Verdict } from '../../device/android/verdict.ts';
import type { Paint } from '../../report/screen.ts';

/** It ran and did its work, or was stopped because that was asked for. */
export function wentWell(verdict: Verdict, askedToStop: boolean): boolean {
  if (verdict.outcome === 'stopped') return askedToStop;
  return verdict.outcome === 'ran' && ['SUCCESS', 'SUCCESS or FAILURE', 'unknown'].includes(verdict.result);
}

export function firedLines(fired: Fired, askedToStop: boolean, paint: Paint): string[] {
  const { verdict, device, app, work } = fired;
  const mark = wentWell(verdict, askedToStop)
    ? paint('green', '✓')
    : verdict.outcome === 'undecided'
      ? paint('yellow', '?')
      : paint('red', '✗');
  const title = `${mark} ${describeWork(work)} of ${app} on ${device}: ${verdictWords(fired)}`;
  return [title, ...facts(fired).map(([name, text]) => `    ${paint('dim', name.padEnd(8))} ${text}`)];
}

/** The outcome in one sentence. */
export function verdictWords({ verdict, dueIn, source }: Pick<Fired, 'verdict' | 'dueIn' | 'source'>): string {
  switch (verdict.outcome) {
    case 'ran':
      return RESULTS[verdict.result];
    case 'stopped':
      return `it ran and was stopped (${reasonWords(verdict.reason)})`;
    case 'refused':
      return dueIn === undefined
        ? 'refused: WorkManager did no work, it is before its time or ran already'
        : `refused: before schedule, due in ${formatDuration(seconds(dueIn))}`;
    case 'held':
      return `not fired, ${verdict.gate.gate} holds it: ${verdict.gate.detail}`;
    case 'undecided':
      return source === 'jobs' ? 'nobody can say: the app is no debug build and logs nothing' : 'nothing was seen of it in time';
  }
}

const RESULTS: Readonly<Record<Extract<Verdict, { outcome: 'ran' }>['result'], string>> = {
  SUCCESS: 'it ran, result SUCCESS',
  FAILURE: 'it ran, result FAILURE',
  RETRY: 'it ran, result RETRY',
  cancelled: 'it was cancelled',
  threw: 'it ran and threw an exception',
  'SUCCESS or FAILURE': 'it ran, SUCCESS or FAILURE (for periodic work the database does not tell)',
  unknown: 'it ran: its refresh reached the server',
};

function facts(fired: Fired): (readonly [string, string])[] {
  const { verdict, job, command, said, clock, nextIn, server } = fired;
  return [
    ...(command === '' ? [] : [['command', `${command}${said === '' ? '' : `  (${said})`}`] as const]),
    ...(job.after === undefined || job.after === job.before ? [] : [['job', `${job.before}, now ${job.after}`] as const]),
    ...(clock === undefined ? [] : [['clock', `moved ${formatDuration(seconds(clock.to - clock.from))} and put back`] as const]),
    ...(nextIn === undefined
      ? []
      : [
          [
            'next',
            `in ${formatDuration(seconds(nextIn))}${clock === undefined ? '' : ': its period is counted from the moved clock'}`,
          ] as const,
        ]),
    ...(server === undefined
      ? []
      : [['server', `${count(server.received, 'token request')}, ${server.committed} committed, ${server.refused} refused`] as const]),
    ...hints(verdict, clock !== undefined),
  ];
}

function hints(verdict: Verdict, warped: boolean): (readonly [string, string])[] {
  if (verdict.outcome === 'held' && verdict.gate.command !== undefined) return [['open', verdict.gate.command]];
  if (verdict.outcome === 'refused' && !warped) return [['hint', '--make-due moves the wall clock past its next run, and back']];
  if (verdict.outcome === 'undecided')
    return [['hint', 'attach the mock server (--url), use a debug build, or let WorkManager log at INFO']];
  return [];
}

/** `connectivity, 7` */
function reasonWords(code: number): string {
  const name = Object.entries(JOB_STOP_REASONS).find(([, value]) => value === code)?.[0];
  return name === undefined ? `reason ${code}` : `${name}, ${code}`;
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000) * 1_000;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
