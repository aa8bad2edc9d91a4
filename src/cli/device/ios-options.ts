// The options that only iOS has, as data: see ../option-table.ts for what is derived from them.
import { TASK_KINDS } from '../../device/ios/words.ts';
import type { OptionRow, ValuesOf } from '../option-table.ts';
import { readDuration, readOneOf } from '../values.ts';
import { readAppUrl, readBundle, readNotification, readTask } from './ios-values.ts';

export const IOS_APP = {
  bundle: { flags: '--bundle <id>', group: 'target', summary: 'iOS: the app, com.example.app', read: readBundle },
} as const satisfies Record<string, OptionRow>;

export const IOS_FIRE = {
  ...IOS_APP,
  task: {
    flags: '--task <id>',
    group: 'select',
    summary: 'iOS: the identifier the app registered, com.example.app.refresh',
    read: readTask,
  },
  kind: {
    flags: '--kind <kind>',
    group: 'select',
    summary: 'iOS: which task its handler expects, refresh or processing',
    read: readOneOf(TASK_KINDS),
    otherwise: 'what UIBackgroundModes says, else refresh',
  },
  expireAfter: {
    flags: '--expire-after <duration>',
    group: 'decide',
    summary: 'iOS: take the time away so long after the start, as the system does',
    read: readDuration,
  },
  openUrl: {
    flags: '--open-url <url>',
    group: 'decide',
    summary: 'iOS: no debugger, the debug hook of the app takes this URL',
    read: readAppUrl,
  },
  notify: {
    flags: '--notify <name>',
    group: 'decide',
    summary: 'iOS: no debugger, the debug hook of the app observes this Darwin notification',
    read: readNotification,
  },
} as const satisfies Record<string, OptionRow>;

export type IosFireOptions = ValuesOf<typeof IOS_FIRE>;
