// A host for Node processes: several of them share one session through one encrypted store and one lock. Composition only.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host, HostConfig } from '../core/contract.ts';
import { ALWAYS_ONLINE, cryptoRandom, NO_BACKGROUND, NO_PROMPTS } from './defaults.ts';
import type { HostWarning } from './errors.ts';
import { createEventStreams } from './event-stream.ts';
import { createFetch, type FetchLike } from './fetch.ts';
import { createNodeClock } from './node-clock.ts';
import { createFileStore, fileNameOf } from './node-files.ts';
import { openKeychain } from './node-keychain.ts';
import { givenKey, KEY_IN_FILE, Keys } from './node-keys.ts';
import { createFileLock } from './node-lock.ts';
import { createSecureStore } from './node-secure.ts';

/** Any part of the host may be replaced; what is absent is made for this process. */
export interface NodeHostOptions extends Partial<Omit<Host, 'name' | 'platform' | 'config' | 'fetch'>> {
  /** Names the folder and the entry in the keychain: the same in all processes that share a session. */
  app: string;
  /** Where the servers are and who the app is. */
  config: HostConfig;
  /** Where everything is kept, owner only. Default: a folder named `app` where this system keeps such things. */
  folder?: string;
  /** The key to the store, 32 bytes or as many in base64: then keychain and key file serve only to read what was written before. */
  key?: string | Uint8Array;
  /** Whether the key may be in the keychain of the system, by way of `@napi-rs/keyring` if installed. Default true. */
  keychain?: boolean;
  /** Default: the global one. */
  fetch?: FetchLike;
  /** Hears what works less well than it should, once each. Default: a warning of the process. */
  warn?(warning: HostWarning): void;
}

/**
 * The host of one Node process.
 *
 * @example
 * const host = createNodeHost({ app: 'my-cli', config });
 * const engine = createEngine(host);
 */
export function createNodeHost(options: NodeHostOptions): Host {
  const { app, config, folder = folderOf(app), emit = () => undefined, warn = warnProcess } = options;
  const fetch: FetchLike = options.fetch ?? ((...request) => globalThis.fetch(...request));
  const clock = options.clock ?? createNodeClock();
  const random = options.random ?? cryptoRandom;
  const lock = options.lock ?? createFileLock({ folder: join(folder, 'locks'), clock, random, unavailable: () => warn(LOCK_UNAVAILABLE) });
  return {
    name: `node/${app}`,
    platform: 'node',
    config,
    fetch: createFetch(fetch, { streams: true }),
    clock,
    random,
    lock,
    store:
      options.store ??
      createSecureStore({ folder: join(folder, 'secure'), keys: createKeys(options, { folder, lock, emit, warn }), now: () => Date.now() }),
    plain: options.plain ?? createFileStore(join(folder, 'plain')),
    stream: options.stream ?? createEventStreams(fetch),
    background: options.background ?? NO_BACKGROUND,
    reauthenticate: options.reauthenticate ?? NO_PROMPTS,
    connectivity: options.connectivity ?? ALWAYS_ONLINE,
    emit,
  };
}

interface Parts {
  folder: string;
  lock: Host['lock'];
  emit: Host['emit'];
  warn(warning: HostWarning): void;
}

function createKeys({ app, key, keychain = true }: NodeHostOptions, { folder, lock, emit, warn }: Parts): Keys {
  let opened: ReturnType<typeof openKeychain> | undefined;
  return new Keys({
    folder,
    lock,
    given: key === undefined ? undefined : givenKey(key),
    keychain: async () => (keychain ? await (opened ??= openKeychain(app, 'tokenwarp store key')) : undefined),
    onFile: (created) => {
      emit({ type: 'key-in-file' });
      if (created) warn(KEY_IN_FILE);
    },
  });
}

const LOCK_UNAVAILABLE: HostWarning = {
  code: 'TW_LOCK_UNAVAILABLE',
  message: 'there is no lock between the processes that share this session: two of them may refresh at the same time',
  hint: 'make the folder writable, or pass a `lock` of your own',
};

/** On stderr unless the app says otherwise, and open to `--disable-warning=<code>`. */
function warnProcess({ code, message, hint }: HostWarning): void {
  process.emitWarning(message, { type: 'TokenwarpWarning', code, detail: hint });
}

/** What must not be synchronised, backed up elsewhere or cleaned away: state, not configuration, not cache. */
function folderOf(app: string): string {
  const home = homedir();
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  const base =
    process.platform === 'win32'
      ? (LOCALAPPDATA ?? join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : (XDG_STATE_HOME ?? join(home, '.local', 'state'));
  return join(base, fileNameOf(app));
}
