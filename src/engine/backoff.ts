// When a refresh may be tried again: growing gaps with jitter inside an outage, Retry-After as a floor, and an hourly allowance
// for retries, counted per device because the outage travels in the stored record. Pure.
import type { Outage, Stamp } from './record.ts';

const FIRST_GAP = 250;
const GROWTH = 2.5;
const LONGEST_GAP = 30_000;
/** A gap is drawn from 0.85 to 1.15 of its nominal length, so that two at the cap still keep the ratio that storms are judged by. */
const SPREAD = 0.3;
/** Up to this length a pause is never shorter than the one before, also when that was the server's wish (invariants I11b), ms. */
const LONG_GAP = 10_500;
/** 14 retries at once and one more every 4 minutes stay below 30 in any hour (invariants I11a). */
const CREDIT = 14;
const CREDIT_EVERY = 240_000;
/** At most this many exchanges in 10 s, grants included (invariants I11a allows 8). */
const BURST = 7;
const BURST_WINDOW = 10_000;

export interface Failure {
  /** When the attempt ended. */
  at: Stamp;
  retryAfter: number | undefined;
  unknown: boolean;
}

/** The outage after one more failed attempt. `fraction` in [0, 1) is drawn by the caller. */
export function afterFailure(before: Outage | undefined, { at, retryAfter = 0, unknown }: Failure, fraction: number): Outage {
  const quiet = before === undefined ? CREDIT * CREDIT_EVERY : at.mono - before.at.mono;
  // After a long quiet this is another outage.
  const last = quiet < CREDIT * CREDIT_EVERY ? before : undefined;
  const failures = (last?.failures ?? 0) + 1;
  const gap = Math.max(gapAfter(failures, fraction), Math.min(last?.wait ?? 0, LONG_GAP));
  const credit = Math.max(0, Math.min(CREDIT, (last?.credit ?? CREDIT) + quiet / CREDIT_EVERY) - 1);
  return { failures, at, wait: Math.max(gap, retryAfter), floor: retryAfter, credit, unknown: unknown || before?.unknown === true };
}

/** The outage after something that may have ended it (back online, back on screen): what the server asked for still holds. */
export function relieved(outage: Outage): Outage {
  return { ...outage, failures: 0, wait: outage.floor };
}

/** The one of two accounts of an outage that knows of the later attempt. */
export function laterOutage(mine: Outage | undefined, stored: Outage | undefined): Outage | undefined {
  if (mine === undefined || stored === undefined) return mine ?? stored;
  return stored.at.mono > mine.at.mono ? stored : mine;
}

/** Ms until the outage allows another attempt. A `retry` is one that nothing new asks for: it also keeps to the hourly allowance. */
export function waitLeft(outage: Outage | undefined, mono: number, retry: boolean): number {
  if (outage === undefined) return 0;
  const ration = retry ? (1 - outage.credit) * CREDIT_EVERY : 0;
  return Math.max(0, Math.max(outage.wait, ration) - (mono - outage.at.mono));
}

/** Remembers one sending (monotonic ms) and forgets those that no longer matter. */
export function noteSending(sendings: number[], now: number): void {
  sendings.push(now);
  while (sendings.length > BURST) sendings.shift();
}

/** Ms until one more exchange would keep the burst limit: a last guard against loops of successful refreshes (refresh-bugs I1). */
export function burstLeft(sendings: readonly number[], now: number): number {
  const [oldest = 0] = sendings;
  return sendings.length < BURST ? 0 : Math.max(0, oldest + BURST_WINDOW - now);
}

/** The pause after so many failures in a row. */
export function gapAfter(failures: number, fraction: number): number {
  const nominal = Math.min(LONGEST_GAP, FIRST_GAP * GROWTH ** (failures - 1));
  return nominal * (1 - SPREAD / 2 + SPREAD * fraction);
}
