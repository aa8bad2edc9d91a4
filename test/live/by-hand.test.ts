// `--by-hand`: an app without a debug hook, and a person at the terminal who does what the hook would do.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useLab } from '../kit/adbd/lab.ts';
import { livePhone, scenario, traces } from '../kit/adbd/live-lab.ts';
import { scratch, startTokenwarp, tokenwarp } from '../kit/cli.ts';

const lab = useLab();
const STEPS = 'steps:\n  - revoke: access-token\n  - request: { path: /feed, count: 2, expect: ok }\n  - signOut: {}\n';

test('a person is told what to do, and the run waits for it', { timeout: 60_000 }, async () => {
  const { device, client, words } = await livePhone(lab, { only: [] });
  const before = traces(device);
  const file = join(scratch(), 'run.jsonl');
  const { child, ended } = startTokenwarp(words(scenario('asked', STEPS), '--by-hand', '--record', file), {
    env: lab.room.env,
    stdin: 'pipe',
  });
  child.stderr?.on('data', (text: string) => {
    for (const [, told = ''] of text.matchAll(/» (.*), then press Enter\n/g)) {
      const [verb, extras] = told.startsWith('sign in as ada')
        ? ['SIGN_IN', { user: 'ada', device: 'my-phone' }]
        : told.startsWith('sign out')
          ? ['SIGN_OUT', {}]
          : [
              'REQUEST',
              { path: '/feed', method: 'GET', count: /2 times/.test(told) ? '2' : '1', id: /2 times/.test(told) ? 'mine' : 'other' },
            ];
      client.receive(`dev.tokenwarp.${String(verb)}`, new Map(Object.entries(extras)));
      child.stdin?.write('\n');
    }
  });
  const ran = await ended;
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ asked {4}1 refresh/) as string });
  expect(traces(device)).toEqual(before);
  expect(tokenwarp(['run', '--replay', file]).stdout).toBe(ran.stdout);
});

test('nobody is there: wrong usage, and the phone is put back', async () => {
  const { device, words } = await livePhone(lab, { only: [] });
  const before = traces(device);
  const ran = await lab.tokenwarp(...words(scenario('asked', STEPS), '--by-hand'));
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--by-hand needs somebody at the terminal') as string });
  expect(traces(device)).toEqual(before);
});
