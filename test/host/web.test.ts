// The web host in a real browser: tabs of one origin share one session by way of IndexedDB and Web Locks, under strict rotation.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { serveApp, SharedBrowser } from '../acceptance/kit/chromium.ts';
import { serve, type Served } from '../kit/served.ts';
import { bundle } from './kit/bundle.ts';
import { configOf } from './kit/fleet.ts';
import { countRefreshes, expireEarly, grant, LIFETIME, MINUTE } from './kit/refreshes.ts';
import type { PageApp } from './kit/page.ts';

const browser = new SharedBrowser();
let script = '';
beforeAll(async () => {
  script = await bundle(new URL('kit/page.ts', import.meta.url), 'browser');
});
afterAll(() => browser.close());

interface Tabs {
  served: Served;
  first: Page;
  /** One more tab of the same browser; `time`: how far its clocks are ahead. */
  open(time?: number): Promise<{ page: Page; state: string }>;
}

async function openTabs(context: TestContext, policy: Parameters<typeof serve>[0] = {}): Promise<Tabs> {
  const first = await browser.page(context);
  const served = await serve(policy);
  const html = { type: 'text/html', body: '<!doctype html><title>The app</title><script type="module" src="/app.js"></script>' };
  const { origin } = await serveApp({ '/': html, '/app.js': { type: 'text/javascript', body: script } });
  const config = configOf(served.server);
  const load = async (page: Page, time: number): Promise<{ page: Page; state: string }> => {
    await page.goto(origin);
    await page.waitForFunction(() => 'app' in globalThis);
    return { page, state: await call(page, 'open', config, time) };
  };
  await load(first, 0);
  return { served, first, open: async (time = 0) => load(await first.context().newPage(), time) };
}

/** Calls a function of the app in the page. */
function call<K extends keyof PageApp>(page: Page, name: K, ...args: Parameters<PageApp[K]>): ReturnType<PageApp[K]> {
  return page.evaluate(
    ([key, given]) =>
      (globalThis as unknown as { app: Record<string, (...all: unknown[]) => unknown> }).app[key as string]?.(...(given as unknown[])),
    [name, args] as const,
  ) as ReturnType<PageApp[K]>;
}

test('two tabs and fifty expiries: one refresh each, whether they see it coming or meet a 401', async (context) => {
  const { served, first, open } = await openTabs(context, { policy: { accessToken: { lifetime: LIFETIME } } });
  await call(first, 'signIn', grant(served));
  const { page: second, state } = await open();
  expect(state).toBe('active');
  const { granted, refused } = countRefreshes(served);
  const answers = new Set<string>();
  let time = 0;
  for (let expiry = 1; expiry <= 50; expiry++) {
    const early = expiry % 2 === 0;
    const passes = early ? MINUTE : LIFETIME;
    time += passes;
    served.server.app.clock.advance(passes);
    if (early) await expireEarly(served);
    for (const answer of await Promise.all([first, second].map((page) => call(page, 'request', '/me', time)))) answers.add(answer);
    expect(granted.size).toBe(expiry);
  }
  expect([...answers]).toEqual(['200 active']);
  expect([...granted.values()].every((times) => times === 1)).toBe(true);
  expect(refused).toEqual([]);
});

test('a tab closed while it refreshes leaves the lock to the others', async (context) => {
  const grace = { policy: 'same-successor' as const, window: LIFETIME };
  const { served, first, open } = await openTabs(context, { policy: { accessToken: { lifetime: LIFETIME }, refreshToken: { grace } } });
  await call(first, 'signIn', grant(served));
  const { page: second } = await open();
  served.fault({ endpoint: 'token', point: 'received', verdict: { kind: 'hold', name: 'refresh' }, times: 1 });
  served.server.app.clock.advance(LIFETIME);
  const arrived = new Promise<void>((resolve) => {
    served.server.app.journal.subscribe(({ type }) => void (type === 'token.received' && resolve()));
  });
  const left = call(first, 'request', '/me', LIFETIME).catch(() => 'gone');
  await arrived;
  const waits = call(second, 'request', '/me', LIFETIME);
  await first.close();
  expect(await left).toBe('gone');
  expect(await waits).toBe('200 active');
});

test('a session is there after a reload, and in a tab that is opened later', async (context) => {
  const { served, first, open } = await openTabs(context);
  await call(first, 'signIn', grant(served));
  const later = await open();
  expect(later.state).toBe('active');
  await Promise.all([first.close(), later.page.reload()]);
  await later.page.waitForFunction(() => 'app' in globalThis);
  expect(await call(later.page, 'open', configOf(served.server), 0)).toBe('active');
});

test('a request made offline waits, and goes when the network is back', async (context) => {
  const { served, first } = await openTabs(context);
  await call(first, 'signIn', grant(served));
  await first.context().setOffline(true);
  const answer = call(first, 'request', '/me', 0);
  const early = await Promise.race([answer, new Promise((resolve) => void setTimeout(() => resolve('waits'), 300))]);
  expect(early).toBe('waits');
  await first.context().setOffline(false);
  expect(await answer).toBe('200 active');
});

test('a lock that another tab keeps is given up in time, and one that does not exist is told', async (context) => {
  const { first, open } = await openTabs(context);
  const { page: second } = await open();
  const kept = call(first, 'lock', 'refresh', { keep: 500 });
  await first.waitForFunction(async () => ((await navigator.locks.query()).held ?? []).length === 1);
  expect(await call(second, 'lock', 'refresh', { keep: 0, timeout: 50 })).toBe('lock-timeout');
  expect(await call(second, 'lock', 'other', { keep: 0, timeout: 50 })).toBe('had it');
  expect(await kept).toBe('had it');
  expect(await call(second, 'lock', 'refresh', { keep: 0, timeout: 5_000 })).toBe('had it');
});

test('without Web Locks (a page that is not secure) a lone tab still refreshes', async (context) => {
  const { served, first, open } = await openTabs(context, { policy: { accessToken: { lifetime: LIFETIME } } });
  await first.context().addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  const { page } = await open();
  expect(await call(page, 'lock', 'refresh', { keep: 0 })).toBe('lock-unavailable');
  await call(page, 'signIn', grant(served));
  served.server.app.clock.advance(LIFETIME);
  expect(await call(page, 'request', '/me', LIFETIME)).toBe('200 active');
});

test('a database that was deleted under a tab is made again', async (context) => {
  const { first } = await openTabs(context);
  expect(await call(first, 'write', 'mark', 10)).toBe('written');
  expect(await call(first, 'deleteDatabase')).toBe('deleted');
  expect(await call(first, 'read', 'mark')).toBe('undefined');
  expect(await call(first, 'write', 'mark', 3)).toBe('written');
  expect(await call(first, 'read', 'mark')).toBe('xxx');
});
