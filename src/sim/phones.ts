// Which model drives which device.
import type { Device } from './device.ts';
import type { Lifecycle } from './lifecycle.ts';
import { AndroidPhone } from './phone-android.ts';
import { IosPhone } from './phone-ios.ts';
import type { System } from './phone.ts';
import type { Stage } from './stage.ts';

/** The operating system of a device; undefined where the plan names none. */
export function phoneOf(stage: Stage, lifecycle: Lifecycle, device: Device): System | undefined {
  const { os } = device.plan;
  if (os === undefined) return undefined;
  return os.kind === 'android' ? new AndroidPhone(stage, lifecycle, device, os) : new IosPhone(stage, lifecycle, device, os);
}
