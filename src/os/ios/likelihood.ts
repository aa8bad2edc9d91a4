// When the system will pick a waiting request by itself: scores from habit and battery, looked at every few minutes, one roll each time.
import { fractionOf } from './rolls.ts';
import type { Figures } from './figures.ts';

/** State of the phone that the score of app-refresh depends on. */
export interface ScoreView {
  readonly figures: Figures;
  /** Launch probability of the app at an elapsed time. */
  probability(elapsed: number): number;
  /** Elapsed time of the last use in the foreground. */
  readonly lastUsed: number | undefined;
  /** Pending requests of the app besides this one. */
  readonly further: number;
  /** False before the first unlock: no prediction can be read. */
  readonly predictable: boolean;
  readonly level: number;
  readonly plugged: boolean;
}

/** A request as the dice see it. */
export interface Waiting {
  readonly seed: number;
  /** Elapsed time of the first look minus one step. */
  readonly base: number;
  readonly step: number;
}

/** Score of the app's likely use: `p` is the predicted probability of a launch (1.5, "Likelihood"). */
export function likelihood(p: number, lift: number, likelyFrom: number): number {
  const score = Math.sqrt(p) + lift;
  return score > likelyFrom ? 1 : score;
}

/** Score of the battery, 0 to 1; 0 at and below the floor (1.5, "Battery"). */
export function batteryScore(level: number, plugged: boolean, figures: Pick<Figures, 'batteryFloor' | 'pluggedLift'>): number {
  if (level <= figures.batteryFloor) return 0;
  const score = Math.sqrt((level - figures.batteryFloor) / (100 - figures.batteryFloor));
  return Math.min(1, score * (plugged ? figures.pluggedLift : 1));
}

/** Chance that an app-refresh request is picked at one look: a power of the score, so that a rarely used app waits for days. */
export function refreshChance(view: ScoreView, elapsed: number, jitter: number): number {
  const { figures } = view;
  const likely = view.predictable
    ? likelihood(view.probability(elapsed + figures.lookAhead + jitter), liftOf(view, elapsed), figures.likelyFrom)
    : figures.beforeFirstUnlock;
  const score = likely * batteryScore(view.level, view.plugged, figures);
  let chance = 1;
  // not Math.pow: its last digit may differ from one machine to the next
  for (let n = 0; n < figures.scorePower; n++) chance *= score;
  return chance;
}

/** The first look at or after `from` at which an app-refresh request is picked while nothing changes. */
export function nextRefresh(view: ScoreView, waiting: Waiting, from: number): number | undefined {
  const { lookAheadJitter, horizon } = view.figures;
  return firstLook(
    waiting,
    from,
    horizon,
    (n, elapsed) => fractionOf(waiting.seed, 2 * n) < refreshChance(view, elapsed, fractionOf(waiting.seed, 2 * n + 1) * lookAheadJitter),
  );
}

/** The same for a processing task: no habit, one chance. */
export function nextProcessing(waiting: Waiting, from: number, figures: Figures): number | undefined {
  return firstLook(waiting, from, figures.horizon, (n) => fractionOf(waiting.seed, 2 * n) < figures.processingChance);
}

function firstLook(
  { base, step }: Waiting,
  from: number,
  horizon: number,
  picks: (n: number, elapsed: number) => boolean,
): number | undefined {
  for (let n = Math.max(1, Math.ceil((from - base) / step)); base + n * step <= from + horizon; n++) {
    if (picks(n, base + n * step)) return base + n * step;
  }
  return undefined;
}

function liftOf({ figures, lastUsed, further }: ScoreView, elapsed: number): number {
  const recent = lastUsed !== undefined && elapsed - lastUsed <= figures.recentlyUsedFor ? figures.recentlyUsed : 0;
  return recent + further * figures.furtherRequest;
}
