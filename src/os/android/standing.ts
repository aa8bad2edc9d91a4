// What the system makes of the app right now: its effective bucket, what is free of quota, what expedited work may ignore.
import { isIdle, type DozeView } from './doze.ts';
import { charging, deviceIdleFrom, dynamicConstraintsHold, interactive, online, savingPower, screenTime } from './phone.ts';
import { shortage, timeShortage, type Shortage } from './quota.ts';
import type { Device, Job, Run } from './state.ts';
import type { Bucket, BucketQuota } from './tables.ts';

/** The app is what the user sees: an app that was open when the screen went off is not, until it is unlocked again. */
export function onTop({ app, phone }: Device): boolean {
  return app.foreground && interactive(phone);
}

/** The app counts as active: on screen, or with a foreground service. */
export function uidActive(device: Device): boolean {
  return device.app.foregroundService || onTop(device);
}

export function effectiveBucket(device: Device): Bucket {
  if (device.app.whitelisted) return 'EXEMPTED';
  return uidActive(device) ? 'ACTIVE' : device.standby.bucket;
}

export function quotaNow(device: Device): BucketQuota {
  return device.quotas[effectiveBucket(device)];
}

/** Jobs neither need quota nor use it up. */
function quotaFree(device: Device, now: number): boolean {
  if (onTop(device)) return true;
  if (charging(device.phone, now) && effectiveBucket(device) !== 'RESTRICTED') return true;
  return !device.features.strictQuota && (device.app.foregroundService || device.app.whitelisted);
}

/** Why quota holds a job that has not started; undefined = it does not. */
export function quotaShortage(device: Device, now: number): Shortage | undefined {
  if (quotaFree(device, now)) return undefined;
  const found = shortage(device.regular, quotaNow(device), now, device.figures);
  if (found === undefined || effectiveBucket(device) !== 'RESTRICTED') return found;
  return dynamicConstraintsHold(device.phone, now, device.figures) ? undefined : found;
}

/** When quota lets a held job start if nothing else happens; undefined = it does not hold it, or never will. */
export function quotaOpens(device: Device, job: Job, now: number): number | undefined {
  const until = quotaShortage(device, now)?.until;
  if (until === undefined || effectiveBucket(device) === 'NEVER') return undefined;
  const expedited = job.expedited ? (expeditedShortage(device, now)?.until ?? Infinity) : Infinity;
  return Math.min(until, expedited, chargerHelpsFrom(device));
}

/** RESTRICTED asks for more than the charger. */
function chargerHelpsFrom(device: Device): number {
  const { phone, figures } = device;
  if (effectiveBucket(device) !== 'RESTRICTED') return phone.chargingFrom;
  return phone.batteryLow || !online(phone) ? Infinity : Math.max(phone.chargingFrom, deviceIdleFrom(phone, figures));
}

/** Why quota ends a job that runs. */
export function runShortage(device: Device, run: Run, now: number): Shortage | undefined {
  if (!counts(device, run, now)) return undefined;
  if (run.expedited) {
    const sure = now < run.limitFrom + device.figures.expeditedGuarantee;
    return sure ? undefined : timeShortage(device.expedited, expeditedQuota(device), now, device.figures);
  }
  const found = timeShortage(device.regular, quotaNow(device), now, device.figures);
  if (found === undefined || effectiveBucket(device) !== 'RESTRICTED') return found;
  return dynamicConstraintsHold(device.phone, now, device.figures) ? undefined : found;
}

/** Whether a run uses up quota. Before Android 16 one that started on screen never does. */
export function counts(device: Device, run: Run, now: number): boolean {
  if (run.by !== 'JobScheduler' || quotaFree(device, now)) return false;
  return device.features.strictQuota || !run.topStarted;
}

/** Expedited, and with expedited quota left: such a job runs in Doze and battery saver and needs no company. */
export function treatedAsExpedited(device: Device, job: Job, now: number): boolean {
  return job.expedited && expeditedShortage(device, now) === undefined;
}

export function expeditedShortage(device: Device, now: number): Shortage | undefined {
  return quotaFree(device, now) ? undefined : timeShortage(device.expedited, expeditedQuota(device), now, device.figures);
}

/** Expedited work has run time in 24 h and nothing else to keep to. */
export function expeditedQuota(device: Device): BucketQuota {
  const { quotaMaximumWindow: window } = device.figures;
  return { window, time: quotaNow(device).expedited, jobs: Infinity, sessions: Infinity, expedited: 0 };
}

/** The user or battery saver keeps the app out of the background; undefined = nobody does. */
export function backgroundRestriction(device: Device): 'user' | 'battery saver' | undefined {
  if (uidActive(device)) return undefined;
  if (device.app.restricted) return 'user';
  return savingPower(device.phone) && !device.app.whitelisted ? 'battery saver' : undefined;
}

/** Doze holds this app's jobs. */
export function dozing(device: Device): boolean {
  return isIdle(device.doze) && !device.app.whitelisted;
}

/** GreedyScheduler can run something by itself: the process is there, not frozen, and the device not asleep. */
export function processAwake(device: Device): boolean {
  return device.app.alive && !device.app.frozen && (onTop(device) || !isIdle(device.doze));
}

/** When the freezer takes the process: neither on screen nor with a service or a job. */
export function freezesAt(device: Device): number {
  const { app, runs } = device;
  const kept = uidActive(device) || hasJobRunning(runs);
  return app.alive && !app.frozen && !kept ? app.freezeAt : Infinity;
}

function hasJobRunning(runs: Device['runs']): boolean {
  for (const { by } of runs.values()) if (by === 'JobScheduler') return true;
  return false;
}

export function dozeView({ phone, runs, options }: Device): DozeView {
  return {
    inUse: interactive(phone) || phone.plugged,
    moving: phone.moving,
    online: online(phone),
    quick: savingPower(phone),
    busy: hasJobRunning(runs),
    hasDeep: options.deepDoze ?? true,
  };
}

export function screenOf({ phone }: Device, now: number): { total: number; on: boolean } {
  return screenTime(phone, now);
}
