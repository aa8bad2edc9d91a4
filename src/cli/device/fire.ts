// `tokenwarp fire <platform>`: runs the app's own background job on a real device and says what became of it.
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { didYouMean } from '../../core/suggest.ts';
import { PLATFORMS, type PlatformName } from '../../device/driver.ts';
import { FIRE_ROWS_OF, type FireOptions } from './options.ts';

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
  if (known !== undefined) {
    refuseForeign(known, invocation.options);
    return (await FIRE[known]())(invocation);
  }
  if (platform === undefined)
    throw usageError(
      'fire needs a platform',
      'tokenwarp fire android --package com.example.app, or tokenwarp fire ios --bundle com.example.app --task com.example.app.refresh',
    );
  throw usageError(`jobs of "${platform}" cannot be fired`, didYouMean(platform, PLATFORMS) ?? PLATFORMS.join(', '));
}

/** An option of another platform would be passed over without a word. */
function refuseForeign(platform: PlatformName, options: FireOptions): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const other of PLATFORMS.filter((one) => one !== platform)) {
    const rows: Readonly<Record<string, { flags: string }>> = FIRE_ROWS_OF[other];
    const foreign = given.map(([key]) => rows[key]?.flags.split(' ')[0]).find((flag) => flag !== undefined);
    if (foreign !== undefined) throw usageError(`${foreign} is an option of fire ${other}`, `tokenwarp fire ${other} --help`);
  }
}
