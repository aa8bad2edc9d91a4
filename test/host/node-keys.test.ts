// Where the key comes from when a keychain comes and goes: an entry that cannot be opened now is not one that is lost.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNodeClock } from '../../src/host/node-clock.ts';
import type { Keychain } from '../../src/host/node-keychain.ts';
import { Keys } from '../../src/host/node-keys.ts';
import { createFileLock } from '../../src/host/node-lock.ts';
import { createSecureStore } from '../../src/host/node-secure.ts';
import type { HostStore } from '../../src/core/contract.ts';
import { testFolder } from './kit/folder.ts';

/** A keychain of the machine; several processes share one. */
class TestKeychain implements Keychain {
  secret: string | undefined;
  locked = false;
  writes = 0;
  async get(): Promise<string | undefined> {
    if (this.locked) throw new Error('locked');
    return this.secret;
  }
  async set(secret: string): Promise<void> {
    if (this.locked) throw new Error('locked');
    this.writes += 1;
    this.secret = secret;
  }
}

/** The store as one process has it. */
function open(folder: string, keychain: Keychain | undefined): HostStore {
  const lock = createFileLock({ folder: join(folder, 'locks'), clock: createNodeClock(), random: () => 0.5, unavailable: () => undefined });
  const keys = new Keys({ folder, given: undefined, lock, keychain: async () => keychain, onFile: () => undefined });
  return createSecureStore({ folder: join(folder, 'secure'), keys, now: () => 0 });
}

describe('with a keychain', () => {
  test('the key is there, and in no file', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    await open(folder, keychain).set('session', 'x');
    expect(existsSync(join(folder, 'key'))).toBe(false);
    expect(await open(folder, keychain).get('session')).toBe('x');
  });

  test('the key is made once, and written once, however many processes begin together', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    await Promise.all(Array.from({ length: 6 }, (_, n) => open(folder, keychain).set(`entry ${n}`, 'x')));
    expect(keychain.writes).toBe(1);
    for (let n = 0; n < 6; n++) expect(await open(folder, keychain).get(`entry ${n}`)).toBe('x');
  });

  test('that is locked, or not there in this session, the entry is locked and not absent', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    await open(folder, keychain).set('session', 'x');
    keychain.locked = true;
    await expect(open(folder, keychain).get('session')).rejects.toMatchObject({ code: 'store-locked' });
    await expect(open(folder, undefined).get('session')).rejects.toMatchObject({ code: 'store-locked' });
    keychain.locked = false;
    expect(await open(folder, keychain).get('session')).toBe('x');
  });

  test('that was locked after the first look, a process that knows the key goes on with it', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    const store = open(folder, keychain);
    await store.set('session', 'x');
    keychain.locked = true;
    await store.set('session', 'y');
    expect(await store.get('session')).toBe('y');
    expect(existsSync(join(folder, 'key'))).toBe(false);
  });

  test('that lost the key, the entry is corrupt, and a new one begins', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    await open(folder, keychain).set('session', 'x');
    keychain.secret = undefined;
    const store = open(folder, keychain);
    expect(await store.get('session')).toMatch(/^\{"v":1,"key":"keychain"/);
    await store.set('session', 'y');
    expect(await open(folder, keychain).get('session')).toBe('y');
  });

  test('that cannot be opened when somebody signs in, the key goes to a file', async () => {
    const folder = testFolder();
    const keychain = new TestKeychain();
    keychain.locked = true;
    await open(folder, keychain).set('session', 'x');
    expect(existsSync(join(folder, 'key'))).toBe(true);
    expect(await open(folder, undefined).get('session')).toBe('x');
  });
});

test('a session that began without a keychain stays readable for those without one, until somebody signs in anew', async () => {
  const folder = testFolder();
  const keychain = new TestKeychain();
  await open(folder, undefined).set('session', 'x');
  await open(folder, keychain).set('session', 'y');
  expect(await open(folder, undefined).get('session')).toBe('y');
  await open(folder, keychain).delete('session');
  await open(folder, keychain).set('session', 'z');
  await expect(open(folder, undefined).get('session')).rejects.toMatchObject({ code: 'store-locked' });
});
