// `tokenwarp device <action>`: changes a phone by hand, and puts it back.
import type { DeviceContext } from '../../device/driver.ts';
import type { AndroidDevice } from '../../device/android/open.ts';
import type { Change } from '../../device/undo.ts';
import { detectScreen, paintOf, type Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { actionOf, type DeviceAction } from './actions.ts';
import type { DeviceOptions } from './options.ts';
import { inRoom } from './room.ts';

export async function device(invocation: Invocation<DeviceOptions>): Promise<ReadonlySet<ExitCondition>> {
  const [name, ...words] = invocation.args;
  if (name === 'changes' || name === 'restore') return (await import('./restore.ts'))[name](invocation);
  const action = actionOf(name);
  checkWords(action, words, invocation.options);
  const { options, system } = invocation;
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const phone = await open(context, options);
    const said = await action.android?.(phone, { words, options });
    const pending = phone.undo.pending();
    const answer = { schema: 'tokenwarp/device.v1', device: phone.id, action: name, said, changes: pending.map(({ text }) => text) };
    system.out.write(options.json === true ? `${JSON.stringify(answer, undefined, 2)}\n` : lines(phone, said ?? '', { pending, paint }));
    return new Set<ExitCondition>();
  });
}

async function open(context: DeviceContext, { device: wanted }: DeviceOptions): Promise<AndroidDevice> {
  const { openAndroid } = await import('../../device/android/open.ts');
  return openAndroid(context, wanted);
}

function checkWords({ usage, app }: DeviceAction, words: readonly string[], options: DeviceOptions): void {
  const [name, ...places] = usage.split(' ');
  const surplus = words[places.length];
  if (surplus !== undefined) throw usageError(`"${surplus}" is one word too many for "device ${name ?? ''}"`, `tokenwarp device ${usage}`);
  if (app && options.package === undefined)
    throw usageError('--package is missing', `which app: tokenwarp device ${usage} --package com.example.app`);
}

function lines({ id }: AndroidDevice, said: string, { pending, paint }: { pending: readonly Change[]; paint: Paint }): string {
  const left =
    pending.length === 0
      ? ''
      : `    ${paint('dim', `${pending.length} ${pending.length === 1 ? 'change' : 'changes'} to put back: tokenwarp device restore`)}\n`;
  return `${paint('green', '✓')} ${id}: ${said}\n${left}`;
}
