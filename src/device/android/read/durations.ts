// Durations as Android's TimeUtils writes them: `0`, `none`, `--`, `+1h29m59s687ms`, `-51m29s853ms`, `+2d3h0m0s0ms`.

const PARTS = /^([+-]?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS = [86_400_000, 3_600_000, 60_000, 1_000, 1] as const;

/** Ms; undefined for `none`, `--` and whatever is no duration. */
export function parseAndroidDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = PARTS.exec(text);
  if (match === null || match.slice(2).every((part) => part === undefined)) return undefined;
  const total = UNITS.reduce((sum, unit, i) => sum + unit * Number(match[i + 2] ?? 0), 0);
  return match[1] === '-' ? -total : total;
}
