// The app under test on the device that was named, whatever the platform.
import type { DeviceContext } from '../../device/driver.ts';
import type { LiveApp } from '../../device/live-app.ts';
import { usageError } from '../exit.ts';
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
  const { device, package: app = '' } = words;
  const [{ openAndroid }, { openAndroidApp }] = await Promise.all([
    import('../../device/android/open.ts'),
    import('../../device/android/live-app.ts'),
  ]);
  return openAndroidApp(await openAndroid(context, device), app, appPortOf(words));
}
