// The keychain: accessibility class by state by operation, locked told from empty, and what outlives what (facts 1.7).
import { describe, expect, it, test } from 'vitest';
import { OSStatus, type OSStatusName } from '../../../src/os/ios/codes.ts';
import type { Keychain } from '../../../src/os/ios/keychain.ts';
import { accessStatus, CLASSES, type Accessible, type KeychainOperation } from '../../../src/os/ios/protection.ts';
import type { Protection } from '../../../src/os/ios/words.ts';
import { Bench, HOUR, INFO, MINUTE, refresh, REFRESH, SECOND } from './bench.ts';

const OPERATIONS: KeychainOperation[] = ['SecItemCopyMatching', 'SecItemAdd', 'SecItemUpdate', 'SecItemDelete'];
const STATES: Protection[] = ['before-first-unlock', 'locked', 'unlocked'];

/** Written out from Apple's "Restricting keychain item accessibility": may the item be read before the first unlock, locked, unlocked? */
const READABLE: readonly [Accessible, boolean, boolean, boolean][] = [
  ['kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly', false, false, true],
  ['kSecAttrAccessibleWhenUnlockedThisDeviceOnly', false, false, true],
  ['kSecAttrAccessibleWhenUnlocked', false, false, true],
  ['kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly', false, true, true],
  ['kSecAttrAccessibleAfterFirstUnlock', false, true, true],
  ['kSecAttrAccessibleAlwaysThisDeviceOnly', true, true, true],
  ['kSecAttrAccessibleAlways', true, true, true],
];

describe('an item of', () => {
  test.each(READABLE)('%s can be touched before the first unlock: %s, while locked: %s, unlocked: %s', (accessible, ...readable) => {
    const expected = STATES.map((_, n) => (readable[n] === true ? 'errSecSuccess' : 'errSecInteractionNotAllowed'));
    for (const operation of OPERATIONS) expect(STATES.map((state) => accessStatus(accessible, state, operation))).toEqual(expected);
  });

  it('any class has a row, and -25308 is the number of "not now"', () => {
    expect(READABLE.map(([name]) => name).toSorted()).toEqual(Object.keys(CLASSES).toSorted());
    expect(OSStatus).toMatchObject({ errSecItemNotFound: -25300, errSecInteractionNotAllowed: -25308, errSecMissingEntitlement: -34018 });
  });

  it('a locked class may be deleted where that is chosen', () => {
    expect(accessStatus('kSecAttrAccessibleWhenUnlocked', 'locked', 'SecItemDelete', 'allowed')).toBe('errSecSuccess');
    expect(accessStatus('kSecAttrAccessibleWhenUnlocked', 'locked', 'SecItemUpdate', 'allowed')).toBe('errSecInteractionNotAllowed');
  });
});

const TOKEN = { account: 'refresh-token' };
const keychainOf = (bench: Bench): Keychain => bench.model.keychain(bench.at());
const read = (bench: Bench, process = 'app'): OSStatusName => keychainOf(bench).copyMatching(process, TOKEN).status;
const stored = (accessible?: Accessible, config: ConstructorParameters<typeof Bench>[0] = {}): Bench => {
  const bench = new Bench(config);
  expect(keychainOf(bench).add('app', TOKEN, 'one', accessible)).toEqual({ status: 'errSecSuccess' });
  return bench;
};

