// The React Native host over stand-ins shaped as the packages are: what a locked phone answers, what a prompt ends with, where it is online.
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { createReactNativeHost, followAppState, type NetInfoStateLike, type ReactNativeHostOptions } from '../../src/host/react-native.ts';
import type { Host } from '../../src/core/contract.ts';
import { serve } from '../kit/served.ts';
import { configOf } from './kit/fleet.ts';
import { CONFIG } from './kit/folder.ts';
import { countRefreshes, grant, LIFETIME } from './kit/refreshes.ts';

/** `expo-secure-store` on a phone that can be locked. */
class SecureStore {
  locked = false;
  readonly kept = new Map<string, string>();
  readonly options: unknown[] = [];
  async getItemAsync(key: string, options?: object): Promise<string | null> {
    this.#check(key, options);
    return this.kept.get(key) ?? null;
  }
  async setItemAsync(key: string, value: string, options?: object): Promise<void> {
    this.#check(key, options);
    this.kept.set(key, value);
  }
  async deleteItemAsync(key: string, options?: object): Promise<void> {
    this.#check(key, options);
    this.kept.delete(key);
  }
  #check(key: string, options: unknown): void {
    this.options.push(options);
    if (!/^[\w.-]+$/.test(key)) throw new Error(`Invalid key provided to SecureStore`);
    if (this.locked) throw new Error('Calling the function has failed → Caused by: User interaction is not allowed.');
  }
}

class AsyncStorage {
  readonly kept = new Map<string, string>();
  getItem = async (key: string): Promise<string | null> => this.kept.get(key) ?? null;
  setItem = async (key: string, value: string): Promise<void> => void this.kept.set(key, value);
  removeItem = async (key: string): Promise<void> => void this.kept.delete(key);
}

