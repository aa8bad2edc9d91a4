// What QuotaController remembers of one app and how it judges: sessions in sliding windows, run time, jobs, bursts. Pure but for the
// book itself, which is written when a session ends.
import type { BucketQuota, Figures } from './tables.ts';

/** A stretch in which at least one job of the app ran and counted. */
interface Session {
  readonly start: number;
  readonly end: number;
  readonly jobs: number;
  /** False: began so soon after the one before that both are one. */
  readonly counts: boolean;
}

interface Burst {
  until: number;
  count: number;
}

export interface QuotaBook {
  readonly sessions: Session[];
  open: { start: number; jobs: number } | undefined;
  readonly jobBurst: Burst;
  readonly sessionBurst: Burst;
  /** Run time was used up: the app comes back only with the buffer to spare. */
  spent: boolean;
}

/** Which limit holds an app out, in the words a report needs. `until`: when it is in quota again if nothing else runs. */
export interface Shortage {
  readonly limit: 'sessions' | 'run time' | 'jobs' | 'run time in 24h' | 'jobs per minute' | 'sessions per minute';
  readonly used: number;
  readonly allowed: number;
  readonly until: number;
}

export function emptyBook(): QuotaBook {
  return { sessions: [], open: undefined, jobBurst: { until: 0, count: 0 }, sessionBurst: { until: 0, count: 0 }, spent: false };
}

/** A job starts to count now. */
export function openSession(book: QuotaBook, now: number, figures: Figures): void {
  bump(book.jobBurst, now, figures.rateWindow);
  if (book.open !== undefined) {
    book.open.jobs += 1;
    return;
  }
  book.open = { start: now, jobs: 1 };
  bump(book.sessionBurst, now, figures.rateWindow);
}

/** The last counting job ended, or stopped counting. */
export function closeSession(book: QuotaBook, now: number, figures: Figures): void {
  const { open, sessions } = book;
  if (open === undefined) return;
  const before = sessions.at(-1);
  const counts = before === undefined || open.start - before.end > figures.sessionCoalescing;
  sessions.push({ start: open.start, end: now, jobs: open.jobs, counts });
  book.open = undefined;
  while (sessions[0] !== undefined && sessions[0].end <= now - figures.quotaMaximumWindow) sessions.shift();
}

/** Why the app may not start a job now: of all limits that hold it the one that holds it longest; undefined = it may. */
export function shortage(book: QuotaBook, quota: BucketQuota, now: number, figures: Figures): Shortage | undefined {
  return later(later(timeShortage(book, quota, now, figures), countShortage(book, quota, now)), burstShortage(book, now, figures));
}

/** As {@link shortage}, for a job that runs already: only run time can end it. */
export function timeShortage(book: QuotaBook, quota: BucketQuota, now: number, figures: Figures): Shortage | undefined {
  if (quota.time > 0 && book.open === undefined && book.sessions.length === 0) return undefined;
  const own = quota.time === quota.window ? Infinity : quota.time;
  return later(
    overrun(book, { limit: 'run time', window: quota.window, allowed: own }, now, figures),
    overrun(book, { limit: 'run time in 24h', window: figures.quotaMaximumWindow, allowed: figures.quotaMaximum }, now, figures),
  );
}

/** Notes whether run time is used up, for the buffer that the way back needs. */
export function noteSpent(book: QuotaBook, quota: BucketQuota, now: number, figures: Figures): void {
  book.spent = timeShortage(book, quota, now, figures) !== undefined;
}

/** When the session that is open has used up the run time; Infinity = not in sight. */
export function exhaustedAt(book: QuotaBook, quota: BucketQuota, now: number, figures: Figures): number {
  if (book.open === undefined) return Infinity;
  const own = quota.time === quota.window ? Infinity : runDry(book, quota.window, quota.time, now);
  return Math.min(own, runDry(book, figures.quotaMaximumWindow, figures.quotaMaximum, now));
}

