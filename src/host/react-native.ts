// A host for React Native style apps. It imports none of their packages: the app hands in the ones it uses, as they are. One process, so
// the lock is a queue; an app that shares its session with an extension passes a lock of its own.
import type { Client, Host, HostConfig, HostStore, PromptOutcome } from '../core/contract.ts';
import { ALWAYS_ONLINE, NO_BACKGROUND, NO_PROMPTS } from './defaults.ts';
import { createDelays, PLATFORM_TIMERS } from './delays.ts';
import { createFetch, type FetchLike } from './fetch.ts';
import { Mutex } from './mutex.ts';
import {
  createKeychainStore,
  createPlainStore,
  createSecureStore,
  type AsyncStorageLike,
  type KeychainLike,
  type SecureStoreLike,
} from './react-native-stores.ts';

/** `@react-native-community/netinfo`. */
export interface NetInfoLike {
  addEventListener(listener: (state: NetInfoStateLike) => void): () => void;
}
export interface NetInfoStateLike {
  isConnected: boolean | null;
  isInternetReachable?: boolean | null | undefined;
}

/** `AppState` of `react-native`. */
export interface AppStateLike {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/** `expo-local-authentication`. */
export interface LocalAuthenticationLike {
  authenticateAsync(options?: { promptMessage?: string; disableDeviceFallback?: boolean }): Promise<{ success: boolean; error?: string }>;
}

/** Any part of the host may be replaced; what is absent is made from what is handed in. */
export interface ReactNativeHostOptions extends Partial<Omit<Host, 'name' | 'platform' | 'config' | 'fetch' | 'store' | 'plain'>> {
  /** Names the app in what is observed. */
  app: string;
  /** `Platform.OS`. */
  platform: 'ios' | 'android';
  /** Where the servers are and who the app is. */
  config: HostConfig;
  /** The secure tier: `expo-secure-store` or `react-native-keychain`, with their options, or a store of your own. */
  secure: HostStore | { secureStore: SecureStoreLike; options?: object } | { keychain: KeychainLike; options?: object };
  /** The plain tier: `@react-native-async-storage/async-storage`, or a store of your own. */
  plain: AsyncStorageLike | HostStore;
  /** `@react-native-community/netinfo`; without it the app counts as online. */
  netInfo?: NetInfoLike;
  /** `expo-local-authentication`, for unlock prompts. */
  localAuthentication?: LocalAuthenticationLike;
  /** What a prompt says. Default `Unlock`. */
  promptMessage?: string;
  /** Default: the global one. */
  fetch?: FetchLike;
}

/**
 * The host of one app.
 *
 * @example
 * const host = createReactNativeHost({ app: 'my-app', platform: 'ios', config, secure: { secureStore: SecureStore }, plain: AsyncStorage });
 */
export function createReactNativeHost(options: ReactNativeHostOptions): Host {
  const { app, platform, config, secure, plain } = options;
  const fetch: FetchLike = options.fetch ?? ((...request) => globalThis.fetch(...request));
  const clock = options.clock ?? { now: () => Date.now(), monotonic: monotonicOf(globalThis), ...createDelays(PLATFORM_TIMERS) };
  return {
    name: `${platform}/${app}`,
    platform,
    config,
    fetch: createFetch(fetch, { streams: false }),
    clock,
    random: options.random ?? (() => Math.random()),
    lock: options.lock ?? new Mutex(clock).run,
    store: secureOf(secure),
    plain: 'getItem' in plain ? createPlainStore(plain) : plain,
    stream: options.stream ?? (() => Promise.reject(new TypeError('this platform streams no answers: pass a `stream`'))),
    background: options.background ?? NO_BACKGROUND,
    reauthenticate: options.reauthenticate ?? promptsOf(options),
    connectivity: options.connectivity ?? connectivityOf(options.netInfo),
    emit: options.emit ?? (() => undefined),
  };
}

function secureOf(secure: ReactNativeHostOptions['secure']): HostStore {
  if ('secureStore' in secure) return createSecureStore(secure.secureStore, secure.options);
  return 'keychain' in secure ? createKeychainStore(secure.keychain, secure.options) : secure;
}

/**
 * `performance.now()` begins anew with each start of the app: counted on from the wall clock of that moment, so that a later start goes
 * on where an earlier one left off.
 */
function monotonicOf({ performance }: { performance?: { now(): number } }): () => number {
  let latest = 0;
  if (performance === undefined) return () => (latest = Math.max(latest, Date.now()));
  const origin = Date.now() - performance.now();
  return () => origin + performance.now();
}

/** Not known yet counts as online: a request finds out, a queue would wait. */
function connectivityOf(netInfo: NetInfoLike | undefined): Host['connectivity'] {
  if (netInfo === undefined) return ALWAYS_ONLINE;
  let online = true;
  const isOnline = (state: NetInfoStateLike): boolean => state.isConnected !== false && state.isInternetReachable !== false;
  netInfo.addEventListener((state) => void (online = isOnline(state)));
  return {
    online: () => online,
    subscribe: (fn) => {
      let told = online;
      return netInfo.addEventListener((state) => {
        const now = isOnline(state);
        if (now === told) return;
        told = now;
        fn(now);
      });
    },
  };
}

/** Names of `expo-local-authentication`'s errors. */
const OUTCOMES: Readonly<Record<string, PromptOutcome>> = {
  user_cancel: 'cancelled',
  app_cancel: 'cancelled',
  system_cancel: 'cancelled',
  user_fallback: 'cancelled',
  lockout: 'locked-out',
  not_available: 'unavailable',
  not_enrolled: 'unavailable',
  passcode_not_set: 'unavailable',
};

/**
 * Biometrics unlock; they bring no tokens, so nothing here can sign anybody in: pass `reauthenticate` where your server takes a proof of
 * the device.
 */
function promptsOf({ localAuthentication, promptMessage = 'Unlock' }: ReactNativeHostOptions): Host['reauthenticate'] {
  if (localAuthentication === undefined) return NO_PROMPTS;
  const ask = async (disableDeviceFallback: boolean): Promise<PromptOutcome> => {
    const { success, error = '' } = await localAuthentication.authenticateAsync({ promptMessage, disableDeviceFallback });
    return success ? 'ok' : (OUTCOMES[error] ?? 'failed');
  };
  return {
    biometric: (purpose) => (purpose === 'sign-in' ? NO_PROMPTS.biometric() : ask(true)),
    password: (purpose) => (purpose === 'sign-in' ? NO_PROMPTS.password() : ask(false)),
  };
}

/** Tells the engine when the app comes and goes; returns its end. Interaction is the app's to tell: `engine.interaction()`. */
export function followAppState(engine: Pick<Client, 'foreground' | 'background'>, appState: AppStateLike): () => void {
  // `inactive` (a call, the app switcher) is neither: iOS shows the app all the while.
  const subscription = appState.addEventListener('change', (state) => {
    if (state === 'active') engine.foreground?.();
    else if (state === 'background') engine.background?.();
  });
  return () => subscription.remove();
}
