// Logins that a phone lost: when somebody noticed, when the token had died, and what held the refresh job at that moment.
import type { HistoryEvent } from '../core/events.ts';
import type { JobOutcome } from '../core/contract.ts';
import type { PhoneFacts } from './background-report.ts';
import type { Standing, Timeline } from './background-timeline.ts';
import { deviceOf } from './indexer.ts';

export interface LostLogin {
  /** When the first of client and server knew. */
  at: number;
  /** When the refresh token had stopped being good; the same where no clock ended it. */
  died: number;
  /** The server's own reason; `client`: it gave a session up that the server still had. */
  reason: string;
  /** When a new token came last. */
  renewed: number;
  /** What stood with each job when the token died. */
  jobs: readonly JobThen[];
}
export interface JobThen {
  job: string;
  standing: Standing;
  /** Runs since the last new token that did not bring one. */
  idleRuns: number;
  /** The last run before. */
  last?: { run: string; at: number; outcome?: JobOutcome; renewing: boolean };
}

interface Jobs {
  timelines: ReadonlyMap<string, Timeline>;
  /** Runs that brought a new token. */
  renewing: ReadonlySet<string>;
}
/** One sign-in until it is over. */
interface Login {
  family: string;
  granted: number;
  renewed: number;
}

export function lostLogins(events: readonly HistoryEvent[], phone: PhoneFacts, jobs: Jobs): LostLogin[] {
  return endings(events, phone.device).map(({ at, reason, login }) => lossOf(at, reason, login, { events, phone, jobs }));
}

export function countLosses(events: readonly HistoryEvent[], device: string): number {
  return endings(events, device).length;
}

interface Ending {
  at: number;
  reason: string;
  login: Login;
}

function endings(events: readonly HistoryEvent[], device: string): Ending[] {
  const found: Ending[] = [];
  let login: Login | undefined;
  for (const event of events) {
    login = follow(login, event, device);
    if (login === undefined) continue;
    const reason = endOf(event, login, device);
    if (reason === undefined) continue;
    found.push({ at: event.t, reason, login });
    login = undefined;
  }
  return found;
}

/** The login that counts after an event; one that the user ended is none. */
function follow(login: Login | undefined, event: HistoryEvent, device: string): Login | undefined {
  if (event.type === 'session.granted' && event.device === device) return { family: event.family, granted: event.t, renewed: event.t };
  if (event.type === 'token.committed' && event.device === device && login !== undefined) return { ...login, renewed: event.t };
  if (event.type === 'signOut.called' && deviceOf(event.actor) === device) return undefined;
  return login;
}

function endOf(event: HistoryEvent, { family }: Login, device: string): string | undefined {
  if (event.type === 'family.dead' && event.family === family) return event.reason;
  if (deviceOf(event.actor) !== device) return undefined;
  if (event.type === 'state' && event.to === 'expired') return 'client';
  return event.type === 'request.settled' && event.reason === 'reauthentication-required' ? 'client' : undefined;
}

interface About {
  events: readonly HistoryEvent[];
  phone: PhoneFacts;
  jobs: Jobs;
}

function lossOf(at: number, reason: string, login: Login, { events, phone, jobs }: About): LostLogin {
  const ends = [
    ...(reason === 'idle' ? [login.renewed + phone.idle] : []),
    ...(reason === 'absolute' ? [login.granted + phone.absolute] : []),
  ];
  const died = Math.min(at, ...ends);
  const then = [...jobs.timelines].map(([job, timeline]): JobThen => {
    const starts = events.filter(
      (event): event is HistoryEvent & { type: 'job.started' } =>
        event.type === 'job.started' && event.job === job && event.t <= died && deviceOf(event.actor) === phone.device,
    );
    const last = starts.at(-1);
    const idle = starts.filter(({ t, run }) => t > login.renewed && !jobs.renewing.has(run)).length;
    return {
      job,
      standing: timeline.at(died),
      idleRuns: idle,
      ...(last === undefined ? {} : { last: runOf(last, events, jobs.renewing) }),
    };
  });
  return { at, died, reason, renewed: login.renewed, jobs: then };
}

function runOf(
  { run, t }: { run: string; t: number },
  events: readonly HistoryEvent[],
  renewing: ReadonlySet<string>,
): NonNullable<JobThen['last']> {
  const end = events.find((event) => event.type === 'job.ended' && event.run === run);
  return { run, at: t, renewing: renewing.has(run), ...(end?.type === 'job.ended' ? { outcome: end.outcome } : {}) };
}
