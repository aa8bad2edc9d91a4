// A room for one test file: a private adb server with keys of its own, and devices that it connects to. Nothing is shared with the adb
// of the machine, and only what was started here is stopped.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startDevice, type DeviceOptions, type EmulatedDevice } from './device.ts';

export interface AdbRoom {
  /** What a process needs to see these devices and no others. */
  env: Record<string, string>;
  home: string;
  adb(...args: string[]): Promise<string>;
  /** Starts a device and waits until adb lists it; answers its serial too. */
  connect(options?: DeviceOptions): Promise<Connected>;
  /** adb forgets a device that has been stopped. */
  forget(serial: string): Promise<void>;
  stop(): Promise<void>;
}

export interface Connected extends EmulatedDevice {
  serial: string;
}

/** Whether this machine has adb. */
export function hasAdb(): boolean {
  try {
    execFileSync('adb', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function openAdbRoom(): Promise<AdbRoom> {
  const home = mkdtempSync(join(tmpdir(), 'tokenwarp-adb-'));
  writeFileSync(join(home, '.emulator_console_auth_token'), 'token');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    TMPDIR: home,
    ANDROID_ADB_SERVER_PORT: String(await freePort()),
    TOKENWARP_STATE: join(home, 'state'),
    NO_COLOR: '1',
  };
  const run = promisify(execFile);
  const adb: AdbRoom['adb'] = async (...args) => (await run('adb', args, { env, timeout: 30_000 })).stdout;
  await adb('start-server');
  const devices: EmulatedDevice[] = [];
  return {
    env,
    home,
    adb,
    async connect(options = {}) {
      const device = await startDevice(options);
      devices.push(device);
      const { port, consolePort } = device;
      const serial = consolePort === undefined ? `127.0.0.1:${port}` : `emulator-${consolePort}`;
      await adb('connect', consolePort === undefined ? serial : `emu:${consolePort},${port}`);
      if (device.trust === 'open') await untilListed(adb, serial);
      return Object.defineProperty(device, 'serial', { value: serial }) as Connected;
    },
    async forget(serial) {
      // A device of this port may come back under it: not as a stranger.
      await adb('disconnect', serial.startsWith('emulator-') ? '' : serial).catch(() => undefined);
    },
    async stop() {
      await adb('kill-server').catch(() => undefined);
      for (const device of devices) await device.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** `adb connect` comes back before the handshake is over. */
async function untilListed(adb: AdbRoom['adb'], serial: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const lines = (await adb('devices')).split('\n').map((line) => line.split('\t'));
    if (lines.some(([each, state]) => each === serial && state?.trim() === 'device')) return;
    await sleep(50);
  }
  throw new Error(`adb never listed ${serial} as a device`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}
