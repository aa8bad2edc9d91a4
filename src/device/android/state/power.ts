// Battery and Doze. Doze is forced, never waited for; a step of the real state machine is how a maintenance window opens.
import { commandFailed } from '../../errors.ts';
import type { AndroidDevice } from '../open.ts';
import { shellUndo } from '../perform.ts';
import { parseDeviceIdle, type DeviceIdle } from '../read/device-idle.ts';
import { saidBy } from '../shell.ts';

async function readDeviceIdle({ shell }: Pick<AndroidDevice, 'shell'>): Promise<DeviceIdle> {
  return parseDeviceIdle((await shell.run('dumpsys deviceidle')).stdout);
}

export type DozeDepth = 'deep' | 'light';

/** Forces the phone to sleep. Fails where a phone cannot: no motion sensor, as on some emulators. */
export async function forceDoze(device: AndroidDevice, depth: DozeDepth): Promise<DeviceIdle> {
  await undozing(device, `${depth} Doze forced`, async () => {
    const script = `dumpsys deviceidle force-idle ${depth}`;
    const ran = await device.shell.run(script);
    if (!/Now forced in/.test(ran.stdout)) {
      throw commandFailed(
        device.id,
        script,
        saidBy(ran),
        depth === 'deep' ? 'without a motion sensor there is light Doze only: doze light' : 'is Doze switched off on this device?',
      );
    }
  });
  return readDeviceIdle(device);
}

/** One step of the state machine: from IDLE into a maintenance window, from there back. */
export async function stepDoze(device: AndroidDevice, depth: DozeDepth): Promise<DeviceIdle> {
  await undozing(device, `${depth} Doze stepped`, () => device.shell.must(`dumpsys deviceidle step ${depth}`, 'force it first: doze deep'));
  return readDeviceIdle(device);
}

const UNFORCE = 'dumpsys deviceidle unforce';

/** Awake, whoever had put it to sleep: of what was done to Doze from here nothing is left to put back. */
export async function endDoze(device: AndroidDevice): Promise<DeviceIdle> {
  await device.shell.must(UNFORCE, 'is this an Android device?');
  await device.undo.undo(
    async () => undefined,
    ({ action }) => action['script'] === UNFORCE,
  );
  return readDeviceIdle(device);
}

/** A phone that somebody else had forced stays so. */
async function undozing(device: AndroidDevice, text: string, make: () => Promise<unknown>): Promise<void> {
  const { forced } = await readDeviceIdle(device);
  await device.change(text, forced ? undefined : shellUndo(UNFORCE), make);
}

/** Unplugged, or at a level. The state stays frozen until it is undone. */
export async function setBattery(device: AndroidDevice, how: 'unplugged' | number): Promise<void> {
  const frozen = /UPDATES STOPPED/.test((await device.shell.run('dumpsys battery')).stdout);
  const script = how === 'unplugged' ? 'dumpsys battery unplug' : `dumpsys battery set level ${how}`;
  const text = how === 'unplugged' ? 'battery unplugged' : `battery at ${how} %`;
  await device.change(text, frozen ? undefined : shellUndo('dumpsys battery reset'), () =>
    device.shell.must(script, 'is this an Android device?'),
  );
}
