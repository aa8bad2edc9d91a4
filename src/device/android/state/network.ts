// Airplane mode, radios, and the way from the phone to the mock server. What would cut the connection we came by is refused.
import { commandFailed } from '../../errors.ts';
import type { AndroidDevice } from '../open.ts';
import { reverseUndo, shellUndo } from '../perform.ts';
import { complaint } from '../adb.ts';
import type { Shell } from '../shell.ts';

export async function setAirplaneMode(device: AndroidDevice, on: boolean): Promise<void> {
  device.need('airplane-mode');
  const { shell, id } = device;
  const word = (value: boolean): string => `cmd connectivity airplane-mode ${value ? 'enable' : 'disable'}`;
  const isOn = async (): Promise<boolean | undefined> => {
    const said = (await shell.run('cmd connectivity airplane-mode')).stdout.trim();
    return said === 'enabled' ? true : said === 'disabled' ? false : undefined;
  };
  const before = await isOn();
  // Old versions say "No shell command implementation." and end with 0.
  if (before === undefined)
    throw commandFailed(id, 'cmd connectivity airplane-mode', 'this Android has no such command', 'switch it by hand');
  await device.change(`airplane mode switched ${on ? 'on' : 'off'}`, shellUndo(word(before)), async () => {
    await shell.must(word(on), 'switch it by hand');
    if ((await isOn()) !== on) throw commandFailed(id, word(on), 'it said nothing and nothing changed', 'switch it by hand');
  });
}

export type Radio = 'wifi' | 'data';
const SETTING: Readonly<Record<Radio, string>> = { wifi: 'wifi_on', data: 'mobile_data' };

export async function setRadio(device: AndroidDevice, radio: Radio, on: boolean): Promise<void> {
  device.need('radio');
  const before = await device.shell.must(`settings get global ${SETTING[radio]}`, 'Settings cannot be read');
  const word = (value: boolean): string => `svc ${radio} ${value ? 'enable' : 'disable'}`;
  await device.change(`${radio} switched ${on ? 'on' : 'off'}`, shellUndo(word(before !== '0')), () =>
    device.shell.must(word(on), 'switch it by hand'),
  );
}

/** http://localhost:`port` of the phone leads to `target` of this machine, while the connection lasts. */
export async function reversePort(device: AndroidDevice, port: number, target: number): Promise<void> {
  const { shell, id } = device;
  await device.change(`port ${port} leads to ${target} of this machine`, reverseUndo(port), async () => {
    const record = await shell.adb.run(['-s', id, 'reverse', `tcp:${port}`, `tcp:${target}`]);
    if (record.code !== 0)
      throw commandFailed(id, `adb reverse tcp:${port} tcp:${target}`, complaint(record.stderr), 'adb -s <device> reverse --list');
  });
}

/** `tcp:8080 tcp:7357` of each forward. */
export async function listReverse({ adb, id }: Shell): Promise<{ from: string; to: string }[]> {
  const { stdout } = await adb.run(['-s', id, 'reverse', '--list']);
  return stdout.split(/\r?\n/).flatMap((text) => {
    const [, from, to] = /(\S+) (\S+)$/.exec(text.trim()) ?? [];
    return from === undefined || to === undefined ? [] : [{ from, to }];
  });
}