describe('the keychain of a phone', () => {
  it('answers three different things: found, not found, locked', () => {
    const bench = stored();
    expect(keychainOf(bench).copyMatching('app', TOKEN)).toEqual({ status: 'errSecSuccess', value: 'one' });
    expect(keychainOf(bench).copyMatching('app', { account: 'other' })).toEqual({ status: 'errSecItemNotFound' });
    bench.do({ type: 'lock' });
    bench.pass(MINUTE);
    expect(keychainOf(bench).copyMatching('app', TOKEN)).toEqual({ status: 'errSecInteractionNotAllowed' });
    expect(keychainOf(bench).copyMatching('app', { account: 'other' })).toEqual({ status: 'errSecItemNotFound' });
  });

  it('keeps items of WhenUnlocked readable for ten seconds after the lock, and says when they are gone and back', () => {
    const bench = stored();
    bench.do({ type: 'lock' });
    bench.pass(10 * SECOND - 1);
    expect(read(bench)).toBe('errSecSuccess');
    expect(bench.pass(1)).toEqual([{ type: 'protected-data', state: 'locked' }]);
    expect(read(bench)).toBe('errSecInteractionNotAllowed');
    expect(bench.do({ type: 'unlock' })).toEqual([{ type: 'protected-data', state: 'unlocked' }]);
    expect(read(bench)).toBe('errSecSuccess');
  });

  it('says nothing when the phone is unlocked again in time', () => {
    const bench = stored();
    bench.do({ type: 'lock' });
    bench.pass(5 * SECOND);
    expect([...bench.do({ type: 'unlock' }), ...bench.pass(HOUR)]).toEqual([]);
  });

  it('refuses to write a rotated token over one of WhenUnlocked while locked: the old one stays', () => {
    const bench = stored();
    bench.do({ type: 'lock' });
    bench.pass(MINUTE);
    expect(keychainOf(bench).update('app', TOKEN, 'two').status).toBe('errSecInteractionNotAllowed');
    bench.do({ type: 'unlock' });
    expect(keychainOf(bench).copyMatching('app', TOKEN).value).toBe('one');
  });

  it('writes items of AfterFirstUnlock while locked, but not before the first unlock after a reboot', () => {
    const bench = stored('kSecAttrAccessibleAfterFirstUnlock');
    bench.do({ type: 'lock' });
    bench.pass(MINUTE);
    expect(keychainOf(bench).update('app', TOKEN, 'two').status).toBe('errSecSuccess');
    expect(bench.do({ type: 'boot' })).toEqual([{ type: 'protected-data', state: 'before-first-unlock' }]);
    expect([read(bench), keychainOf(bench).update('app', TOKEN, 'three').status]).toEqual([
      'errSecInteractionNotAllowed',
      'errSecInteractionNotAllowed',
    ]);
    expect(bench.model.containerReadable(bench.at())).toBe(false);
    bench.do({ type: 'unlock' }, { type: 'lock' });
    bench.pass(MINUTE);
    expect(keychainOf(bench).copyMatching('app', TOKEN).value).toBe('two');
    expect(bench.model.containerReadable(bench.at())).toBe(true);
  });

  it('moves an item into another class only when both classes can be touched', () => {
    const bench = stored('kSecAttrAccessibleAfterFirstUnlock');
    bench.do({ type: 'lock' });
    bench.pass(MINUTE);
    expect(keychainOf(bench).update('app', TOKEN, 'two', 'kSecAttrAccessibleWhenUnlocked').status).toBe('errSecInteractionNotAllowed');
    bench.do({ type: 'unlock' });
    expect(keychainOf(bench).update('app', TOKEN, 'two', 'kSecAttrAccessibleWhenUnlocked').status).toBe('errSecSuccess');
    bench.do({ type: 'lock' });
    bench.pass(MINUTE);
    expect(read(bench)).toBe('errSecInteractionNotAllowed');
  });

  it('adds no second item, and none without an entitlement', () => {
    const bench = stored();
    expect(keychainOf(bench).add('app', TOKEN, 'two')).toEqual({ status: 'errSecDuplicateItem' });
    expect(keychainOf(bench).add('app', { ...TOKEN, group: 'stranger' }, 'two')).toEqual({ status: 'errSecMissingEntitlement' });
    expect(keychainOf(bench).copyMatching('nobody', TOKEN)).toEqual({ status: 'errSecMissingEntitlement' });
  });

  it('deletes what can be touched', () => {
    const bench = stored();
    expect(keychainOf(bench).delete('app', TOKEN)).toEqual({ status: 'errSecSuccess' });
    expect([read(bench), keychainOf(bench).delete('app', TOKEN).status]).toEqual(['errSecItemNotFound', 'errSecItemNotFound']);
  });

  it('locks nothing on a simulator: -25308 cannot be seen there', () => {
    const bench = stored(undefined, { device: 'simulator' });
    bench.do({ type: 'boot' });
    bench.pass(HOUR);
    expect(read(bench)).toBe('errSecSuccess');
  });

  it('locks nothing on a phone without a passcode, and loses what needs one', () => {
    const bench = stored('kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly');
    keychainOf(bench).add('app', { account: 'other' }, 'x');
    bench.do({ type: 'passcode', set: false }, { type: 'lock' });
    bench.pass(HOUR);
    expect(read(bench)).toBe('errSecItemNotFound');
    expect(keychainOf(bench).copyMatching('app', { account: 'other' }).status).toBe('errSecSuccess');
    expect(keychainOf(bench).add('app', TOKEN, 'two', 'kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly').status).toBe('errSecAuthFailed');
  });
});

