// The options of `tokenwarp run` for a real app on a device, as data.
import type { OptionRow, ValuesOf } from '../option-table.ts';
import { readDuration, readText } from '../values.ts';
import { readBundle } from './ios-values.ts';
import { readPackage, readPort } from './values.ts';

export const DEVICE_RUN_OPTIONS = {
  device: {
    flags: '--device <id>',
    group: 'target',
    summary: 'run with a real app on this device instead of a simulated one: its id as `tokenwarp devices` prints it',
    read: readText,
    otherwise: 'simulated; with --package or --bundle the only device that is ready',
  },
  package: { flags: '--package <name>', group: 'target', summary: 'Android: the app, com.example.app', read: readPackage },
  bundle: { flags: '--bundle <id>', group: 'target', summary: 'iOS simulator: the app, com.example.app', read: readBundle },
  appPort: {
    flags: '--app-port <port>',
    group: 'target',
    summary: 'device: the app looks for its server at http://localhost:<port>',
    read: readPort,
    otherwise: '8080',
  },
  deviceClock: {
    flags: '--device-clock',
    group: 'decide',
    summary: "device: `advance` moves the phone's wall clock too, not the server's alone; put back afterwards",
  },
  byHand: {
    flags: '--by-hand',
    group: 'decide',
    summary: 'device: the app has no debug hook, a person at the terminal signs in and out and opens its screens when told to',
  },
  certain: {
    flags: '--certain',
    group: 'decide',
    summary: 'device: only findings that the journal of the server proves count, not those that it makes likely',
  },
  wait: {
    flags: '--wait <duration>',
    group: 'stop',
    summary: 'device: how long to wait at most for something that the app should do',
    read: readDuration,
    otherwise: '10s',
  },
  record: {
    flags: '--record <file>',
    group: 'show',
    summary: 'device: keep every command, its answer and the journal as a transcript, without tokens',
    read: readText,
  },
  replay: {
    flags: '--replay <file>',
    group: 'target',
    summary: 'run from such a transcript, without a device: the same report',
    read: readText,
  },
} as const satisfies Record<string, OptionRow>;

export type DeviceRunOptions = ValuesOf<typeof DEVICE_RUN_OPTIONS>;

/** Any of them makes a run one with a real app. */
export function isOnDevice({ device, package: app, bundle, replay }: DeviceRunOptions): boolean {
  return [device, app, bundle, replay].some((option) => option !== undefined);
}
