// `tokenwarp fire <platform>`: runs the app's own background job on a real device and says what became of it.
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { didYouMean } from '../../core/suggest.ts';
import { PLATFORMS, type PlatformName } from '../../device/driver.ts';
import type { FireOptions } from './options.ts';

type FireCommand = (invocation: Invocation<FireOptions>) => Promise<ReadonlySet<ExitCondition>>;

/** Each platform's own, loaded when it is asked for. */
const FIRE: Readonly<Record<PlatformName, () => Promise<FireCommand>>> = {
  android: async () => (await import('./fire-android.ts')).fireAndroid,
  ios: async () => (await import('./fire-ios.ts')).fireIos,
};

export async function fire(invocation: Invocation<FireOptions>): Promise<ReadonlySet<ExitCondition>> {
  const [platform, surplus] = invocation.args;
  if (surplus !== undefined) throw usageError(`"${surplus}" is one word too many`, 'tokenwarp fire android --package com.example.app');
  const known = PLATFORMS.find((one) => one === platform);
  if (known !== undefined) return (await FIRE[known]())(invocation);
  if (platform === undefined)
    throw usageError(
      'fire needs a platform',
      'tokenwarp fire android --package com.example.app, or tokenwarp fire ios --bundle com.example.app --task com.example.app.refresh',
    );
  throw usageError(`jobs of "${platform}" cannot be fired`, didYouMean(platform, PLATFORMS) ?? PLATFORMS.join(', '));
}