/** NetInfo: tells its state to each new listener at once. */
class NetInfo {
  #state: NetInfoStateLike = { isConnected: true, isInternetReachable: null };
  readonly #listeners = new Set<(state: NetInfoStateLike) => void>();
  addEventListener(listener: (state: NetInfoStateLike) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => void this.#listeners.delete(listener);
  }
  become(state: NetInfoStateLike): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

function openHost(options: Partial<ReactNativeHostOptions> = {}): Host {
  const secure = { secureStore: new SecureStore() };
  return createReactNativeHost({ app: 'test', platform: 'ios', config: CONFIG, secure, plain: new AsyncStorage(), ...options });
}

describe('expo-secure-store as the secure tier', () => {
  test('keeps entries under names it takes, with the options given', async () => {
    const secureStore = new SecureStore();
    const options = { keychainAccessible: 1 };
    const { store } = openHost({ secure: { secureStore, options } });
    expect(await store.get('a b/c')).toBeUndefined();
    await store.set('a b/c', 'x');
    expect(await store.get('a b/c')).toBe('x');
    await store.delete('a b/c');
    expect(secureStore.kept.size).toBe(0);
    expect(new Set(secureStore.options)).toEqual(new Set([options]));
  });

  test('of a locked phone is locked, and of a broken one is not', async () => {
    const secureStore = new SecureStore();
    const { store } = openHost({ secure: { secureStore } });
    secureStore.locked = true;
    await expect(store.get('session')).rejects.toMatchObject({ code: 'store-locked' });
    await expect(store.set('session', 'x')).rejects.toMatchObject({ code: 'store-locked' });
    const broken = {
      ...secureStore,
      getItemAsync: () => Promise.reject(new Error('Could not decrypt the value')),
    } as unknown as SecureStore;
    await expect(openHost({ secure: { secureStore: broken } }).store.get('session')).rejects.toMatchObject({ code: 'store-failed' });
  });
});

describe('react-native-keychain as the secure tier', () => {
  const kept = new Map<string, string>();
  const serviceOf = (options?: object): string => (options as { service: string }).service;
  const keychain = {
    getGenericPassword: async (options?: object) => {
      const password = kept.get(serviceOf(options));
      return password === undefined ? (false as const) : { username: '', password };
    },
    setGenericPassword: async (_user: string, password: string, options?: object) => {
      if (password === 'refused') return false;
      kept.set(serviceOf(options), password);
      return { service: serviceOf(options) };
    },
    resetGenericPassword: async (options?: object) => kept.delete(serviceOf(options)),
  };
  test('keeps each entry as a service, and takes a write that was not done for what it is', async () => {
    const { store } = openHost({ secure: { keychain } });
    await store.set('session', 'x');
    expect(await store.get('session')).toBe('x');
    await expect(store.set('session', 'refused')).rejects.toMatchObject({ code: 'store-failed' });
    await store.delete('session');
    expect(await store.get('session')).toBeUndefined();
  });
});

test('the plain tier is AsyncStorage, or a store of the app', async () => {
  const storage = new AsyncStorage();
  await openHost({ plain: storage }).plain.set('mark', '1');
  expect(storage.kept).toEqual(new Map([['mark', '1']]));
  const own = openHost().plain;
  expect(openHost({ plain: own }).plain).toBe(own);
});

test('the network is what NetInfo says, told only when it changes; unknown counts as there', () => {
  const netInfo = new NetInfo();
  const { connectivity } = openHost({ netInfo });
  const told: boolean[] = [];
  const end = connectivity.subscribe((online) => told.push(online));
  netInfo.become({ isConnected: true, isInternetReachable: true });
  netInfo.become({ isConnected: true, isInternetReachable: false });
  expect(connectivity.online()).toBe(false);
  netInfo.become({ isConnected: false, isInternetReachable: false });
  netInfo.become({ isConnected: null, isInternetReachable: null });
  expect(connectivity.online()).toBe(true);
  end();
  netInfo.become({ isConnected: false });
  expect(told).toEqual([false, true]);
});

test.each([
  [{ success: true }, 'ok'],
  [{ success: false, error: 'user_cancel' }, 'cancelled'],
  [{ success: false, error: 'lockout' }, 'locked-out'],
  [{ success: false, error: 'not_enrolled' }, 'unavailable'],
  [{ success: false, error: 'authentication_failed' }, 'failed'],
])('a prompt that answers %j to an unlock is %s, and never signs anybody in', async (answer, outcome) => {
  const asked: unknown[] = [];
  const localAuthentication = {
    authenticateAsync: async (options?: object) => {
      asked.push(options);
      return answer;
    },
  };
  const { reauthenticate } = openHost({ localAuthentication, promptMessage: 'Open the vault' });
  expect(await reauthenticate.biometric('unlock')).toBe(outcome);
  expect(await reauthenticate.password('unlock')).toBe(outcome);
  expect(asked).toEqual([
    { promptMessage: 'Open the vault', disableDeviceFallback: true },
    { promptMessage: 'Open the vault', disableDeviceFallback: false },
  ]);
  expect(await reauthenticate.biometric('sign-in')).toBe('unavailable');
  expect(await reauthenticate.password('sign-in')).toBe('unavailable');
});

test('an engine hears when the app comes and goes, and nothing of the moments between', () => {
  let tell: (state: string) => void = () => expect.unreachable();
  let removed = false;
  const appState = {
    addEventListener: (_type: 'change', listener: (state: string) => void) => {
      tell = listener;
      return { remove: () => (removed = true) };
    },
  };
  const heard: string[] = [];
  const end = followAppState(
    { foreground: () => void heard.push('foreground'), background: () => void heard.push('background') },
    appState,
  );
  for (const state of ['inactive', 'background', 'inactive', 'active']) tell(state);
  expect(heard).toEqual(['background', 'foreground']);
  end();
  expect(removed).toBe(true);
});

test('an engine on it refreshes once for many requests, and a phone that is locked at launch signs nobody out', async () => {
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME } } });
  const { granted, refused } = countRefreshes(served);
  const secureStore = new SecureStore();
  const parts = { config: configOf(served.server), secure: { secureStore }, plain: new AsyncStorage() };
  let ahead = 0;
  const launch = (): ReturnType<typeof createEngine> => {
    const host = openHost(parts);
    const clock: Host['clock'] = { ...host.clock, now: () => Date.now() + ahead, monotonic: () => host.clock.monotonic() + ahead };
    return createEngine({ ...host, clock });
  };
  const first = launch();
  await first.start();
  await first.signIn(grant(served));
  served.server.app.clock.advance(LIFETIME);
  ahead += LIFETIME;
  const answers = await Promise.all(Array.from({ length: 20 }, () => first.request('/me')));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect([...granted.values()]).toEqual([1]);
  await first.stop();

  secureStore.locked = true;
  const second = launch();
  await second.start();
  expect(second.state()).toBe('loading');
  secureStore.locked = false;
  expect((await second.request('/me')).status).toBe(200);
  expect(second.state()).toBe('active');
  await second.stop();
  expect(refused).toEqual([]);
});
