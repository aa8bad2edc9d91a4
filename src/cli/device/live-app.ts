// The app under test on the device that was named, whatever the platform.
import type { DeviceContext } from '../../device/driver.ts';
import type { LiveApp } from '../../device/live/app.ts';
import { usageError } from '../exit.ts';
import { BOOT_ONE } from './ios-words.ts';
import type { RunWords } from './transcript-file.ts';

/** Where an app looks for its server when nobody says otherwise. */
const USUAL_APP_PORT = 8080;

/** Throws a usage error when nobody said which app. */
export function checkApp({ package: app, bundle }: RunWords): void {
  if (app === undefined && bundle === undefined) throw usageError('which app?', '--package com.example.app, or --bundle com.example.app');
  if (app !== undefined && bundle !== undefined)
    throw usageError('--package and --bundle contradict each other', 'one app runs on one device');
}

export function appPortOf({ appPort = USUAL_APP_PORT }: RunWords): number {
  return appPort;
}

/** Finds the device and asks it what is there; changes nothing. */
export async function openApp(context: DeviceContext, words: RunWords): Promise<LiveApp> {
  const { device, package: app, bundle } = words;
  if (bundle !== undefined) return openOnIos(context, bundle, words);
  const [{ openAndroid }, { openAndroidApp }] = await Promise.all([
    import('../../device/android/open.ts'),
    import('../../device/live/android.ts'),
  ]);
  return openAndroidApp(await openAndroid(context, device), app ?? '', appPortOf(words));
}

async function openOnIos(context: DeviceContext, bundle: string, words: RunWords): Promise<LiveApp> {
  const [{ iosDevices }, { openIosApp }, { openXcrun }, { pickDevice }] = await Promise.all([
    import('../../device/ios/listing.ts'),
    import('../../device/live/ios.ts'),
    import('../../device/ios/xcrun.ts'),
    import('../../device/select.ts'),
  ]);
  const devices = await iosDevices(await openXcrun(context));
  return openIosApp(context, pickDevice(devices, words.device, BOOT_ONE), bundle, appPortOf(words));
}
