// The commands for real devices, as rows of the table of commands. Their modules, adb and everything below are loaded when one runs.
import type { CommandRow } from '../command-table.ts';
import { DEVICES_OPTIONS, DOCTOR_OPTIONS } from './options.ts';

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
} as const satisfies Record<string, CommandRow>;
