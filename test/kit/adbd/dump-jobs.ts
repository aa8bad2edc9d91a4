// `dumpsys jobscheduler [PKG]` in the dialect of each Android version, with what leaks into it: headers of other apps up to 11, and
// sections after the list that name the same jobs again.
import type { HistoryLine, Job } from './job-scheduler.ts';
import { WM_SERVICE } from './job-scheduler.ts';
import type { Phone } from './phone.ts';

const BITS: Readonly<Record<string, number>> = {
  CHARGING: 1,
  BATTERY_NOT_LOW: 2,
  IDLE: 4,
  STORAGE_NOT_LOW: 8,
  UID_NOT_RESTRICTED: 0x100000,
  FLEXIBILITY: 0x200000,
  BACKGROUND_NOT_RESTRICTED: 0x400000,
  WITHIN_QUOTA: 0x1000000,
  DEVICE_NOT_DOZING: 0x2000000,
  TARE_WEALTH: 0x8000000,
  CONNECTIVITY: 0x10000000,
  TIMING_DELAY: 0x80000000,
};
const BUCKETS: Readonly<Record<number, string>> = {
  5: 'EXEMPTED',
  10: 'ACTIVE',
  20: 'WORKING_SET',
  30: 'FREQUENT',
  40: 'RARE',
  45: 'RESTRICTED',
  50: 'NEVER',
};

export function dumpJobs(phone: Phone, filter: string | undefined): string {
  if (filter !== undefined && !phone.apps.has(filter)) return `Invalid package: ${filter}\n`;
  const all = phone.jobs.jobs;
  const shown = all.filter((job) => filter === undefined || job.app.name === filter || phone.api <= 30);
  const lines = [
    'Settings:',
    '  min_ready_non_active_jobs_count=5',
    '  max_non_active_job_batch_delay_ms=1860000',
    ...(phone.api >= 34 ? ['', 'Flags:', '  com.android.server.job.batch_active_bucket_jobs: true'] : []),
    '',
    'Started users: 0 ',
    `Registered ${all.length + 1} jobs:`,
    ...(phone.api <= 30 ? ['  JOB #1000/808: 5a1b2c3 android/com.android.server.MountServiceIdler'] : []),
    ...shown.flatMap((job) => block(phone, job, filter === undefined || job.app.name === filter)),
    '',
    'ConnectivityController:',
    `  mConnected=${phone.online}`,
    ...shown.map((job) => `  ${header(phone, job)}`),
    '',
    'Uid states:',
    '  u0a172: FGS',
    '',
    'Job history:',
    ...phone.jobs.history.map((entry) => historyLine(phone, entry)),
    '',
    'Pending queue:',
    '  None',
    '',
    'Active jobs:',
    ...all.filter(({ active }) => active).map((job) => `  Slot #0(ID=1): ${header(phone, job)}`),
    '',
    'Recently completed jobs:',
    ...phone.jobs.completed.slice(-5).map((job) => `  ${header(phone, job)}`),
    '',
    'PersistStats: FirstLoad: 8j/0',
  ];
  return `${lines.join('\n')}\n`;
}

/** `JOB #u0a172/4: 6412553 PKG/SERVICE`, with a namespace from 14 on and the worker's name where traces are tagged. */
function header(phone: Phone, { id, namespace, app, worker }: Job): string {
  const component = `${app.name}/${WM_SERVICE}`;
  if (namespace === undefined) return `JOB #${app.uidName}/${id}: 6412553 ${component}`;
  const trace = phone.api >= 36 ? `#${worker.replace(/^.*\./, '')}#` : '';
  return `JOB ${namespace}:${app.uidName}/${id}: 5d421eb ${trace}@${namespace}@${component}`;
}

function block(phone: Phone, job: Job, detailed: boolean): string[] {
  const title = `  ${header(phone, job)}`;
  return detailed ? [title, ...details(phone, job).map((line) => `    ${line}`)] : [title];
}