describe('a reinstalled app', () => {
  const reinstalled = (rules = {}): Bench => {
    const bench = stored(undefined, { rules });
    bench.submitAndLeave(refresh());
    bench.do({ type: 'force-quit' }, { type: 'uninstall' }, { type: 'install', info: INFO });
    return bench;
  };

  it('finds the refresh token of the one before, and nothing else of it', () => {
    const bench = reinstalled();
    expect(keychainOf(bench).copyMatching('app', TOKEN).value).toBe('one');
    expect(bench.model.pending()).toEqual([]);
    expect(bench.do({ type: 'push', push: { id: 'p1', contentAvailable: true } })).toContainEqual({
      type: 'push.delivered',
      id: 'p1',
      why: 'launched',
    });
  });

  it('finds none where the keychain goes with the app', () => {
    expect(read(reinstalled({ keychainAcrossUninstall: 'removed' }))).toBe('errSecItemNotFound');
  });
});

it('another phone set up from a backup has all items but those of this device only', () => {
  const bench = stored('kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly');
  keychainOf(bench).add('app', { account: 'other' }, 'x', 'kSecAttrAccessibleAfterFirstUnlock');
  bench.model.moveToNewDevice();
  expect(read(bench)).toBe('errSecItemNotFound');
  expect(keychainOf(bench).copyMatching('app', { account: 'other' }).value).toBe('x');
});

describe('an app and its extension', () => {
  const shared = {
    accessGroups: ['com.example.app', 'group.tokens'],
    extensions: { widget: { accessGroups: ['group.tokens'] }, share: {} },
  };

  it('see one token in a shared access group: the one rotates it, the other reads the new one', () => {
    const bench = new Bench(shared);
    const query = { ...TOKEN, group: 'group.tokens' };
    keychainOf(bench).add('app', query, 'one', 'kSecAttrAccessibleAfterFirstUnlock');
    expect(keychainOf(bench).update('widget', TOKEN, 'two').status).toBe('errSecSuccess');
    expect(keychainOf(bench).copyMatching('app', TOKEN).value).toBe('two');
  });

  it('do not see each other\'s items without one: "not found", not "forbidden"', () => {
    const bench = new Bench(shared);
    keychainOf(bench).add('app', TOKEN, 'one');
    expect([read(bench, 'widget'), read(bench, 'share')]).toEqual(['errSecItemNotFound', 'errSecItemNotFound']);
  });
});

it('a background launch at night finds the phone locked: items of WhenUnlocked cannot be read in the handler', () => {
  const found: OSStatusName[] = [];
  const bench = new Bench(
    {},
    {
      inHandler: (phone) => {
        found.push(read(phone), phone.model.keychain(phone.at()).copyMatching('app', { account: 'durable' }).status);
        return [];
      },
    },
  );
  keychainOf(bench).add('app', TOKEN, 'one');
  keychainOf(bench).add('app', { account: 'durable' }, 'one', 'kSecAttrAccessibleAfterFirstUnlock');
  bench.submitAndLeave(refresh()).do({ type: 'lock' });
  expect(bench.until('task.started', HOUR)).toBeDefined();
  expect(found).toEqual(['errSecInteractionNotAllowed', 'errSecSuccess']);
  expect(bench.all('task.started')).toMatchObject([{ identifier: REFRESH }]);
});
