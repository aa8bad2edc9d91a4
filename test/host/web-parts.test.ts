// What a real browser does not do on demand: a full disk, a connection that is gone, no database at all; and what a page tells its engine.
import { describe, expect, test } from 'vitest';
import { createWebLock } from '../../src/host/web-lock.ts';
import type { ObjectStore, Transaction, WebDatabase, WebDatabases } from '../../src/host/web-page.ts';
import { WebDatabaseDoor } from '../../src/host/web-store.ts';
import { followPage } from '../../src/host/web.ts';

/** What the transactions of the next connections end with; undefined = well. */
class TestDatabases implements WebDatabases {
  readonly fates: (DOMException | undefined)[] = [];
  opened = 0;
  readonly #kept = new Map<string, string>();

  open(): ReturnType<WebDatabases['open']> {
    this.opened += 1;
    const request = Object.assign(new EventTarget(), { result: this.#database(), error: undefined });
    queueMicrotask(() => request.dispatchEvent(new Event('success')));
    return request;
  }

  #database(): WebDatabase {
    return Object.assign(new EventTarget(), {
      createObjectStore: () => undefined,
      close: () => undefined,
      transaction: () => this.#transaction(),
    });
  }

  #transaction(): Transaction {
    const error = this.fates.shift();
    // A connection that is closing takes no transaction at all.
    if (error?.name === 'InvalidStateError') throw error;
    const store: ObjectStore = {
      get: (key) => this.#request(this.#kept.get(key)),
      put: (value, key) => this.#request(error === undefined ? this.#kept.set(key, value) : undefined),
      delete: (key) => this.#request(this.#kept.delete(key)),
    };
    const transaction = Object.assign(new EventTarget(), { error, objectStore: () => store });
    queueMicrotask(() => transaction.dispatchEvent(new Event(error === undefined ? 'complete' : 'abort')));
    return transaction;
  }

  #request(result: unknown): ReturnType<ObjectStore['get']> {
    return Object.assign(new EventTarget(), { result, error: undefined });
  }
}

describe('the store of a browser', () => {
  test('tells a full disk from what a retry can mend', async () => {
    const databases = new TestDatabases();
    const store = new WebDatabaseDoor(databases, 'test').store('secure');
    await store.set('session', 'x');
    databases.fates.push(new DOMException('full', 'QuotaExceededError'));
    await expect(store.set('session', 'y')).rejects.toMatchObject({ code: 'quota-exceeded' });
    expect(await store.get('session')).toBe('x');
    expect(databases.opened).toBe(1);
  });

  test.each(['InvalidStateError', 'AbortError', 'UnknownError'])('takes a new connection after %s, once', async (name) => {
    const databases = new TestDatabases();
    const store = new WebDatabaseDoor(databases, 'test').store('secure');
    await store.set('session', 'x');
    databases.fates.push(new DOMException('gone', name));
    await store.set('session', 'y');
    expect(await store.get('session')).toBe('y');
    expect(databases.opened).toBe(2);
    databases.fates.push(new DOMException('gone', name), new DOMException('gone', name));
    await expect(store.get('session')).rejects.toMatchObject({ code: 'store-failed' });
  });

  test('that has no database fails every time, and says where that is', async () => {
    const store = new WebDatabaseDoor(undefined, 'test').store('secure');
    await expect(store.get('session')).rejects.toMatchObject({ code: 'store-failed', hint: expect.stringContaining('private windows') });
    await expect(store.set('session', 'x')).rejects.toMatchObject({ code: 'store-failed' });
  });
});

test('a page that may not lock is told as one without a lock', async () => {
  const refusing = { request: () => Promise.reject(new DOMException('not here', 'SecurityError')) };
  await expect(createWebLock(refusing, 'x')('refresh', async () => 1)).rejects.toMatchObject({ code: 'lock-unavailable' });
});

test('an error of the work passes the lock as it is, even when it looks like one of the lock', async () => {
  const locks = { request: <T>(_name: string, _options: object, work: () => Promise<T>): Promise<T> => work() };
  const mine = new DOMException('mine', 'SecurityError');
  await expect(createWebLock(locks, 'x')('refresh', () => Promise.reject(mine))).rejects.toBe(mine);
});

test('an engine hears when its page is shown, hidden and used, and no longer once it is let go', () => {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const window = new EventTarget();
  const heard: string[] = [];
  const engine = {
    foreground: () => void heard.push('foreground'),
    background: () => void heard.push('background'),
    interaction: () => void heard.push('interaction'),
  };
  const end = followPage(engine, { window, document });
  for (const visibilityState of ['hidden', 'visible']) {
    document.visibilityState = visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  }
  window.dispatchEvent(new Event('pageshow'));
  for (let n = 0; n < 5; n++) window.dispatchEvent(new Event('keydown'));
  expect(heard).toEqual(['background', 'foreground', 'foreground', 'interaction']);
  end();
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(new Event('pageshow'));
  window.dispatchEvent(new Event('pointerdown'));
  expect(heard).toHaveLength(4);
});
