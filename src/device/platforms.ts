// The platforms there are, each loaded when it is asked for.
import type { Platform, PlatformName } from './driver.ts';

export const PLATFORM_LOADERS: Readonly<Record<PlatformName, () => Promise<Platform>>> = {
  android: async () => (await import('./android/platform.ts')).android,
  ios: async () => (await import('./ios/platform.ts')).ios,
};

/** All of them, in the order of the table. */
export function loadPlatforms(): Promise<Platform[]> {
  return Promise.all(Object.values(PLATFORM_LOADERS).map((load) => load()));
}
