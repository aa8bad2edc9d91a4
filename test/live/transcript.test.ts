// `--record` and `--replay`: a run with a real app is played back without a device and says the same, byte for byte.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { APP, useLab } from '../kit/adbd/lab.ts';
import { livePhone, scenario } from '../kit/adbd/live-lab.ts';
import { scratch, tokenwarp, type Said } from '../kit/cli.ts';

const lab = useLab();
const STEPS = 'steps:\n  - revoke: access-token\n  - parallel:\n      - request: { path: /feed, count: 2 }\n      - request: /inbox\n';

/** Played back on a machine that has no adb, and no state worth touching. */
function replay(file: string, ...more: string[]): Said {
  const state = join(scratch(), 'state');
  const said = tokenwarp(['run', '--replay', file, ...more], { env: { PATH: '/nowhere', TOKENWARP_STATE: state } });
  expect(existsSync(state)).toBe(false);
  return said;
}

describe('a failing run of two scenarios', () => {
  test('comes out again in every format, without a device, and the transcript holds no token', { timeout: 60_000 }, async () => {
    const { device, client, words } = await livePhone(lab, { noSingleFlight: true, tellsToken: true });
    const folder = scratch();
    const [file, report] = [join(folder, 'run.jsonl'), join(folder, 'recorded.json')];
    const paths = [scenario('burst', STEPS), scenario('tunnel', 'steps:\n  - network: offline\n  - network: online\n  - request: /feed\n')];
    const ran = await lab.tokenwarp(
      ...words(paths[0] ?? '', paths[1] ?? '', '--record', file, '--reporter', 'lines', '--reporter', `json=${report}`),
    );
    await device.stop();
    expect(ran.code).toBe(1);
    const lines = replay(file);
    expect(lines).toEqual({ code: 1, stdout: ran.stdout, stderr: ran.stderr });
    expect(replay(file, '--json').stdout).toBe(readFileSync(report, 'utf8'));
    const text = readFileSync(file, 'utf8');
    expect(client.secrets.length).toBeGreaterThan(4);
    for (const secret of client.secrets) expect(text).not.toContain(secret.slice(0, 60));
    expect(text).toMatch(/data=\\"‹AT-\d›\\"/);
  });
});

describe('a transcript that does not fit', () => {
  test('names the command it has no answer for, ends with 3, and needs no device for that', { timeout: 60_000 }, async () => {
    const { words } = await livePhone(lab);
    const file = join(scratch(), 'run.jsonl');
    await lab.tokenwarp(...words(scenario('calm', 'steps:\n  - request: /feed\n'), '--record', file));
    const all = readFileSync(file, 'utf8');
    const without = (what: RegExp): string => {
      const other = join(scratch(), 'other.jsonl');
      writeFileSync(
        other,
        all
          .split('\n')
          .filter((line) => !what.test(line))
          .join('\n'),
      );
      return other;
    };
    expect(replay(file).code).toBe(0);
    expect(replay(without(/am kill/))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no answer \(any more\) for: adb -s \S+ shell am kill com\.example\.app.* {3}TW_TRANSCRIPT/) as string,
    });
    expect(replay(without(/"session.granted"/)).code).toBe(3);
    expect(replay(without(/^\{"open"/)).stderr).toContain('for: a server for http://localhost:8080');
    expect(replay(without(/"do":"heal"/)).stderr).toContain('for: the server to heal');
    writeFileSync(file, all.replace('"com.example.app"', '"com.example.other"'));
    expect(replay(file).stderr).toContain('dumpsys package com.example.other');
    writeFileSync(file, all.slice(0, all.length * 0.6));
    expect(replay(file)).toMatchObject({ code: 3, stderr: expect.stringContaining('TW_TRANSCRIPT') as string });
  });

  test('is refused when it is none, or stands beside what it replaces', () => {
    const file = join(scratch(), 'none.jsonl');
    writeFileSync(file, '{"schema":"tokenwarp/result.v1"}\n');
    expect(replay(file)).toMatchObject({ code: 3, stderr: expect.stringContaining('is no transcript') as string });
    expect(replay(join(scratch(), 'nothing'))).toMatchObject({ code: 3, stderr: expect.stringContaining('cannot be read') as string });
    expect(tokenwarp(['run', 'late-401', '--replay', file]).code).toBe(2);
    expect(tokenwarp(['run', '--replay', file, '--record', file]).code).toBe(2);
    const unwritable = tokenwarp(['run', scenario('calm', STEPS), '--package', APP, '--record', join(scratch(), 'no', 'folder')]);
    expect(unwritable).toMatchObject({ code: 2, stderr: expect.stringContaining('TW_TRANSCRIPT_FILE') as string });
  });
});
