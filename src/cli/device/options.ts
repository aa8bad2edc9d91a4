// The options of the commands for real devices, as data: see ../option-table.ts for what is derived from them.
import type { OptionRow, ValuesOf } from '../option-table.ts';
import { readCount, readDuration, readText } from '../values.ts';
import type { PlatformName } from '../../device/driver.ts';
import { IOS_APP, IOS_FIRE } from './ios-options.ts';
import { readPackage } from './values.ts';

const DEVICE = {
  device: {
    flags: '--device <id>',
    group: 'target',
    summary: 'which device: its id as `tokenwarp devices` prints it, or its name when only one has it',
    read: readText,
    otherwise: 'the only one that is ready; ANDROID_SERIAL is respected',
  },
} as const satisfies Record<string, OptionRow>;

/** Of the commands that ask a device anything. */
const PATIENCE = {
  commandTimeout: {
    flags: '--command-timeout <duration>',
    group: 'stop',
    summary: 'how long one command on the device may take until it is killed',
    read: readDuration,
    otherwise: '30s',
  },
} as const satisfies Record<string, OptionRow>;

const ANDROID_APP = {
  package: { flags: '--package <name>', group: 'target', summary: 'Android: the app, com.example.app', read: readPackage },
} as const satisfies Record<string, OptionRow>;

const ANDROID_JOB = {
  work: { flags: '--work <name>', group: 'select', summary: 'Android: the work with this unique name', read: readText },
  worker: {
    flags: '--worker <class>',
    group: 'select',
    summary: 'Android: the work of this worker, whole class name or its end',
    read: readText,
  },
  job: {
    flags: '--job <id>',
    group: 'select',
    summary: 'Android: the job with this number; it changes with nearly every run',
    read: readText,
  },
} as const satisfies Record<string, OptionRow>;

const SERVER = {
  url: {
    flags: '--url <url>',
    group: 'target',
    summary: 'the mock server that the app talks to: its journal is the proof',
    read: readText,
  },
  readyFile: {
    flags: '--ready-file <path>',
    group: 'target',
    summary: 'the same, by the file that `serve --ready-file` wrote',
    read: readText,
  },
  key: { flags: '--key <key>', group: 'target', summary: 'bearer key of a server that more than this machine can reach', read: readText },
} as const satisfies Record<string, OptionRow>;

export const DEVICES_OPTIONS = {
  watch: { flags: '--watch', group: 'show', summary: 'stay and show what changes' },
  ...PATIENCE,
} as const satisfies Record<string, OptionRow>;

export const DOCTOR_OPTIONS = { ...DEVICE, ...ANDROID_APP, ...IOS_APP, ...PATIENCE } as const satisfies Record<string, OptionRow>;

const ANDROID_FIRE = {
  ...ANDROID_APP,
  ...ANDROID_JOB,
  makeDue: {
    flags: '--make-due',
    group: 'decide',
    summary: 'Android: move the wall clock past the next run, since WorkManager refuses periodic work before its time; put back afterwards',
  },
  stop: {
    flags: '--stop <reason>',
    group: 'decide',
    summary:
      'Android: stop the job between the commit of its token request and the answer, with this reason (connectivity, timeout, quota ...)',
    read: readText,
  },
} as const satisfies Record<string, OptionRow>;

export const FIRE_OPTIONS = {
  ...DEVICE,
  ...ANDROID_FIRE,
  timeout: {
    flags: '--timeout <duration>',
    group: 'stop',
    summary: 'how long to wait for a proof that the job ran; iOS: for the end of the task',
    read: readDuration,
    otherwise: '30s',
  },
  ...IOS_FIRE,
  ...PATIENCE,
  ...SERVER,
} as const satisfies Record<string, OptionRow>;

/** Options of `fire` that say something on one platform only. */
export const FIRE_ROWS_OF = { android: ANDROID_FIRE, ios: IOS_FIRE } as const satisfies Record<PlatformName, Record<string, OptionRow>>;

export const WHY_OPTIONS = { ...DEVICE, ...ANDROID_APP, ...ANDROID_JOB, ...PATIENCE } as const satisfies Record<string, OptionRow>;

export const DEVICE_OPTIONS = {
  ...DEVICE,
  ...ANDROID_APP,
  ...IOS_APP,
  job: ANDROID_JOB.job,
  force: { flags: '--force', group: 'decide', summary: 'restore: also what a process that still runs has changed' },
  forget: { flags: '--forget', group: 'decide', summary: 'restore: strike from the list what cannot be undone' },
  count: { flags: '--count <n>', group: 'decide', summary: 'finger, biometric: touch so often', read: readCount, otherwise: '1' },
  ...PATIENCE,
} as const satisfies Record<string, OptionRow>;

export type DevicesOptions = ValuesOf<typeof DEVICES_OPTIONS>;
export type DoctorOptions = ValuesOf<typeof DOCTOR_OPTIONS>;
export type FireOptions = ValuesOf<typeof FIRE_OPTIONS>;
export type WhyOptions = ValuesOf<typeof WHY_OPTIONS>;
export type DeviceOptions = ValuesOf<typeof DEVICE_OPTIONS>;
