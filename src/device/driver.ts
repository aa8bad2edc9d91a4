// What every kind of device looks like to the commands. A device says what it can do, how, and what is missing; what it cannot do is
// refused by name, never done silently as nothing. Operations themselves belong to each platform's own driver.
import type { Machine } from './exec.ts';

export const PLATFORMS = ['android', 'ios'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

/** What a device may be able to do. */
export const CAPABILITIES = [
  'fire-job',
  'make-due',
  'stop-job',
  'why',
  'doze',
  'bucket',
  'battery',
  'airplane-mode',
  'radio',
  'background-restriction',
  'set-clock',
  'silent-push',
  'biometric',
  'lock-screen',
  'keychain-reset',
  'force-stop',
  'kill-app',
  'launch-app',
  'reverse-port',
] as const;
export type CapabilityName = (typeof CAPABILITIES)[number];

export interface Capability {
  readonly name: CapabilityName;
  /** The mechanism: `cmd jobscheduler run -f`. */
  readonly how: string;
  /** What is missing, with what mends it; undefined = it can be used. */
  readonly missing?: string;
}

/** Words of adb and simctl, put into one list. */
export type DeviceState =
  | 'ready'
  | 'booting'
  | 'unauthorized'
  | 'offline'
  | 'shutdown'
  | 'connecting'
  | 'no-permissions'
  | 'recovery'
  | 'unavailable';

export interface Device {
  /** What --device takes: a serial, or a UDID. */
  readonly id: string;
  readonly platform: PlatformName;
  readonly kind: 'device' | 'emulator' | 'simulator';
  /** For people: the model. */
  readonly name: string;
  readonly state: DeviceState;
  /** `Android 14 (API 34)`; undefined while it cannot be asked. */
  readonly os?: string;
  readonly transport: 'usb' | 'network' | 'local';
  readonly capabilities: readonly Capability[];
  /** Why it cannot be used, and the command that mends it. */
  readonly problem?: { readonly text: string; readonly fix: string };
  /** It is the same machine as this one, listed twice. */
  readonly sameAs?: string;
}

/** A tool that is not there, with what installs it. */
export interface MissingTool {
  readonly tool: string;
  readonly found: string;
  readonly fix: string;
}

export interface Listing {
  readonly devices: readonly Device[];
  /** The platform cannot be used at all on this machine. */
  readonly missing?: MissingTool;
}

/** One line of `doctor`. `unused`: it matters to nobody here, such as Xcode on Linux. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing' | 'unused';
  readonly found: string;
  readonly fix?: string;
}

/** What a platform is asked for by `devices`, `doctor` and `device restore`. */
export interface Platform {
  readonly name: PlatformName;
  list(context: DeviceContext): Promise<Listing>;
  /** What is not installed, without touching a device; where it is absent `list` tells. */
  tool?(context: DeviceContext): Promise<MissingTool | undefined>;
  checks(context: DeviceContext, about: { device?: string; app?: string }): Promise<Check[]>;
  /** Undoes one change that an undo journal names; see undo.ts. */
  perform(context: DeviceContext, id: string, action: UndoAction): Promise<void>;
}

/** What every operation is handed. */
export interface DeviceContext {
  readonly machine: Machine;
  /** Where undo journals are kept. */
  readonly stateFolder: string;
  readonly signal?: AbortSignal;
}

/** What undoes a change, as data that outlives the process: the platform knows each `kind`. */
export type UndoAction = { readonly kind: string } & Readonly<Record<string, string | number | boolean>>;
