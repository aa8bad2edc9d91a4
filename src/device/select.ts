// Which device is meant: the one that is named, or the only one that can be used. Twins of one machine count as one.
import type { Device } from './driver.ts';
import { manyDevices, noDevice, unknownDevice, unusableDevice } from './errors.ts';

/** Throws a MissingError that says what is in the way. `none`: what to do when nothing is connected. */
export function pickDevice(devices: readonly Device[], wanted: string | undefined, none: string): Device {
  if (wanted !== undefined) {
    const named = namedDevice(devices, wanted);
    if (named === undefined)
      throw unknownDevice(
        wanted,
        devices.map(({ id }) => id),
      );
    if (named.state !== 'ready') throw unusableDevice(named);
    return named;
  }
  const ready = devices.filter(({ state, sameAs }) => state === 'ready' && sameAs === undefined);
  const [first, second] = ready;
  if (first !== undefined && second === undefined) return first;
  if (first !== undefined) throw manyDevices(ready.map(({ id }) => id));
  const [unusable] = devices;
  throw unusable === undefined ? noDevice(none) : unusableDevice(unusable);
}

/** By its id, or by its model's name when only one device has it. */
export function namedDevice(devices: readonly Device[], wanted: string): Device | undefined {
  const exact = devices.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  const same = devices.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  return same.length === 1 ? same[0] : undefined;
}
