// `tokenwarp run --device`: an app on an emulated phone that the real adb drives, with real HTTP to the mock server through `adb reverse`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { App } from '../kit/adbd/app.ts';
import { DebugClient, type Flaws } from '../kit/adbd/debug-client.ts';
import { APP, APP_PORT, useLab } from '../kit/adbd/lab.ts';
import type { Connected } from '../kit/adbd/room.ts';
import { scratch } from '../kit/cli.ts';

const lab = useLab();

async function phone(flaws: Flaws = {}): Promise<{ device: Connected; client: DebugClient }> {
  const device = await lab.phone({ api: 34, emulator: true });
  const client = new DebugClient(APP_PORT, flaws);
  new App(device.phone, { name: APP, hook: client });
  return { device, client };
}

function scenario(name: string, body: string): string {
  const path = join(scratch(), `${name}.scenario.yaml`);
  writeFileSync(path, `version: 1\nname: ${name}\nsummary: People are signed out although nothing was wrong.\n${body}`);
  return path;
}

describe('a right app', () => {
  test('passes', async () => {
    const { device, client } = await phone();
    const path = scenario('burst', 'steps:\n  - revoke: access-token\n  - request: { path: /feed, count: 5, expect: ok }\nexpect: { refreshes: 1 }\n');
    const ran = await lab.tokenwarp('run', path, '--device', device.serial, '--package', APP);
    console.log(ran, client.told);
    expect(ran.code).toBe(0);
  });
});
