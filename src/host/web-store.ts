// A store in IndexedDB. Not in localStorage: that is a copy in each process of the browser, so a tab may read an old value right after it
// was given the lock; it says nothing about when a value is on the disk; and workers have none. A strict transaction is neither.
import type { HostStore } from '../core/contract.ts';
import { codeOf, HostError } from './errors.ts';
import type { ObjectStore, WebDatabase, WebDatabases } from './web-page.ts';

/** The object stores of the database. A browser protects neither from scripts of the page. */
export type Tier = 'secure' | 'plain';
const TIERS: readonly Tier[] = ['secure', 'plain'];
const VERSION = 1;
/** The connection is gone, another one may work: browsers close them at will. */
const GONE = ['InvalidStateError', 'AbortError', 'UnknownError'];

interface Operation {
  tier: Tier;
  mode: 'readonly' | 'readwrite';
  run(store: ObjectStore): { result: unknown };
}

export class WebDatabaseDoor {
  readonly #databases: WebDatabases | undefined;
  readonly #name: string;
  #connection: Promise<WebDatabase> | undefined;

  constructor(databases: WebDatabases | undefined, name: string) {
    this.#databases = databases;
    this.#name = name;
  }

  store(tier: Tier): HostStore {
    return {
      get: async (key) => {
        const value = await this.#do({ tier, mode: 'readonly', run: (store) => store.get(key) });
        return typeof value === 'string' ? value : undefined;
      },
      set: async (key, value) => void (await this.#do({ tier, mode: 'readwrite', run: (store) => store.put(value, key) })),
      delete: async (key) => void (await this.#do({ tier, mode: 'readwrite', run: (store) => store.delete(key) })),
    };
  }

  async #do(operation: Operation): Promise<unknown> {
    try {
      return await this.#transact(operation);
    } catch (error) {
      if (!GONE.includes(codeOf(error))) throw failed(error);
      this.#connection = undefined;
      return await this.#transact(operation).catch((again: unknown) => Promise.reject(failed(again)));
    }
  }

  async #transact({ tier, mode, run }: Operation): Promise<unknown> {
    this.#connection ??= this.#connect();
    const database = await this.#connection;
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(tier, mode, { durability: 'strict' });
      const request = run(transaction.objectStore(tier));
      transaction.addEventListener('complete', () => resolve(request.result));
      transaction.addEventListener('abort', () =>
        reject(transaction.error ?? new DOMException('the transaction was given up', 'AbortError')),
      );
    });
  }

  #connect(): Promise<WebDatabase> {
    const connecting = new Promise<WebDatabase>((resolve, reject) => {
      if (this.#databases === undefined) throw new TypeError('there is no IndexedDB here');
      const request = this.#databases.open(this.#name, VERSION);
      request.addEventListener('upgradeneeded', () => {
        for (const tier of TIERS) request.result.createObjectStore(tier);
      });
      request.addEventListener('error', () => reject(request.error));
      request.addEventListener('success', () => {
        const database = request.result;
        const forget = (): void => {
          if (this.#connection === connecting) this.#connection = undefined;
        };
        // Somebody wants to delete the database: a connection kept open would block that for ever.
        database.addEventListener('versionchange', () => {
          database.close();
          forget();
        });
        database.addEventListener('close', forget);
        resolve(database);
      });
    });
    connecting.catch(() => {
      if (this.#connection === connecting) this.#connection = undefined;
    });
    return connecting;
  }
}

function failed(cause: unknown): HostError {
  if (codeOf(cause) === 'QuotaExceededError')
    return new HostError('quota-exceeded', 'there is no room left to store', { cause, hint: 'free some space' });
  return new HostError('store-failed', `the database of the browser failed: ${codeOf(cause) || 'unknown'}`, {
    cause,
    hint: 'private windows and blocked site data have none',
  });
}
