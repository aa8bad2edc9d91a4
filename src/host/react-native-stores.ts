// The stores of React Native packages as the contract's. What a locked phone answers is told apart from everything else: it will change,
// and it does not mean that nothing is there (refresh-bugs K1, K15).
import type { HostStore } from '../core/contract.ts';
import { HostError } from './errors.ts';

/** `expo-secure-store`. */
export interface SecureStoreLike {
  getItemAsync(key: string, options?: object): Promise<string | null>;
  setItemAsync(key: string, value: string, options?: object): Promise<void>;
  deleteItemAsync(key: string, options?: object): Promise<void>;
}

/** `react-native-keychain`. */
export interface KeychainLike {
  getGenericPassword(options?: object): Promise<false | { password: string }>;
  setGenericPassword(username: string, password: string, options?: object): Promise<unknown>;
  resetGenericPassword(options?: object): Promise<unknown>;
}

/** `@react-native-async-storage/async-storage`. */
export interface AsyncStorageLike {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/** errSecInteractionNotAllowed of iOS (-25308), in the words of the packages; a locked user or key of Android. */
const LOCKED = /-25308|interaction (is )?not allowed|user not authenticated|device is locked/i;

/** Names of entries: letters, digits, `.`, `-` and `_` are all that `expo-secure-store` takes. */
function nameOf(key: string): string {
  return key.replaceAll(/[^\w.-]/g, '_');
}

export function createSecureStore(store: SecureStoreLike, options?: object): HostStore {
  return {
    get: (key) => translated(async () => (await store.getItemAsync(nameOf(key), options)) ?? undefined),
    set: (key, value) => translated(() => store.setItemAsync(nameOf(key), value, options)),
    delete: (key) => translated(() => store.deleteItemAsync(nameOf(key), options)),
  };
}

/** One service per entry. */
export function createKeychainStore(keychain: KeychainLike, options?: object): HostStore {
  const of = (key: string): object => ({ ...options, service: key });
  return {
    get: (key) =>
      translated(async () => {
        const found = await keychain.getGenericPassword(of(key));
        return found === false ? undefined : found.password;
      }),
    set: (key, value) =>
      translated(async () => {
        // Some failures are told by `false` only: taken for success, they would lose the session (refresh-bugs K11).
        if ((await keychain.setGenericPassword('tokenwarp', value, of(key))) === false) throw new Error('the keychain did not take it');
      }),
    delete: (key) => translated(async () => void (await keychain.resetGenericPassword(of(key)))),
  };
}

export function createPlainStore(storage: AsyncStorageLike): HostStore {
  return {
    get: (key) => translated(async () => (await storage.getItem(key)) ?? undefined),
    set: (key, value) => translated(() => storage.setItem(key, value)),
    delete: (key) => translated(() => storage.removeItem(key)),
  };
}

async function translated<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    if (LOCKED.test(`${String(code)} ${String(message)}`))
      throw new HostError('store-locked', 'the phone is locked', { cause: error, hint: 'it is asked again when the phone is unlocked' });
    throw new HostError('store-failed', 'the store of the phone failed', { cause: error });
  }
}
