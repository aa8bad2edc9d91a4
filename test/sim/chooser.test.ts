// Schedules: what a chooser did can be written down in one line, and replays exactly or not at all.
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/scenario/run.ts';
import { formatSchedule, parseSchedule, type Chooser } from '../../src/sim/chooser.ts';
import { createStreams } from '../../src/core/streams.ts';
import { naiveClient, planOf } from '../kit/world.ts';

const PLAN = planOf('devices: { phone: { session: stale } }\nsteps: [{ request: { path: /feed, count: 3 } }, { request: /profile }]');
const client = { name: 'naive', factory: naiveClient };

function randomChooser(seed: number): Chooser {
  const stream = createStreams(seed).stream('choose');
  return { pick: (enabled) => stream.integer(0, enabled.length - 1) };
}

describe('a recorded schedule', () => {
  it('is one line that reads back', () => {
    const schedule = {
      slack: 500,
      deviations: [
        { point: 3, label: 'phone/app<GET:/feed#1' },
        { point: 9, label: 'phone/app<POST:/token#2' },
      ],
    };
    expect(formatSchedule(schedule)).toBe('tw1 slack=500 at=3:phone/app<GET:/feed#1,9:phone/app<POST:/token#2');
    expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
    expect(parseSchedule('tw1 slack=0')).toEqual({ slack: 0, deviations: [] });
  });

  it('replays to the same bytes whatever the chooser did, and says so in the replay command', async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5]) {
      const first = await runScenario(PLAN, { client, slack: 500, chooser: randomChooser(seed) });
      const schedule = /--schedule '([^']+)'/.exec(first.replay)?.[1] ?? '';
      expect((await runScenario(PLAN, { client, schedule })).digest).toBe(first.digest);
      digests.add(first.digest);
    }
    expect(digests.size).toBeGreaterThan(1);
  });

  it('is refused when the run offers other choices, or never comes so far', async () => {
    const replay = (schedule: string) => runScenario(PLAN, { client, schedule });
    await expect(replay('tw1 slack=500 at=0:phone/app<GET:/elsewhere#1')).rejects.toMatchObject({
      code: 'TW_SCHEDULE',
      message: expect.stringContaining('at choice 0 it expects phone/app<GET:/elsewhere#1, the run offers') as string,
    });
    await expect(replay('tw1 slack=500 at=9999:phone/app<GET:/feed#1')).rejects.toMatchObject({
      message: expect.stringContaining('never came to choice 9999') as string,
    });
  });

  it.each(['', 'tw1', 'tw2 slack=1', 'tw1 slack=1 at=x:y', 'tw1 slack=1 at=3:'])('%j is not a schedule', (text) => {
    expect(() => parseSchedule(text)).toThrow(expect.objectContaining({ code: 'TW_SCHEDULE' }) as Error);
  });
});
