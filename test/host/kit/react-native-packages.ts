// Stand-ins for the packages that the React Native example imports: one module for all of them, as a phone in a drawer would answer.
const secure = new Map<string, string>();
const plain = new Map<string, string>();

// expo-secure-store
export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY = 1;
export const getItemAsync = async (key: string): Promise<string | null> => secure.get(key) ?? null;
export const setItemAsync = async (key: string, value: string): Promise<void> => void secure.set(key, value);
export const deleteItemAsync = async (key: string): Promise<void> => void secure.delete(key);

// expo-local-authentication
export const authenticateAsync = async (): Promise<{ success: boolean; error: string }> => ({ success: false, error: 'not_enrolled' });

// react-native
export const Platform = { OS: 'ios' };
export const AppState = { currentState: 'active', addEventListener: () => ({ remove: () => undefined }) };

// netinfo and async-storage, each the default of its package
const both = {
  getItem: async (key: string): Promise<string | null> => plain.get(key) ?? null,
  setItem: async (key: string, value: string): Promise<void> => void plain.set(key, value),
  removeItem: async (key: string): Promise<void> => void plain.delete(key),
  addEventListener: (listener: (state: object) => void): (() => void) => {
    listener({ isConnected: true, isInternetReachable: true });
    return () => undefined;
  },
};
// oxlint-disable-next-line import/no-default-export -- so do the packages it stands for
export default both;
