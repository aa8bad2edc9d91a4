// What an Android device can do, by which command, and what is missing: by API level, build, transport. A table, so that `devices`,
// `doctor` and the refusal of an operation say the same.
import type { Capability, CapabilityName } from '../driver.ts';
import { DeviceCapabilityError } from '../errors.ts';
import type { AndroidFacts } from './facts.ts';

/** How the device is reached decides as much as what it is. */
export interface Reach {
  readonly serial: string;
  readonly facts: AndroidFacts;
}

interface Row {
  readonly how: string | ((reach: Reach) => string);
  /** What is missing, with what mends it. */
  readonly lacks?: (reach: Reach) => Lack | undefined;
}
interface Lack {
  readonly what: string;
  readonly fix: string;
}

/** JobScheduler has namespaces from here on. */
const NAMESPACES_FROM = 34;

const from =
  (sdk: number, what: string) =>
  ({ facts }: Reach): Lack | undefined =>
    facts.sdk >= sdk
      ? undefined
      : { what: `${what} exists from API ${sdk} on, this is API ${facts.sdk}`, fix: 'use a newer device or emulator' };

const TABLE = {
  'fire-job': {
    how: ({ facts }) => (facts.sdk >= NAMESPACES_FROM ? 'cmd jobscheduler run -f -n <namespace>' : 'cmd jobscheduler run -f'),
    lacks: from(24, 'cmd jobscheduler run'),
  },
  'make-due': { how: clockCommand, lacks: clockLack },
  'stop-job': {
    how: ({ facts }) => (facts.sdk >= 34 ? 'cmd jobscheduler stop -s <reason>' : 'cmd jobscheduler timeout (always reason 3)'),
    lacks: from(26, 'cmd jobscheduler timeout'),
  },
  why: { how: 'dumpsys jobscheduler, dumpsys deviceidle, WorkManager diagnostics or database' },
  doze: { how: 'dumpsys deviceidle force-idle' },
  bucket: { how: 'am set-standby-bucket', lacks: from(28, 'am set-standby-bucket') },
  battery: { how: 'dumpsys battery' },
  'airplane-mode': {
    how: 'cmd connectivity airplane-mode',
    lacks: (reach) => wirelessLack(reach, 'airplane mode') ?? from(30, 'cmd connectivity airplane-mode')(reach),
  },
  radio: { how: 'svc wifi, svc data', lacks: (reach) => wirelessLack(reach, 'switching radios') },
  'background-restriction': { how: 'cmd appops set RUN_ANY_IN_BACKGROUND', lacks: from(28, 'RUN_ANY_IN_BACKGROUND') },
  'set-clock': { how: clockCommand, lacks: clockLack },
  biometric: {
    how: 'adb emu finger touch',
    lacks: ({ serial }) =>
      serial.startsWith('emulator-')
        ? undefined
        : { what: 'only the console of an emulator can touch a sensor', fix: 'use an emulator that adb calls emulator-<port>' },
  },
  'lock-screen': { how: 'locksettings set-pin', lacks: from(28, 'locksettings') },
  'force-stop': { how: 'am force-stop' },
  'kill-app': { how: 'am kill, after HOME' },
  'launch-app': { how: 'am start -W' },
  'reverse-port': { how: 'adb reverse' },
} as const satisfies Partial<Record<CapabilityName, Row>>;
export type AndroidCapability = keyof typeof TABLE;

export function capabilitiesOf(reach: Reach): Capability[] {
  return Object.entries<Row>(TABLE).map(([name, row]) => {
    const lack = row.lacks?.(reach);
    return {
      name: name as CapabilityName,
      how: typeof row.how === 'string' ? row.how : row.how(reach),
      ...(lack === undefined ? {} : { missing: `${lack.what}: ${lack.fix}` }),
    };
  });
}

/** Throws a DeviceCapabilityError when the device lacks it. */
export function needCapability(reach: Reach, name: AndroidCapability): void {
  const lack = (TABLE[name] as Row).lacks?.(reach);
  if (lack !== undefined) throw new DeviceCapabilityError(reach.serial, name, lack.what, lack.fix);
}

/** Over the network: what switches the network off would cut our own branch. */
export function isWireless(serial: string): boolean {
  return /:\d+$/.test(serial) || serial.includes('._adb');
}

function wirelessLack({ serial }: Reach, what: string): Lack | undefined {
  return isWireless(serial) ? { what: `${what} would cut the connection, which is a network itself`, fix: 'connect it by USB' } : undefined;
}

function clockCommand({ facts }: Reach): string {
  return facts.root ? 'cmd alarm set-time, or date as root' : 'cmd alarm set-time, no root needed';
}

function clockLack(reach: Reach): Lack | undefined {
  if (reach.facts.root || reach.facts.sdk >= 29) return undefined;
  return {
    what: `cmd alarm set-time exists from API 29 on, this is API ${reach.facts.sdk}`,
    fix: 'adb root (emulators, userdebug builds), or a newer device',
  };
}
