// What a gate that is shut says: the facts behind it, what would open it, and when it opens by itself.
import { formatDuration } from '../../core/duration.ts';
import type { Gate, OsMoment } from '../model.ts';
import { nextWindow } from './doze.ts';
import { wishesOf } from './flexibility.ts';
import { refusedUntil, type Case, type GateName } from './gates.ts';
import { deviceIdleFrom } from './phone.ts';
import type { Shortage } from './quota.ts';
import { backgroundRestriction, dozeView, effectiveBucket, quotaOpens, quotaShortage } from './standing.ts';
import type { Device, Job } from './state.ts';
import { documented } from './tables.ts';
import type { WorkSpec } from './work-spec.ts';

/** Everything there is to say about a gate that is shut. */
export function explainGate(gate: GateName, device: Device, work: WorkSpec, at: OsMoment): Gate {
  const job = device.jobs.get(work.id);
  const words = job === undefined ? explainAbsence(gate, device, work) : explainJob(gate, { device, work, job, at });
  return { gate, documented: true, ...words };
}

type Words = Omit<Gate, 'gate' | 'documented'> & { documented?: boolean };

function explainAbsence(gate: GateName, device: Device, work: WorkSpec): Words {
  if (gate === 'FLAG_STOPPED') return { detail: 'the package is force-stopped, its jobs are gone', by: 'the user opens the app' };
  if (gate === 'USER_LOCKED')
    return { detail: 'not unlocked since boot: jobs are not persisted, the database is sealed', by: 'first unlock' };
  if (gate === 'BLOCKED') return { detail: `waits for ${work.after.join(', ')}`, by: 'its prerequisites succeed' };
  const full = device.jobs.size >= device.figures.schedulerSlots;
  return full
    ? { detail: `all ${device.figures.schedulerSlots} scheduler slots are taken`, by: 'other work ends' }
    : { detail: 'JobScheduler has no job for it', by: 'the process starts' };
}

function explainJob(gate: GateName, look: Case): Words {
  const { device, work, job, at } = look;
  const now = at.elapsed;
  switch (gate) {
    case 'WORK_NOT_DUE': {
      const left = (refusedUntil(device, work, at) ?? at.wall) - at.wall;
      return { detail: `due in ${formatDuration(left)} of wall clock time`, by: 'time, or a change of the wall clock', opens: now + left };
    }
    case 'TIMING_DELAY':
      return { detail: `minimum latency has ${formatDuration(job.earliest - now)} to go`, by: 'time', opens: job.earliest };
    case 'CONNECTIVITY':
      return {
        detail: `${work.constraints.network ?? 'NOT_REQUIRED'}, but the network is ${networkWords(device)}`,
        by: 'a network that fits',
      };
    case 'CHARGING':
      return explainCharging(device);
    case 'BATTERY_NOT_LOW':
      return {
        detail: `battery at ${device.phone.level} %`,
        by: `${device.figures.batteryOkay} % or more`,
        documented: documented('batteryOkay'),
      };
    case 'STORAGE_NOT_LOW':
      return { detail: 'storage is low', by: 'free storage' };
    case 'IDLE':
      return explainIdle(device);
    case 'DEVICE_NOT_DOZING':
      return explainDoze(device);
    case 'BACKGROUND_NOT_RESTRICTED':
      return explainRestriction(device);
    case 'WITHIN_QUOTA':
      return explainQuota(device, job, now);
    case 'FLEXIBILITY':
      return explainWishes(look);
    case 'BATCHING': {
      const opens = (job.firstBatched ?? now) + device.figures.batchDelay;
      const { batchSize } = device.figures;
      return {
        detail: `${effectiveBucket(device)}: fewer than ${batchSize} jobs are ready`,
        by: 'other jobs, a maintenance window, the app in use',
        opens,
      };
    }
    case 'CONCURRENCY':
      return { detail: `${device.runs.size} jobs of the app run`, by: 'one of them ends', documented: documented('appConcurrency') };
    default:
      return explainAbsence(gate, device, work);
  }
}

function networkWords({ phone: { network } }: Device): string {
  return [network.transport, network.metered ? 'metered' : '', network.roaming ? 'roaming' : ''].filter((word) => word !== '').join(' ');
}

function explainCharging({ phone }: Device): Words {
  if (!phone.plugged) return { detail: 'not on a charger', by: 'a charger' };
  return { detail: 'on a charger, not yet believed', by: 'time', opens: phone.chargingFrom, documented: documented('chargingLag') };
}

function explainIdle({ phone, figures }: Device): Words {
  const opens = deviceIdleFrom(phone, figures);
  const by = `screen off for ${formatDuration(figures.deviceIdleAfter)}`;
  return opens === Infinity ? { detail: 'the screen is on', by } : { detail: 'the screen went off too recently', by, opens };
}

function explainDoze(device: Device): Words {
  const { doze } = device;
  const opens = nextWindow(doze, dozeView(device), device.figures);
  const mode = doze.deep === 'IDLE' ? 'deep' : 'light';
  const detail = `${mode} Doze (${mode === 'deep' ? doze.deep : doze.light})`;
  return { detail, by: 'a maintenance window, or the phone in use or on a charger', ...(opens === undefined ? {} : { opens }) };
}

function explainRestriction(device: Device): Words {
  return backgroundRestriction(device) === 'user'
    ? { detail: 'RUN_ANY_IN_BACKGROUND is ignored', by: 'the user allows background use, or opens the app' }
    : { detail: 'battery saver is on', by: 'a charger, battery saver off, or the app in use' };
}

function explainQuota(device: Device, job: Job, now: number): Words {
  const bucket = effectiveBucket(device);
  const by = 'time, a charger, or the app in use';
  if (bucket === 'NEVER') return { detail: 'NEVER: the app was never opened', by: 'the user opens the app' };
  const short = quotaShortage(device, now);
  if (short === undefined) return { detail: bucket, by };
  const opens = quotaOpens(device, job, now) ?? short.until;
  return {
    detail: `${bucket}: ${shortageWords(short)}`,
    by: bucket === 'RESTRICTED' ? 'time, or charging with idle, battery and network' : by,
    opens,
  };
}

function shortageWords({ limit, used, allowed }: Shortage): string {
  const timed = limit === 'run time' || limit === 'run time in 24h';
  return timed ? `${formatDuration(used)} of ${formatDuration(allowed)} ${limit}` : `${used} of ${allowed} ${limit}`;
}

function explainWishes({ device, work, job, at }: Case): Words {
  const wishes = wishesOf(device, work, job, at.elapsed);
  if (wishes === undefined) return { detail: 'no wish left', by: 'time' };
  return { detail: `waits for ${wishes.missing.join(', ')}`, by: 'time, or what it waits for', opens: wishes.nextDrop, documented: false };
}
