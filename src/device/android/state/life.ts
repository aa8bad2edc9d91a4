// The life of an app as a user or the system ends and starts it, and the lock of the phone. Most commands are silent whatever happened,
// so what they did is looked at.
import { commandFailed, notRestored } from '../../errors.ts';
import { complaint } from '../adb.ts';
import type { AndroidDevice } from '../open.ts';
import { performUndo, shellUndo } from '../perform.ts';
import { line } from '../quote.ts';
import { saidBy } from '../shell.ts';

/** As "Force stop" in Settings: its jobs are gone until somebody opens it. */
export async function forceStop({ shell }: AndroidDevice, app: string): Promise<void> {
  await shell.must(line('am', 'force-stop', app), 'is this an Android device?');
}

export async function goHome({ shell }: AndroidDevice): Promise<void> {
  await shell.must('input keyevent KEYCODE_HOME', 'is this an Android device?');
}

/** As the system does when memory is short: only in the background, so it goes there first. False: it lives on, a service keeps it. */
export async function killApp(device: AndroidDevice, app: string): Promise<boolean> {
  await goHome(device);
  await device.shell.must(line('am', 'kill', app), 'is this an Android device?');
  return (await pidOf(device, app)) === undefined;
}

async function pidOf({ shell }: AndroidDevice, app: string): Promise<number | undefined> {
  const said = (await shell.run(line('pidof', app))).stdout.trim();
  return /^\d+/.test(said) ? Number.parseInt(said, 10) : undefined;
}

/** Opens its launcher activity and waits until it is drawn. */
export async function launch({ shell, id }: AndroidDevice, app: string): Promise<{ activity: string; cold: boolean }> {
  const resolve = line('cmd', 'package', 'resolve-activity', '--brief', '-c', 'android.intent.category.LAUNCHER', app);
  const activity = (await shell.run(resolve)).stdout
    .split(/\r?\n/)
    .find((text) => text.startsWith(`${app}/`))
    ?.trim();
  if (activity === undefined)
    throw commandFailed(id, resolve, 'it has no activity for the launcher', `is ${app} installed? adb -s ${id} shell pm path ${app}`);
  const start = line('am', 'start', '-W', '-n', activity);
  const ran = await shell.run(start);
  // Android 11 ends with 0 for an activity that does not exist.
  if (/^Error/m.test(ran.stdout) || !/^Status: ok/m.test(ran.stdout))
    throw commandFailed(id, start, errorIn(ran.stdout) ?? saidBy(ran), 'open it by hand');
  return { activity, cold: /^LaunchState: COLD/m.test(ran.stdout) };
}

function errorIn(text: string): string | undefined {
  return /^Error: (.*)$/m.exec(text)?.[0].trim() ?? /^Error.*$/m.exec(text)?.[0].trim();
}

/** Sets a PIN on a phone that has none: a PIN of the user's would have to be known to come back. Keys bound to the lock die with it. */
export async function setPin(device: AndroidDevice, pin: string): Promise<void> {
  device.need('lock-screen');
  const { shell, id } = device;
  const open = await shell.run('locksettings verify');
  if (open.code !== 0)
    throw commandFailed(
      id,
      'locksettings verify',
      'the phone has a lock already',
      'remove it in Settings, or clear the one set from here: pin off',
    );
  await device.change(`PIN ${'*'.repeat(pin.length)} set`, shellUndo(line('locksettings', 'clear', '--old', pin)), async () => {
    const ran = await shell.run(line('locksettings', 'set-pin', pin));
    if (ran.code !== 0 || !/Pin set/.test(ran.stdout))
      throw commandFailed(id, 'locksettings set-pin', saidBy(ran), 'a policy of the device may forbid it');
  });
}

/** Takes away the PIN that was set from here; false when there is none. */
export async function clearPin({ shell, undo, id }: AndroidDevice): Promise<boolean> {
  const isPin = ({ text }: { text: string }): boolean => text.startsWith('PIN ');
  if (!undo.pending().some(isPin)) return false;
  const failures = await undo.undo((action) => performUndo(shell, action), isPin);
  if (failures[0] !== undefined)
    throw notRestored(
      id,
      failures.map(({ change }) => change.text),
    );
  return true;
}

/** Touches the sensor of an emulator with an enrolled finger; enrolment itself has no command. */
export async function touchSensor(device: AndroidDevice, finger: number): Promise<void> {
  device.need('biometric');
  const { shell, id } = device;
  const args = ['-s', id, 'emu', 'finger', 'touch', String(finger)];
  const { code, stdout, stderr } = await shell.adb.run(args);
  // `adb emu` ends with 0 for "KO: ..." too.
  if (code !== 0 || /^KO/m.test(stdout))
    throw commandFailed(id, `adb ${args.join(' ')}`, code === 0 ? stdout.trim() : complaint(stderr), 'enrol the finger in Settings first');
  await shell.adb.run(['-s', id, 'emu', 'finger', 'remove']);
}
