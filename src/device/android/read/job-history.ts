// The `Job history:` of a dump: what started and stopped lately, of all apps, a hundred entries: on a busy phone that is minutes.
import { parseAndroidDuration } from './durations.ts';

export interface HistoryEntry {
  /** Ms before the dump. */
  readonly age: number;
  readonly what: 'START' | 'STOP';
  readonly uid: string;
  readonly id: number;
  readonly name: string;
  /** `app called jobFinished`, `canceled`, `timeout` ... */
  readonly reason?: string;
}

const ENTRY = /^\s*(-?[\ddhms]+)\s+(START|STOP)(?:-P)?: #(u\d+[ais]\d+|\d+)\/(-?\d+) (\S+)(?: (.+))?$/;

export function parseHistory(lines: readonly string[]): HistoryEntry[] {
  const start = lines.findIndex((line) => /^\s*Job history:\s*$/.test(line));
  if (start < 0) return [];
  const entries: HistoryEntry[] = [];
  for (const line of lines.slice(start + 1)) {
    const match = ENTRY.exec(line);
    // The list ends with the first line that is no entry; an empty one may come first.
    if (match === null && line.trim() !== '') break;
    if (match !== null) entries.push(...entryOf(match));
  }
  return entries;
}

function entryOf([, age = '', what, uid = '', id = '', name = '', reason]: RegExpExecArray): HistoryEntry[] {
  const ms = parseAndroidDuration(age);
  if (ms === undefined) return [];
  return [
    {
      age: Math.abs(ms),
      what: what as HistoryEntry['what'],
      uid,
      id: Number(id),
      name,
      ...(reason === undefined ? {} : { reason: reason.trim() }),
    },
  ];
}
