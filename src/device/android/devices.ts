// `adb devices -l` as data. Columns are separated by spaces, the state may be several words with a URL, and adb talks about starting
// its server in lines of its own.

/** The states adb knows, newest client included. */
const STATES = [
  'device',
  'offline',
  'unauthorized',
  'authorizing',
  'connecting',
  'no permissions',
  'recovery',
  'rescue',
  'sideload',
  'bootloader',
  'host',
  'detached',
  'unknown',
] as const;
export type AdbState = (typeof STATES)[number];

export interface AdbDevice {
  readonly serial: string;
  readonly state: AdbState;
  /** `usb:1-1`, `product:redfin`, `model:Pixel_5`, `device:redfin`, `transport_id:3`. */
  readonly properties: Readonly<Record<string, string>>;
}

const ROW = new RegExp(`^(\\S.*?)[ \\t]+(${STATES.join('|')})(?=[ \\t(;]|$)(.*)$`);

/** A line that is no row of the table is passed over. */
export function parseDevices(text: string): AdbDevice[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line.startsWith('*') || line.startsWith('List of devices')) return [];
    const match = ROW.exec(line);
    if (match === null) return [];
    const [, serial = '', state = '', rest = ''] = match;
    return [{ serial, state: state as AdbState, properties: propertiesOf(rest) }];
  });
}

function propertiesOf(text: string): Record<string, string> {
  const known = text.matchAll(/(?:^|\s)(usb|product|model|device|transport_id|features):(\S+)/g);
  return Object.fromEntries([...known].map(([, key, value]) => [key ?? '', value ?? '']));
}
