// Data protection: which keychain items can be read and written in which state of the phone (facts 1.7).
import type { OSStatusName } from './codes.ts';
import type { Protection } from './words.ts';

/** Values of kSecAttrAccessible. The two `Always` classes are deprecated since iOS 12 and still honoured. */
export type Accessible =
  | 'kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly'
  | 'kSecAttrAccessibleWhenUnlockedThisDeviceOnly'
  | 'kSecAttrAccessibleWhenUnlocked'
  | 'kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly'
  | 'kSecAttrAccessibleAfterFirstUnlock'
  | 'kSecAttrAccessibleAlwaysThisDeviceOnly'
  | 'kSecAttrAccessibleAlways';

/** What an item gets that names no class. */
export const DEFAULT_ACCESSIBLE: Accessible = 'kSecAttrAccessibleWhenUnlocked';

export interface ClassFacts {
  /** States in which the class key is in memory. */
  readonly readable: readonly Protection[];
  /** Does not move to another device with a backup. */
  readonly thisDeviceOnly: boolean;
  /** Needs a passcode, and goes with it. */
  readonly needsPasscode: boolean;
}

const row = (readable: readonly Protection[], thisDeviceOnly: boolean, needsPasscode = false): ClassFacts => ({
  readable,
  thisDeviceOnly,
  needsPasscode,
});
const UNLOCKED = ['unlocked'] as const;
const AFTER_FIRST = ['locked', 'unlocked'] as const;
const ALWAYS = ['before-first-unlock', 'locked', 'unlocked'] as const;

export const CLASSES: Readonly<Record<Accessible, ClassFacts>> = {
  kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly: row(UNLOCKED, true, true),
  kSecAttrAccessibleWhenUnlockedThisDeviceOnly: row(UNLOCKED, true),
  kSecAttrAccessibleWhenUnlocked: row(UNLOCKED, false),
  kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly: row(AFTER_FIRST, true),
  kSecAttrAccessibleAfterFirstUnlock: row(AFTER_FIRST, false),
  kSecAttrAccessibleAlwaysThisDeviceOnly: row(ALWAYS, true),
  kSecAttrAccessibleAlways: row(ALWAYS, false),
};

export type KeychainOperation = 'SecItemCopyMatching' | 'SecItemAdd' | 'SecItemUpdate' | 'SecItemDelete';

/** Whether the state of the phone lets an operation on an item of this class through: errSecSuccess, or why not. */
export function accessStatus(
  accessible: Accessible,
  state: Protection,
  operation: KeychainOperation,
  deleteWhileLocked: 'refused' | 'allowed' = 'refused',
): Extract<OSStatusName, 'errSecSuccess' | 'errSecInteractionNotAllowed'> {
  if (CLASSES[accessible].readable.includes(state)) return 'errSecSuccess';
  if (operation === 'SecItemDelete' && deleteWhileLocked === 'allowed') return 'errSecSuccess';
  return 'errSecInteractionNotAllowed';
}

/** Files of the app's containers (UserDefaults among them) are sealed until the first unlock: a launched app reads nothing. */
export function containerReadable(state: Protection): boolean {
  return state !== 'before-first-unlock';
}
