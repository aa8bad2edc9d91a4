// What time alone does, up to now: Doze steps on, the freezer takes the process, the bucket ages, quota sessions open and close.
import { OwnBugError } from '../../core/errors.ts';
import { nextStep, phaseOf, react, step, type Doze } from './doze.ts';
import { closeSession, noteSpent, openSession, type QuotaBook } from './quota.ts';
import { age } from './standby.ts';
import { counts, dozeView, expeditedQuota, freezesAt, onTop, quotaNow, screenOf } from './standing.ts';
import { decide, type Device } from './state.ts';

/** More steps than this at one instant means that a figure makes no sense. */
const STEPS = 1_000;

export function advanceTimers(device: Device): void {
  const now = device.now.elapsed;
  stepDoze(device, now);
  if (now >= freezesAt(device)) {
    device.app.frozen = true;
    decide(device, { type: 'frozen', frozen: true, by: 'cached' });
  }
  const from = device.standby.bucket;
  if (!onTop(device) && age(device.standby, device.ageing, now, screenOf(device, now)))
    decide(device, { type: 'bucket', from, to: device.standby.bucket, by: 'not used' });
  trackQuota(device);
}

/** Tells of a change of Doze that apps feel. */
export function setDoze(device: Device, doze: Doze, by: string): void {
  const before = device.doze;
  device.doze = doze;
  if (doze === before) return;
  const phase = phaseOf(doze);
  if (phase !== phaseOf(before)) decide(device, { type: 'doze', phase, deep: doze.deep, light: doze.light, by });
}

/** Opens and ends the sessions of both quotas by what runs and counts. */
export function trackQuota(device: Device): void {
  const now = device.now.elapsed;
  trackBook(device, device.regular, false, now);
  noteSpent(device.regular, quotaNow(device), now, device.figures);
  trackBook(device, device.expedited, true, now);
  noteSpent(device.expedited, expeditedQuota(device), now, device.figures);
}

function stepDoze(device: Device, now: number): void {
  const view = dozeView(device);
  setDoze(device, react(device.doze, view, now, device.figures), 'use');
  for (let steps = 0; nextStep(device.doze) <= now; steps++) {
    if (steps > STEPS) throw new OwnBugError(`Doze does not come to rest at ${now} ms`);
    setDoze(device, step(device.doze, view, now, device.figures), 'time');
  }
}

function trackBook(device: Device, book: QuotaBook, expedited: boolean, now: number): void {
  let any = false;
  for (const run of device.runs.values()) {
    if (run.expedited !== expedited) continue;
    const counted = counts(device, run, now);
    if (counted && !run.counted) openSession(book, now, device.figures);
    run.counted = counted;
    any ||= counted;
  }
  if (!any) closeSession(book, now, device.figures);
}
