// What became of the background jobs of a phone, read from a history: runs, refusals, the gates that held a job and for how long, the longest
// time without a renewal, and each login that was lost with what held the job when its token died. Data only; the words are in report/.
import type { JobOutcome } from '../core/contract.ts';
import type { EventOf, HistoryEvent } from '../core/events.ts';
import { lostLogins, type LostLogin } from './background-losses.ts';
import { Timeline, type Standing } from './background-timeline.ts';
import { deviceOf } from './indexer.ts';

/** One phone over the whole run. Times are virtual ms of the history. */
export interface BackgroundReport {
  device: string;
  /** `android 14`. */
  system: string;
  /** Who used it. */
  profile?: string;
  from: number;
  to: number;
  jobs: readonly JobReport[];
  /** Refreshes inside a run of a job, and all others. */
  renewals: { inJobs: number; elsewhere: number };
  /** The longest time in which no new token came, the last stretch included. */
  longestWithoutRenewal: Stretch;
  lost: readonly LostLogin[];
}
export interface Stretch {
  from: number;
  to: number;
}
export interface JobReport {
  job: string;
  kinds: readonly string[];
  asked: number;
  refused: readonly Count[];
  cancelled: readonly Count[];
  runs: number;
  /** Runs in which a refresh was sent. */
  refreshing: number;
  /** Those of them that brought a new token. */
  renewing: number;
  outcomes: Readonly<Record<JobOutcome, number>>;
  /** Answers that nobody listened to any more. */
  dropped: number;
  stopped: readonly Count[];
  lost: readonly Count[];
  /** Of the whole time, what held it; `running` and `not asked for` among them, the longest first. */
  held: readonly Share[];
  longestBetweenRuns: Stretch;
  /** What the system says of it in the end. */
  now: Standing;
}
export interface Count {
  what: string;
  count: number;
}
export interface Share {
  gate: string;
  ms: number;
  /** 0 to 1. */
  share: number;
  /** Rests on a figure that its vendor has not published. */
  undocumented?: true;
}

/** What the history does not tell. */
export interface PhoneFacts {
  device: string;
  system: string;
  profile?: string;
  /** Ms for which an unused refresh token is good, and any; infinite = for ever. */
  idle: number;
  absolute: number;
}

/** `from`: when the steps began. */
export function reportBackground(events: readonly HistoryEvent[], phone: PhoneFacts, from: number): BackgroundReport {
  const own = events.filter((event) => deviceOf(event.actor) === phone.device);
  const to = events.at(-1)?.t ?? from;
  const timelines = timelinesOf(own, from);
  const refreshes = refreshesIn(own);
  const refreshing = runsOf(refreshes);
  const renewing = runsOf(refreshes.filter(({ granted }) => granted));
  const jobs = [...timelines].map(([job, timeline]) => jobReport(job, timeline, { own, from, to, refreshing, renewing }));
  const sent = refreshes.filter(({ at }) => at >= from);
  const inJobs = sent.filter(({ runs }) => runs.length > 0).length;
  return {
    device: phone.device,
    system: phone.system,
    ...(phone.profile === undefined ? {} : { profile: phone.profile }),
    from,
    to,
    jobs,
    renewals: { inJobs, elsewhere: sent.length - inJobs },
    longestWithoutRenewal: longest([from, ...renewalsOf(events, phone.device), to].filter((t) => t >= from)),
    lost: lostLogins(events, phone, { timelines, renewing }),
  };
}

function timelinesOf(own: readonly HistoryEvent[], from: number): Map<string, Timeline> {
  const timelines = new Map<string, Timeline>();
  for (const event of own) {
    if (!('job' in event)) continue;
    const known = timelines.get(event.job) ?? new Timeline(from);
    timelines.set(event.job, known);
    known.see(event);
  }
  return timelines;
}

/** A refresh as it was sent, with the runs of jobs that were under way in its process. */
interface Refresh {
  at: number;
  runs: readonly string[];
  granted: boolean;
}

function refreshesIn(own: readonly HistoryEvent[]): Refresh[] {
  const open = new Map<string, string>();
  const sent = new Map<string, Refresh>();
  for (const event of own) {
    if (event.type === 'job.started') open.set(event.run, event.actor);
    else if (event.type === 'job.ended') open.delete(event.run);
    else if (event.type === 'job.lost' && event.run !== undefined) open.delete(event.run);
    else if (event.type === 'token.sent') {
      const runs = [...open].flatMap(([run, actor]) => (actor === event.actor ? [run] : []));
      sent.set(event.x, { at: event.t, runs, granted: false });
    } else if (event.type === 'token.delivered') {
      const refresh = sent.get(event.x);
      if (refresh !== undefined) refresh.granted = event.kind === 'granted';
    }
  }
  return [...sent.values()];
}

/** Runs during which the process of the job sent a refresh. */
export function refreshingRuns(own: readonly HistoryEvent[]): ReadonlySet<string> {
  return runsOf(refreshesIn(own));
}

function runsOf(refreshes: readonly Refresh[]): ReadonlySet<string> {
  return new Set(refreshes.flatMap(({ runs }) => runs));
}

interface About {
  own: readonly HistoryEvent[];
  from: number;
  to: number;
  refreshing: ReadonlySet<string>;
  renewing: ReadonlySet<string>;
}

function jobReport(job: string, timeline: Timeline, { own, from, to, refreshing, renewing }: About): JobReport {
  const mine = own.filter((event) => 'job' in event && event.job === job);
  const starts = of(mine, 'job.started');
  const ends = of(mine, 'job.ended');
  const outcomes = { success: 0, failure: 0, retry: 0 };
  for (const { outcome } of ends) outcomes[outcome] += 1;
  return {
    job,
    kinds: [...new Set(of(mine, 'job.requested').map(({ kind }) => kind))],
    asked: of(mine, 'job.requested').length,
    refused: counted(of(mine, 'job.refused').map(({ code, why }) => `${code}: ${why}`)),
    cancelled: counted(of(mine, 'job.cancelled').map(({ by }) => by)),
    runs: starts.length,
    refreshing: starts.filter(({ run }) => refreshing.has(run)).length,
    renewing: starts.filter(({ run }) => renewing.has(run)).length,
    outcomes,
    dropped: ends.filter(({ dropped }) => dropped === true).length,
    stopped: counted(of(mine, 'job.stopped').map(({ reason }) => reason)),
    lost: counted(of(mine, 'job.lost').map(({ by }) => by)),
    held: timeline.shares(from, to),
    longestBetweenRuns: longest([from, ...starts.map(({ t }) => t).filter((t) => t >= from), to]),
    now: timeline.at(to),
  };
}

function of<T extends HistoryEvent['type']>(events: readonly HistoryEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** Most frequent first. */
function counted(all: readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const what of all) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].map(([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count || (a.what < b.what ? -1 : 1));
}

/** The longest stretch between two neighbours; moments in order. */
function longest(moments: readonly number[]): Stretch {
  let found: Stretch = { from: moments[0] ?? 0, to: moments[0] ?? 0 };
  for (const [i, to] of moments.entries()) {
    const from = moments[i - 1] ?? to;
    if (to - from > found.to - found.from) found = { from, to };
  }
  return found;
}

function renewalsOf(events: readonly HistoryEvent[], device: string): number[] {
  return events.flatMap((event) =>
    (event.type === 'token.committed' || event.type === 'session.granted') && event.device === device ? [event.t] : [],
  );
}
