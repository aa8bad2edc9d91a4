// The commands for real devices, as rows of the table of commands. Their modules, adb and everything below are loaded when one runs.
import type { CommandRow } from '../command-table.ts';
import type { System } from '../system.ts';
import { DEVICE_ACTIONS, JOURNAL_ACTIONS } from './actions.ts';
import { DEVICE_OPTIONS, DEVICES_OPTIONS, DOCTOR_OPTIONS, FIRE_OPTIONS, WHY_OPTIONS } from './options.ts';

/** Their help is of little use without adb or Xcode: it says what to install. */
const needs = async (): Promise<(system: System) => Promise<void>> => (await import('./tools.ts')).checkTools;

export const DEVICE_COMMANDS = {
  devices: {
    args: '',
    summary: 'phones, emulators and simulators: state, version, what each can do, and what is missing',
    details:
      'Android through adb, iOS through Xcode (macOS only). With --verbose each capability with the command behind it. ' +
      'Exit code 6 when neither is installed: it says what to install.',
    options: DEVICES_OPTIONS,
    examples: [
      ['tokenwarp devices', 'what is connected'],
      ['tokenwarp devices --verbose', 'what each can do, and how'],
      ['tokenwarp devices --watch --json', 'a document per change'],
    ],
    load: async () => (await import('./devices.ts')).devices,
  },
  doctor: {
    args: '',
    summary: 'what is missing on this machine and on the devices, each with a fix',
    details: 'It changes nothing. Exit code 6 when something that is needed is missing.',
    options: DOCTOR_OPTIONS,
    examples: [
      ['tokenwarp doctor', 'tools and devices'],
      ['tokenwarp doctor --package com.example.app', 'and what the app needs to reach a mock server'],
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  fire: {
    args: '[platform...]',
    summary: "run an app's own background job now, on a real device, and say what became of it",
    details:
      'The platform is android. The answer of the system is not believed: what happened is read from the job, from WorkManager, and from the mock server when ' +
      'one is named. Exit code 0: it ran well. 1: it ran and failed, wants a retry, or was stopped unasked. 5: nobody can say. 7: it was refused, or a gate holds it. ' +
      'Whatever is changed on the phone for it is put back, also after Ctrl-C; after a crash by `tokenwarp device restore`.',
    options: FIRE_OPTIONS,
    examples: [
      ['tokenwarp fire android --package com.example.app', 'the only work the app has'],
      [
        'tokenwarp fire android --package com.example.app --work refresh --make-due',
        'periodic work before its time: the clock is moved for it',
      ],
      [
        'tokenwarp fire android --package com.example.app --worker RefreshWorker --url http://127.0.0.1:7357',
        'with the proof of the server',
      ],
      [
        'tokenwarp fire android --package com.example.app --stop connectivity --ready-file ready.json',
        'stopped between the commit and the answer',
      ],
    ],
    load: async () => (await import('./fire.ts')).fire,
    needs,
  },
  why: {
    args: '',
    summary: 'which gate holds a background job now, and what would open it',
    details:
      'Android: the first gate that is shut in the order in which the system asks, then those behind it. Of a debug build the database of WorkManager ' +
      'is read, and it is known when the work is due; of another build only what JobScheduler shows.',
    options: WHY_OPTIONS,
    examples: [
      ['tokenwarp why --package com.example.app', 'the only work the app has'],
      ['tokenwarp why --package com.example.app --work refresh --json', 'as data'],
    ],
    load: async () => (await import('./why.ts')).why,
    needs,
  },
  device: {
    args: '[word...]',
    summary: 'change a phone by hand, and put it back',
    details: `The first word is the action: ${[...Object.values(DEVICE_ACTIONS).map(({ usage }) => usage), ...Object.keys(JOURNAL_ACTIONS)].join(', ')}. Every change is noted on disk before it is made, and stays until \`device restore\`.`,
    options: DEVICE_OPTIONS,
    examples: [
      ['tokenwarp device doze deep', 'the phone sleeps'],
      ['tokenwarp device bucket rare --package com.example.app', 'the app is hardly ever used'],
      ['tokenwarp device reverse 8080', 'the app reaches the mock server at http://localhost:8080'],
      ['tokenwarp device changes', 'what is changed'],
      ['tokenwarp device restore', 'everything is put back'],
    ],
    load: async () => (await import('./device.ts')).device,
    needs,
  },
} as const satisfies Record<string, CommandRow>;
