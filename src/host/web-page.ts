// What is used of a browser, as far as its types go: declared here, so that neither we nor a user need the library of a browser's types,
// and a test can hand in its own.

interface Heard {
  addEventListener(type: string, listener: () => void): void;
}

/** Is listened to; what a window and a document share. */
export interface PageEvents extends Heard {
  addEventListener(type: string, listener: () => void, options?: { passive?: boolean; capture?: boolean }): void;
  removeEventListener(type: string, listener: () => void, options?: { capture?: boolean }): void;
}
export interface PageDocument extends PageEvents {
  readonly visibilityState: string;
}

/** The Web Locks API (W3C). */
export interface WebLocks {
  request<T>(name: string, options: { signal?: AbortSignal }, callback: () => Promise<T>): Promise<T>;
}

/** IndexedDB (W3C), the few calls that a store of texts needs. */
export interface WebDatabases {
  open(name: string, version: number): OpenRequest;
}
export interface DatabaseRequest<T> extends Heard {
  readonly result: T;
  readonly error: unknown;
}
export type OpenRequest = DatabaseRequest<WebDatabase>;
export interface WebDatabase extends Heard {
  createObjectStore(name: string): unknown;
  transaction(name: string, mode: 'readonly' | 'readwrite', options?: { durability?: 'strict' }): Transaction;
  close(): void;
}
export interface Transaction extends Heard {
  objectStore(name: string): ObjectStore;
  readonly error: unknown;
}
export interface ObjectStore {
  get(key: string): DatabaseRequest<unknown>;
  put(value: string, key: string): DatabaseRequest<unknown>;
  delete(key: string): DatabaseRequest<unknown>;
}

/** The globals of a page or a worker. */
export interface PageGlobals extends Partial<PageEvents> {
  readonly navigator?: { readonly onLine?: boolean; readonly locks?: WebLocks | undefined };
  readonly indexedDB?: WebDatabases | undefined;
  readonly document?: PageDocument;
}

export function page(): PageGlobals {
  return globalThis as unknown as PageGlobals;
}
