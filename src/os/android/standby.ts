// App standby buckets: which one an app is in by how long it was not used, by command or by a prediction. Ages without polling.
import type { AgeingRow, Bucket } from './tables.ts';

export interface Standby {
  bucket: Bucket;
  /** Why it is there; only `usage` and `timeout` are aged. */
  reason: 'never-launched' | 'usage' | 'timeout' | 'forced' | 'predicted';
  /** Elapsed ms, and how long the screen had been on in total by then. */
  lastUsed: number;
  screenAtUse: number;
  /** End of a prediction. */
  until: number | undefined;
}

/** How long the screen was on in all, and whether it is. */
export interface ScreenTime {
  readonly total: number;
  readonly on: boolean;
}

export function neverLaunched(): Standby {
  return { bucket: 'NEVER', reason: 'never-launched', lastUsed: 0, screenAtUse: 0, until: undefined };
}

export function used(standby: Standby, now: number, screen: ScreenTime): void {
  Object.assign(standby, { bucket: 'ACTIVE', reason: 'usage', lastUsed: now, screenAtUse: screen.total, until: undefined });
}

/** What age alone says. */
export function agedBucket(standby: Standby, table: readonly AgeingRow[], now: number, screen: ScreenTime): Bucket {
  let bucket: Bucket = 'ACTIVE';
  for (const row of table) {
    if (now - standby.lastUsed >= row.elapsed && screen.total - standby.screenAtUse >= row.screen) bucket = row.bucket;
  }
  return bucket;
}

/** Moves the app on if its time has come; true when the bucket changed. */
export function age(standby: Standby, table: readonly AgeingRow[], now: number, screen: ScreenTime): boolean {
  if (standby.reason === 'predicted' && now >= (standby.until ?? now)) Object.assign(standby, { reason: 'timeout', until: undefined });
  if (standby.reason !== 'usage' && standby.reason !== 'timeout') return false;
  const bucket = agedBucket(standby, table, now, screen);
  if (bucket === standby.bucket) return false;
  Object.assign(standby, { bucket, reason: 'timeout' });
  return true;
}

/** When age changes the bucket next if the screen stays as it is; undefined = not. */
export function nextAgeing(standby: Standby, table: readonly AgeingRow[], now: number, screen: ScreenTime): number | undefined {
  if (standby.reason === 'predicted') return standby.until;
  if (standby.reason !== 'usage' && standby.reason !== 'timeout') return undefined;
  let soonest: number | undefined;
  for (const row of table) {
    const screenLeft = row.screen - (screen.total - standby.screenAtUse);
    if (screenLeft > 0 && !screen.on) continue;
    const at = Math.max(standby.lastUsed + row.elapsed, now + Math.max(0, screenLeft));
    if (at > now && (soonest === undefined || at < soonest)) soonest = at;
  }
  return soonest;
}
