// Durations as people write them: `80ms`, `90s`, `5m`, `1h`, `30d`, `1h30m`, and ranges such as `80ms..200ms`.

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
type Unit = keyof typeof UNIT_MS;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/y;

/** Inclusive, whole ms. */
export interface DurationRange {
  min: number;
  max: number;
}

/** Parses one duration into whole ms; undefined when the text is not one. Sum of parts, largest 2^53 - 1. */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const match = PART.exec(body);
    if (match === null) return undefined;
    total += Number(match[1]) * UNIT_MS[match[2] as Unit];
  }
  const whole = Math.round(total);
  return body.length > 0 && Number.isSafeInteger(whole) ? sign * whole || 0 : undefined;
}

/** Parses `80ms` or `80ms..200ms`; undefined when it is neither or when the end comes before the start. */
export function parseDurationRange(text: string): DurationRange | undefined {
  const [from, to, ...rest] = text.split('..');
  if (rest.length > 0 || from === undefined) return undefined;
  const min = parseDuration(from);
  const max = to === undefined ? min : parseDuration(to);
  if (min === undefined || max === undefined || max < min) return undefined;
  return { min, max };
}

/** Shortest exact form with at most two units that are not zero: `951ms`, `5m20s`, `30d`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1_000) return `${ms}ms`;
  const units: readonly Unit[] = ['d', 'h', 'm', 's'];
  const parts: string[] = [];
  let rest = ms;
  for (const unit of units) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * UNIT_MS[unit];
  }
  if (rest > 0 && parts.length < 2) parts.push(`${rest}ms`);
  return parts.slice(0, 2).join('');
}
