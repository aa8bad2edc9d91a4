// What tests of `run --device` need: an emulated phone with an app that offers the debug hook, and a scenario in a file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../cli.ts';
import { App } from './app.ts';
import { DebugClient, type Flaws } from './debug-client.ts';
import type { DeviceOptions } from './device.ts';
import { APP, APP_PORT, WORKER, type Lab } from './lab.ts';
import type { Connected } from './room.ts';

export interface LivePhone {
  device: Connected;
  app: App;
  client: DebugClient;
  /** `tokenwarp run <path> --device <id> --package <app>`, and what else is said. */
  words(path: string, ...more: string[]): string[];
}

/** An emulator, which can do everything, unless something else is asked for. */
export async function livePhone(lab: Lab, flaws: Flaws = {}, options: DeviceOptions = {}): Promise<LivePhone> {
  const device = await lab.phone({ api: 34, emulator: true, ...options });
  const client = new DebugClient(APP_PORT, flaws);
  const app = new App(device.phone, { name: APP, hook: client, workers: { [WORKER]: () => client.job() } });
  return {
    device,
    app,
    client,
    words: (path, ...more) => ['run', path, '--device', device.serial, '--package', APP, '--wait', '4s', ...more],
  };
}

/** A scenario in a file of its own; `body` from its steps on. Files run in order of their paths. */
export function scenario(name: string, body: string, folder = scratch()): string {
  const path = join(folder, `${name}.scenario.yaml`);
  writeFileSync(path, `version: 1\nname: ${name}\nsummary: People are signed out although nothing was wrong.\n${body}`);
  return path;
}

/** What of a phone a run could leave changed. */
export function traces({ phone, reverses }: Connected): object {
  return {
    airplane: phone.airplane,
    settings: Object.fromEntries(phone.settings),
    clock: Math.round(phone.clockOffset / 10_000) + 0,
    ports: Object.fromEntries(reverses),
  };
}
