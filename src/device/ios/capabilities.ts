// What a simulator or an iPhone can do, by which mechanism, and what is missing. A table, so that `devices`, `doctor` and the refusal of
// an operation say the same.
import type { Capability, CapabilityName } from '../driver.ts';
import { DeviceCapabilityError } from '../errors.ts';

export type IosKind = 'simulator' | 'device';

interface Lack {
  readonly what: string;
  readonly fix: string;
}
interface Row {
  readonly simulator: string | Lack;
  readonly device: string | Lack;
}

const ONLY_SIMULATOR = (what: string): Lack => ({ what, fix: 'use a simulator' });

const TABLE = {
  'fire-job': {
    simulator: 'lldb calls the handler that the app registered (inferred, not verified on Apple hardware)',
    device: 'devicectl and lldb, _simulateLaunchForTaskWithIdentifier: (not verified on Apple hardware)',
  },
  'expire-job': {
    simulator: 'lldb, _simulateExpirationForTaskWithIdentifier:',
    device: 'lldb, _simulateExpirationForTaskWithIdentifier:',
  },
  'job-log': {
    simulator: 'log stream, subsystem com.apple.BackgroundTasks',
    device: ONLY_SIMULATOR('devicectl shows no log of the system'),
  },
  'silent-push': { simulator: 'simctl push', device: ONLY_SIMULATOR('only Apple’s push service reaches a device') },
  biometric: { simulator: 'notifyutil com.apple.BiometricKit_Sim', device: ONLY_SIMULATOR('no tool touches a real sensor') },
  'keychain-reset': { simulator: 'simctl keychain reset', device: ONLY_SIMULATOR('no tool empties the keychain of a device') },
  boot: { simulator: 'simctl bootstatus -b', device: ONLY_SIMULATOR('no tool switches a device on or off') },
  'kill-app': { simulator: 'simctl terminate', device: 'devicectl device process terminate' },
  'launch-app': { simulator: 'simctl launch', device: 'devicectl device process launch' },
  'background-app': { simulator: 'simctl launch com.apple.Preferences', device: ONLY_SIMULATOR('devicectl presses no home button') },
  'open-url': { simulator: 'simctl openurl', device: 'devicectl device process launch --payload-url' },
  notify: { simulator: 'simctl spawn notifyutil -p', device: 'devicectl device notification post' },
  privacy: { simulator: 'simctl privacy', device: ONLY_SIMULATOR('devicectl grants nothing') },
  'reverse-port': {
    simulator: 'none needed: a simulator shares the network of this Mac',
    device: ONLY_SIMULATOR('no tool of Xcode forwards a port: let the app use the address of this Mac in the local network'),
  },
} as const satisfies Partial<Record<CapabilityName, Row>>;
export type IosCapability = keyof typeof TABLE;

export function capabilitiesOf(kind: IosKind): Capability[] {
  return (Object.keys(TABLE) as IosCapability[]).map((name) => {
    const cell = (TABLE[name] as Row)[kind];
    return typeof cell === 'string' ? { name, how: cell } : { name, how: 'nothing', missing: `${cell.what}: ${cell.fix}` };
  });
}

/** Throws a DeviceCapabilityError when that kind of device lacks it. */
export function needCapability(id: string, kind: IosKind, name: IosCapability): void {
  const cell = (TABLE[name] as Row)[kind];
  if (typeof cell !== 'string') throw new DeviceCapabilityError(id, name, cell.what, cell.fix);
}
