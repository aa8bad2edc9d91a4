// Which model drives which device, and who uses it.
import type { Device } from './device.ts';
import type { Lifecycle } from './lifecycle.ts';
import { AndroidPhone } from './phone-android.ts';
import { IosPhone } from './phone-ios.ts';
import type { Operations } from './operations.ts';
import { PhoneLife } from './phone-life.ts';
import type { System } from './phone.ts';
import type { Stage } from './stage.ts';

/** The operating system of a device; undefined where the plan names none. */
export function phoneOf(stage: Stage, lifecycle: Lifecycle, device: Device): System | undefined {
  const { os } = device.plan;
  if (os === undefined) return undefined;
  return os.kind === 'android' ? new AndroidPhone(stage, lifecycle, device, os) : new IosPhone(stage, lifecycle, device, os);
}

/** The days of whoever uses a device; undefined where nobody does. */
export function lifeOf(stage: Stage, operations: Operations, device: Device): PhoneLife | undefined {
  const { phone } = device;
  const { life } = device.plan;
  return phone === undefined || life === undefined ? undefined : new PhoneLife(stage, operations, device, phone, life);
}

/** A device has a new access token. When its tokens die, a phone says what holds its jobs then. */
export function renewed(stage: Stage, device: Device, expiresAt: number): void {
  const { kernel, plan } = stage;
  const { phone } = device;
  device.newestExpiry = expiresAt;
  if (phone === undefined) return;
  const { idle = Infinity } = plan.policy.refreshToken;
  for (const moment of new Set([expiresAt, kernel.now + idle]))
    if (moment !== Infinity)
      kernel.after(Math.max(0, moment - kernel.now), `${device.name}:why`, () => phone.tellWhy(), { background: true, still: true });
}
