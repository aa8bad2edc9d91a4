// FLEXIBILITY (Android 14): a job waits for conditions it did not ask for, giving up one wish after the other as its window passes.
// Google ships it off; a device that has it on is a matter of figures.
import { charging, deviceIdleFrom, networkFits } from './phone.ts';
import type { Device, Job } from './state.ts';
import { FLEXIBLE_DROPS } from './tables.ts';
import type { WorkSpec } from './work-spec.ts';

export interface Wishes {
  readonly missing: readonly string[];
  /** When one is given up; the job is free of them at the last. */
  readonly nextDrop: number;
}

/** The wishes that hold a job now; undefined = none do. */
export function wishesOf(device: Device, work: WorkSpec, job: Job, now: number): Wishes | undefined {
  const window = device.figures.flexibleWindow;
  if (window === 0 || !device.features.flexibility || job.expedited || job.numFailures > 0 || job.override !== 'none') return undefined;
  const wishes = wishList(device, work, now);
  const passed = FLEXIBLE_DROPS.filter((share) => now >= job.earliest + share * window).length;
  const required = Math.max(0, wishes.length - passed);
  const missing = wishes.filter(({ met }) => !met);
  if (wishes.length - missing.length >= required) return undefined;
  const nextDrop = job.earliest + (FLEXIBLE_DROPS[passed] ?? 1) * window;
  return { missing: missing.map(({ name }) => name), nextDrop };
}

function wishList({ phone, figures }: Device, { constraints }: WorkSpec, now: number): { name: string; met: boolean }[] {
  const wishes = [];
  if (constraints.charging !== true) wishes.push({ name: 'CHARGING', met: charging(phone, now) });
  if (constraints.deviceIdle !== true) wishes.push({ name: 'IDLE', met: now >= deviceIdleFrom(phone, figures) });
  const type = constraints.network ?? 'NOT_REQUIRED';
  if (type !== 'NOT_REQUIRED' && type !== 'UNMETERED') wishes.push({ name: 'UNMETERED', met: networkFits(phone.network, 'UNMETERED') });
  return wishes;
}
