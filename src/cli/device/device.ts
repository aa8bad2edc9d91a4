// `tokenwarp device <action>`: changes a device by hand, and puts it back.
import type { DeviceContext, PlatformName } from '../../device/driver.ts';
import { pickDevice } from '../../device/select.ts';
import { detectScreen, paintOf, type Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { ACT_ON, actionOf, type ActionDone, type DeviceAction } from './actions.ts';
import type { DeviceOptions } from './options.ts';
import { inRoom } from './room.ts';

export async function device(invocation: Invocation<DeviceOptions>): Promise<ReadonlySet<ExitCondition>> {
  const [name = '', ...words] = invocation.args;
  if (name === 'changes' || name === 'restore') return (await import('./restore.ts'))[name](invocation);
  const action = actionOf(invocation.args[0]);
  checkWords(action, words, invocation.options);
  const { options, system } = invocation;
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const act = await ACT_ON[await platformOf(context, action, options)]();
    let printed = 0;
    const print = (line: string): boolean => {
      printed++;
      system.out.write(`${line}\n`);
      return system.out.isGone !== true;
    };
    const done = await act(context, name, { words, options, print });
    const answer = {
      schema: 'tokenwarp/device.v1',
      device: done.device,
      action: name,
      said: done.said,
      changes: done.pending.map(({ text }) => text),
    };
    // Behind other lines it is one more line.
    system.out.write(options.json === true ? `${JSON.stringify(answer, undefined, printed > 0 ? undefined : 2)}\n` : lines(done, paint));
    return new Set<ExitCondition>();
  });
}

/** The only one that has it, the one whose app is named, or that of the device. */
async function platformOf(context: DeviceContext, { on }: DeviceAction, options: DeviceOptions): Promise<PlatformName> {
  const [only, another] = on;
  if (only !== undefined && another === undefined) return only;
  if (options.bundle !== undefined && options.package !== undefined)
    throw usageError('--package and --bundle are apps of two platforms', 'name one of them');
  if (options.bundle !== undefined) return 'ios';
  if (options.package !== undefined) return 'android';
  const { look } = await import('./tools.ts');
  const wanted = options.device ?? (context.machine.env['ANDROID_SERIAL'] || undefined);
  return pickDevice((await look(context)).devices, wanted, 'tokenwarp doctor says what is missing').platform;
}

/** Which option names the app, of each platform. */
const APP_OPTION = { android: 'package', ios: 'bundle' } as const satisfies Record<PlatformName, keyof DeviceOptions>;

function checkWords({ usage, app, on }: DeviceAction, words: readonly string[], options: DeviceOptions): void {
  const [name, ...places] = usage.split(' ');
  const surplus = words[places.length];
  if (surplus !== undefined) throw usageError(`"${surplus}" is one word too many for "device ${name ?? ''}"`, `tokenwarp device ${usage}`);
  const known = on.map((platform) => APP_OPTION[platform]);
  if (app && known.every((option) => options[option] === undefined))
    throw usageError(
      `${known.map((option) => `--${option}`).join(' or ')} is missing`,
      `which app: tokenwarp device ${usage} --${known[0] ?? ''} com.example.app`,
    );
}

function lines({ device: id, said, pending }: ActionDone, paint: Paint): string {
  const left =
    pending.length === 0
      ? ''
      : `    ${paint('dim', `${pending.length} ${pending.length === 1 ? 'change' : 'changes'} to put back: tokenwarp device restore`)}\n`;
  return `${paint('green', '✓')} ${id}: ${said}\n${left}`;
}
