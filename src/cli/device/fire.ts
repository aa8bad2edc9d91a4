// `tokenwarp fire <platform>`: runs the app's own background job on a real device and says what became of it.
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { didYouMean } from '../../core/suggest.ts';
import { PLATFORMS } from '../../device/driver.ts';
import type { FireOptions } from './options.ts';

type FireCommand = (invocation: Invocation<FireOptions>) => Promise<ReadonlySet<ExitCondition>>;

/** Each platform's own, loaded when it is asked for. */
const FIRE: Readonly<Record<string, () => Promise<FireCommand>>> = {
  android: async () => (await import('./fire-android.ts')).fireAndroid,
};

export async function fire(invocation: Invocation<FireOptions>): Promise<ReadonlySet<ExitCondition>> {
  const [platform, surplus] = invocation.args;
  if (surplus !== undefined) throw usageError(`"${surplus}" is one word too many`, 'tokenwarp fire android --package com.example.app');
  const load = platform === undefined || !Object.hasOwn(FIRE, platform) ? undefined : FIRE[platform];
  if (load !== undefined) return (await load())(invocation);
  if (platform === undefined) throw usageError('fire needs a platform', 'tokenwarp fire android --package com.example.app');
  throw usageError(`jobs of "${platform}" cannot be fired`, didYouMean(platform, PLATFORMS) ?? Object.keys(FIRE).join(', '));
}
