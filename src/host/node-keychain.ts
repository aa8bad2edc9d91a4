// One secret in the keychain of the system: Keychain on macOS, Credential Manager on Windows, Secret Service on Linux. The package that
// knows them is optional and loaded on first use. On Linux the kernel's own keyring is not used: it forgets everything at a restart.

/** A place for one short text. Both reject when the keychain is locked or absent. */
export interface Keychain {
  get(): Promise<string | undefined>;
  set(secret: string): Promise<void>;
}

/** Ms after which a keychain that does not answer (it may be asking somebody who is away) counts as locked. */
const PATIENCE = 15_000;

/** Undefined when the package is not installed or has no binary for this system. */
export async function openKeychain(service: string, account: string): Promise<Keychain | undefined> {
  const keyring = await import('@napi-rs/keyring').catch(() => undefined);
  if (keyring === undefined) return undefined;
  const { AsyncEntry } = keyring;
  const entry = (): InstanceType<typeof AsyncEntry> => new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
  return {
    get: async () => (await answered(entry().getPassword())) ?? undefined,
    set: (secret) => answered(entry().setPassword(secret)),
  };
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the keychain does not answer')), PATIENCE);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
