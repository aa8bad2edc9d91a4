// Weeks of phone life with the design that refreshes in the background: where it loses the login, and that the reasons told are those of the model.
import { beforeAll, describe, expect, test } from 'vitest';
import { live, type Life } from './lives.ts';

const lives: Life[] = [];
beforeAll(async () => void lives.push(...(await live(['daily', 'force-quitter'], [1]))), 120_000);
const of = (system: string, habit: string, version: string, every: string): Life =>
  lives.find((life) => life.system === system && life.habit === habit && life.version === version && life.every === every) as Life;

describe.each(['android 14', 'ios 18'])('an app opened daily on %s', (system) => {
  test('loses its login every week when a run every 5 days looks a day ahead', () => {
    const { losses, runs } = of(system, 'daily', 'g0', '5d');
    expect(runs).toBeGreaterThan(0);
    expect(losses.length).toBeGreaterThanOrEqual(3);
    expect(losses[0]).toEqual({ day: 7, why: 'the last run left the token alone, and the next was not due in time' });
  });

  test('keeps it with a run every 6 hours, and with both intervals once it looks as far ahead as the next run', () => {
    for (const [version, every] of [
      ['g0', '6h'],
      ['g0-mended', '5d'],
      ['g0-mended', '6h'],
    ] as const)
      expect(of(system, 'daily', version, every).losses).toEqual([]);
  });
});

test('an iPhone whose user swipes every app away runs nothing, and no client can mend that in the background', () => {
  for (const version of ['g0', 'g0-mended']) {
    const { losses } = of('ios 18', 'force-quitter', version, '5d');
    expect(losses.length).toBeGreaterThanOrEqual(3);
    expect(losses.map(({ why }) => why)).toContain('the request was taken back (force-quit), and nobody asked again in time');
  }
  expect(of('android 14', 'force-quitter', 'g0-mended', '5d').losses).toEqual([]);
});