function details(phone: Phone, job: Job): string[] {
  const { api, jobs, dozing } = phone;
  const now = phone.elapsed();
  const missing = jobs.unsatisfied(job);
  const satisfied = job.constraints.filter((name) => !missing.includes(name));
  const implicit = [
    ...(dozing && !job.app.dozeExempt ? [] : ['DEVICE_NOT_DOZING']),
    ...(job.app.restricted ? [] : ['BACKGROUND_NOT_RESTRICTED']),
    ...(api === 33 || api === 34 ? ['TARE_WEALTH'] : []),
    ...(jobs.withinQuota(job.app) ? ['WITHIN_QUOTA'] : []),
  ];
  const component = `${job.app.name}/${WM_SERVICE}`;
  const shut = jobs.shut(job);
  const waits = (name: string): boolean => job.override === 'none' && missing.includes(name);
  return [
    `${job.app.uidName} tag=*job*${api >= 36 ? '/r' : ''}/${component}${api >= 33 ? `#${job.id}` : ''}`,
    `Source: uid=${job.app.uidName} user=${job.app.user} pkg=${job.app.name}`,
    'JobInfo:',
    `  Service: ${component}`,
    ...(api >= 33 ? ['  Priority: DEFAULT [300]'] : []),
    `  Requires: charging=${job.constraints.includes('CHARGING')} batteryNotLow=${job.constraints.includes('BATTERY_NOT_LOW')} deviceIdle=false`,
    '  Extras: mParcelledData.dataSize=180',
    ...(job.constraints.includes('CONNECTIVITY')
      ? [`  Network type: NetworkRequest [ NONE id=0, [ Capabilities: INTERNET&NOT_RESTRICTED&TRUSTED&VALIDATED Uid: ${job.app.uid}] ]`]
      : []),
    ...(job.constraints.includes('TIMING_DELAY') ? [`  Minimum latency: ${duration(Math.max(0, job.earliest - job.enqueued))}`] : []),
    '  Backoff: policy=1 initial=+30s0ms',
    '  Has early constraint',
    `Required constraints: ${set(job.constraints)}`,
    ...(api >= 34 ? ['Preferred constraints:'] : []),
    ...(api >= 30 ? ['Dynamic constraints:'] : []),
    `Satisfied constraints: ${set([...satisfied, ...implicit])}`,
    `Unsatisfied constraints: ${set([...missing, ...(jobs.withinQuota(job.app) ? [] : ['WITHIN_QUOTA'])])}`,
    'Tracking: CONNECTIVITY TIME QUOTA',
    'Implicit constraints:',
    `  readyNotDozing: ${!dozing || job.app.dozeExempt}`,
    `  readyNotRestrictedInBg: ${!job.app.restricted}`,
    ...(api >= 30 ? ['  readyComponentEnabled: true'] : []),
    `Standby bucket: ${BUCKETS[job.app.bucket] ?? 'UNKNOWN'}`,
    ...(api <= 29 ? ['Base heartbeat: 0'] : []),
    ...(job.firstBatched === undefined ? [] : [`Time since first force batch attempt: ${duration(job.firstBatched - now)}`]),
    `Enqueue time: ${duration(job.enqueued - now)}`,
    `Run time: earliest=${job.constraints.includes('TIMING_DELAY') ? duration(job.earliest - now) : 'none'}, latest=none${api >= 29 ? ', original latest=none' : ''}`,
    ...(api <= 29 ? ['Last run heartbeat: 0'] : []),
    ...(api >= 33 ? ['Restricted due to: none.'] : []),
    `Ready: ${shut === undefined && job.constraints.every((name) => !waits(name))} (job=${job.constraints.every((name) => !waits(name))} user=${phone.userUnlocked}${api >= 30 ? ' !restricted=true' : ''} !pending=true !active=${!job.active} !backingup=true comp=true)`,
  ];
}

function set(names: readonly string[]): string {
  const bits = names.reduce((sum, name) => sum + (BITS[name] ?? 0), 0);
  return [...names, `[0x${bits.toString(16)}]`].join(' ');
}

function historyLine(phone: Phone, { at, what, uid, id, name, reason = '' }: HistoryLine): string {
  return `    ${duration(at - phone.elapsed()).padStart(16)} ${what.padStart(7)}: #${uid}/${id} ${name}${reason === '' ? '' : ` ${reason}`}`;
}

/** As TimeUtils writes it. */
export function duration(ms: number): string {
  if (ms === 0) return '0';
  const whole = Math.abs(ms);
  const units = [
    [Math.floor(whole / 86_400_000), 'd'],
    [Math.floor(whole / 3_600_000) % 24, 'h'],
    [Math.floor(whole / 60_000) % 60, 'm'],
    [Math.floor(whole / 1_000) % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  const large =
    first < 0
      ? ''
      : units
          .slice(first)
          .map(([count, unit]) => `${count}${unit}`)
          .join('');
  return `${ms < 0 ? '-' : '+'}${large}${whole % 1_000}ms`;
}