/** Run time in the window that ends now. */
export function timeUsed(book: QuotaBook, window: number, now: number): number {
  const from = now - window;
  let sum = book.open === undefined ? 0 : now - Math.max(from, book.open.start);
  for (const { start, end } of book.sessions) if (end > from) sum += end - Math.max(from, start);
  return sum;
}

interface TimeLimit {
  readonly limit: Shortage['limit'];
  readonly window: number;
  readonly allowed: number;
}

function overrun(book: QuotaBook, { limit, window, allowed }: TimeLimit, now: number, figures: Figures): Shortage | undefined {
  const used = timeUsed(book, window, now);
  if (used < allowed && !(book.spent && used > allowed - figures.quotaBuffer)) return undefined;
  return { limit, used, allowed, until: timeBack(book, window, now, allowed - figures.quotaBuffer) };
}

/** What slides out of the window while the session runs gives time back, so this closes in on the answer from below. */
function runDry(book: QuotaBook, window: number, allowed: number, now: number): number {
  let at = now;
  for (let left = allowed - timeUsed(book, window, at); left > 0; left = allowed - timeUsed(book, window, at)) {
    at += left;
    if (at - now > 2 * window) return Infinity;
  }
  return at;
}

/** When so much has left the window that only `target` is in it. */
function timeBack(book: QuotaBook, window: number, now: number, target: number): number {
  const from = now - window;
  let excess = timeUsed(book, window, now) - target;
  const all = book.open === undefined ? book.sessions : [...book.sessions, { start: book.open.start, end: now }];
  for (const { start, end } of all) {
    if (end <= from) continue;
    const inside = Math.max(from, start);
    if (excess <= end - inside) return inside + Math.max(0, excess) + window;
    excess -= end - inside;
  }
  return now + window;
}

function countShortage(book: QuotaBook, quota: BucketQuota, now: number): Shortage | undefined {
  const inside = book.sessions.filter(({ end }) => end > now - quota.window);
  return later(sessionShortage(inside, quota), jobShortage(inside, quota));
}

function sessionShortage(inside: readonly Session[], quota: BucketQuota): Shortage | undefined {
  const counted = inside.filter(({ counts }, index) => counts || index === 0);
  if (counted.length < quota.sessions) return undefined;
  const leaves = counted[counted.length - quota.sessions];
  return { limit: 'sessions', used: counted.length, allowed: quota.sessions, until: lastPart(inside, leaves) + quota.window };
}

function jobShortage(inside: readonly Session[], quota: BucketQuota): Shortage | undefined {
  let jobs = 0;
  for (const session of inside.toReversed()) {
    jobs += session.jobs;
    if (jobs >= quota.jobs) return { limit: 'jobs', used: total(inside), allowed: quota.jobs, until: session.end + quota.window };
  }
  return undefined;
}

/** The end of a session that was joined by others: it leaves the window with its last part. */
function lastPart(inside: readonly Session[], session: Session | undefined): number {
  let end = session?.end ?? 0;
  for (let at = session === undefined ? inside.length : inside.indexOf(session) + 1; inside[at]?.counts === false; at++)
    end = inside[at]?.end ?? end;
  return end;
}

function burstShortage({ jobBurst, sessionBurst }: QuotaBook, now: number, figures: Figures): Shortage | undefined {
  return later(
    overburst(jobBurst, 'jobs per minute', figures.rateJobs, now),
    overburst(sessionBurst, 'sessions per minute', figures.rateSessions, now),
  );
}

function overburst(burst: Burst, limit: Shortage['limit'], allowed: number, now: number): Shortage | undefined {
  return now < burst.until && burst.count >= allowed ? { limit, used: burst.count, allowed, until: burst.until } : undefined;
}

/** Of two limits the one that holds longer. */
function later(a: Shortage | undefined, b: Shortage | undefined): Shortage | undefined {
  return a === undefined || (b !== undefined && b.until > a.until) ? b : a;
}

function bump(burst: Burst, now: number, window: number): void {
  if (now >= burst.until) Object.assign(burst, { until: now + window, count: 0 });
  burst.count += 1;
}

function total(sessions: readonly Session[]): number {
  return sessions.reduce((sum, { jobs }) => sum + jobs, 0);
}
