// A React Native app. The packages it uses are handed in as they are; nothing of them is a dependency of tokenwarp.
import AsyncStorage from '@react-native-async-storage/async-storage';
import NetInfo from '@react-native-community/netinfo';
import * as LocalAuthentication from 'expo-local-authentication';
import * as SecureStore from 'expo-secure-store';
import { AppState, Platform } from 'react-native';
import type { HostConfig } from 'tokenwarp';
import { createEngine, type Engine } from 'tokenwarp/engine';
import { createReactNativeHost, followAppState } from 'tokenwarp/engine/react-native';

export async function openSession(config: HostConfig): Promise<Engine> {
  const host = createReactNativeHost({
    app: 'my-app',
    platform: Platform.OS === 'ios' ? 'ios' : 'android',
    config,
    // Not the default of the package (when unlocked): a refresh may come to its end while the phone is locked, and must be written then.
    secure: { secureStore: SecureStore, options: { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY } },
    plain: AsyncStorage,
    netInfo: NetInfo,
    localAuthentication: LocalAuthentication,
    promptMessage: 'Unlock my app',
  });
  const engine = createEngine(host);
  followAppState(engine, AppState);
  await engine.start();
  return engine;
}
