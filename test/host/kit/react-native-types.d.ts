// The packages that the React Native example imports, as far as it uses them: they are no dependencies of ours, not even to develop. Written
// after expo-secure-store 57, expo-local-authentication 57, netinfo 12, async-storage 3 and react-native 0.88, whose own types the example
// and the host were compiled against.
declare module 'expo-secure-store' {
  export interface SecureStoreOptions {
    keychainService?: string;
    requireAuthentication?: boolean;
    authenticationPrompt?: string;
    keychainAccessible?: number;
    accessGroup?: string;
  }
  export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: number;
  export function getItemAsync(key: string, options?: SecureStoreOptions): Promise<string | null>;
  export function setItemAsync(key: string, value: string, options?: SecureStoreOptions): Promise<void>;
  export function deleteItemAsync(key: string, options?: SecureStoreOptions): Promise<void>;
}

declare module 'expo-local-authentication' {
  export interface LocalAuthenticationOptions {
    promptMessage?: string;
    cancelLabel?: string;
    disableDeviceFallback?: boolean;
    fallbackLabel?: string;
  }
  export type LocalAuthenticationResult = { success: true } | { success: false; error: string; warning?: string };
  export function authenticateAsync(options?: LocalAuthenticationOptions): Promise<LocalAuthenticationResult>;
}

declare module '@react-native-community/netinfo' {
  export interface NetInfoState {
    type: string;
    isConnected: boolean | null;
    isInternetReachable: boolean | null | undefined;
  }
  const NetInfo: { addEventListener(listener: (state: NetInfoState) => void): () => void };
  export default NetInfo;
}

declare module '@react-native-async-storage/async-storage' {
  const AsyncStorage: {
    getItem(key: string): Promise<string | null>;
    setItem(key: string, value: string): Promise<void>;
    removeItem(key: string): Promise<void>;
  };
  export default AsyncStorage;
}

declare module 'react-native' {
  export type AppStateStatus = 'inactive' | 'background' | 'active' | 'extension' | 'unknown';
  export const AppState: {
    currentState: string | null | undefined;
    addEventListener(type: 'change', listener: (state: AppStateStatus) => void): { remove(): void };
  };
  export const Platform: { OS: 'ios' | 'android' | 'web' };
}
