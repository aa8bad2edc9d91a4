// oidc-client-ts 3, unmodified, as a single-page app in Chromium: its own browser bundle, its own storage, requests across origins.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { serve } from '../kit/served.ts';
import type { Served } from '../kit/served.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { serveApp, SharedBrowser } from './kit/chromium.ts';
import type { WebApp } from './kit/chromium.ts';
import { APP, SCOPE } from './kit/contract.ts';
import type { Target } from './kit/contract.ts';
import { ours, TARGETS } from './kit/target.ts';
import { temporaryFolder } from './kit/folder.ts';

const browser = new SharedBrowser();
afterAll(() => browser.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const BUNDLE = readFileSync(new URL('../../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url), 'utf8');
const PAGE = '<!doctype html><title>App</title><link rel="icon" href="data:,"><script src="/oidc-client-ts.js"></script>';
const FILES = {
  '/': { type: 'text/html', body: PAGE },
  '/callback': { type: 'text/html', body: PAGE },
  '/oidc-client-ts.js': { type: 'text/javascript', body: BUNDLE },
};

/** What the page knows of a signed-in user. */
interface User {
  access_token: string;
  refresh_token?: string;
  id_token: string;
  expires_in: number;
  profile: Readonly<Record<string, unknown>>;
}

/** A single-page app with a `manager` of its own. */
class SinglePageApp {
  readonly page: Page;
  readonly app: WebApp;
  readonly #settings: Readonly<Record<string, unknown>>;

  constructor(page: Page, app: WebApp, { issuer }: Target, more: Readonly<Record<string, unknown>>) {
    this.page = page;
    this.app = app;
    const authority = issuer.href.replace(/\/$/, '');
    this.#settings = {
      authority,
      client_id: APP,
      redirect_uri: app.callback,
      post_logout_redirect_uri: app.callback,
      silent_redirect_uri: app.callback,
      scope: SCOPE,
      prompt: 'consent',
      automaticSilentRenew: false,
      silentRequestTimeoutInSeconds: 10,
      ...more,
    };
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(`${this.app.origin}${path}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.evaluate(`window.manager = new oidc.UserManager(${JSON.stringify(this.#settings)}); undefined`);
  }

  /** Runs an expression in the page; a rejection comes out as `{ failed }` with what the library says. */
  run<T>(expression: string): Promise<T> {
    return this.page.evaluate(
      `(async () => ${expression})().then((value) => value && JSON.parse(JSON.stringify(value)), ({ name, error, message }) => ({ failed: error ?? message, name }))`,
    );
  }

  /** From the app's page through the server's pages and back. */
  async signIn(target: Target): Promise<User> {
    await this.open();
    await Promise.all([
      this.page.waitForURL((url) => url.origin === target.issuer.origin),
      this.page.evaluate('void manager.signinRedirect()'),
    ]);
    await target.pressThrough(this.page);
    await this.page.waitForURL(`${this.app.callback}?*`);
    await this.ready();
    return this.run<User>('manager.signinCallback()');
  }
}

async function spa(page: Page, target: Target, more: Readonly<Record<string, unknown>> = {}): Promise<SinglePageApp> {
  return new SinglePageApp(page, await serveApp(FILES), target, more);
}

describe.each(Object.entries(TARGETS))('%s', (_name, open) => {
  test('a single-page app signs in and renews silently with its refresh token, three times', async (context) => {
    const page = await browser.page(context);
    const target = await open();
    const app = await spa(page, target, { loadUserInfo: true });
    const chain = [await app.signIn(target)];
    expect(chain[0]).toMatchObject({ refresh_token: expect.any(String), profile: { sub: 'ada', name: expect.stringMatching(/^Ada/) } });
    for (let turn = 0; turn < 3; turn++) chain.push(await app.run<User>('manager.signinSilent()'));
    expect(new Set(chain.map(({ access_token }) => access_token)).size).toBe(4);
    expect(new Set(chain.map(({ refresh_token }) => refresh_token)).size).toBe(4);
    expect(await app.run('manager.getUser()')).toMatchObject({ access_token: chain.at(-1)?.access_token });
    // Reused behind the back of the library: its next renewal fails, and says why.
    await app.run(`fetch(manager.settings.metadata?.token_endpoint ?? (await manager.metadataService.getTokenEndpoint()), {
      method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: '${APP}', refresh_token: '${chain[0]?.refresh_token}' }) })`);
    expect(await app.run('manager.signinSilent()')).toMatchObject({ failed: 'invalid_grant' });
  });
});

interface Ours {
  served: Served;
  app: SinglePageApp;
  user: User;
}

async function signedIn(page: Page, policy: PolicyPatch = {}, more: Readonly<Record<string, unknown>> = {}): Promise<Ours> {
  const served = await serve({ policy });
  const target = ours(served.server);
  const app = await spa(page, target, more);
  return { served, app, user: await app.signIn(target) };
}

test('without a refresh token it renews in a hidden frame, for as long as the browser session lives', async (context) => {
  const page = await browser.page(context);
  const { app, user } = await signedIn(page, {}, { scope: 'openid profile', prompt: undefined });
  expect(user).not.toHaveProperty('refresh_token');
  const renewed = app.run<User>('manager.signinSilent()');
  await frameCallback(page);
  expect(await renewed).toMatchObject({ profile: { sub: 'ada' }, access_token: expect.not.stringMatching(user.access_token) });
  await page.context().clearCookies();
  const refused = app.run('manager.signinSilent()');
  await frameCallback(page);
  expect(await refused).toMatchObject({ failed: 'login_required' });
});

// Whether a frame of another site gets the cookie is up to the browser (Debian's withholds it); the server must at least have allowed it.
test('over https it signs in and renews, and the cookie may go to frames of other sites', async (context) => {
  const page = await browser.page(context);
  const served = await serve({ tls: { folder: temporaryFolder() } });
  const target = ours(served.server);
  const app = await spa(page, target);
  const user = await app.signIn(target);
  expect(await page.context().cookies()).toEqual([expect.objectContaining({ sameSite: 'None', secure: true, httpOnly: true })]);
  const renewed = await app.run<User>('manager.signinSilent()');
  expect(renewed).toMatchObject({
    refresh_token: expect.not.stringContaining(user.refresh_token ?? ''),
    profile: { sub: 'ada', iss: served.url },
  });
});

/** The hidden frame comes back to the app, whose page there must say so. */
async function frameCallback(page: Page): Promise<void> {
  const frame = await page.waitForEvent('framenavigated', (one) => one !== page.mainFrame() && one.url().includes('/callback?'));
  await frame.waitForLoadState();
  await frame.evaluate(`new oidc.UserManager({ authority: 'x', client_id: 'x', redirect_uri: 'x' }).signinSilentCallback()`);
}

test('it renews by itself a minute before a token is over', async (context) => {
  const page = await browser.page(context);
  const { served, app } = await signedIn(page, { accessToken: { lifetime: 61_000 } });
  await page.evaluate('manager.renewed = new Promise((resolve) => manager.events.addUserLoaded(resolve)); manager.startSilentRenew()');
  expect(await app.run('manager.renewed')).toMatchObject({ profile: { sub: 'ada' } });
  expect(served.server.app.journal.entries.filter(({ type }) => type === 'token.committed')).toHaveLength(1);
});

// Ours alone: the control answers a revocation as text/plain, which this library takes for a failure.
test('it revokes what it holds', async (context) => {
  const page = await browser.page(context);
  const { served, app, user } = await signedIn(page);
  expect(await app.run(`manager.revokeTokens(['access_token', 'refresh_token'])`)).toBeUndefined();
  expect((await served.api('/feed', user.access_token)).status).toBe(401);
  expect(await (await served.refresh(user.refresh_token ?? '')).json()).toMatchObject({ error: 'invalid_grant' });
});

test('it signs out at the server and comes back', async (context) => {
  const page = await browser.page(context);
  const { served, app, user } = await signedIn(page);
  await page.evaluate('void manager.signoutRedirect()');
  await page.waitForURL((url) => url.href.startsWith(app.app.callback) && !url.searchParams.has('code'));
  await app.ready();
  expect(await app.run('manager.signoutCallback().then(() => manager.getUser())')).toBeNull();
  expect(await (await served.refresh(user.refresh_token ?? '')).json()).toMatchObject({ error: 'invalid_grant' });
});

test('it reads from another origin what the API tells in headers: challenge, nonce, time (T13)', async (context) => {
  const page = await browser.page(context);
  const { served, app } = await signedIn(page);
  const challenge = await app.run(
    `fetch('${served.url}/api/feed', { headers: { authorization: 'Bearer nonsense' } }).then(({ status, headers }) => [status, headers.get('www-authenticate'), headers.get('date')])`,
  );
  expect(challenge).toEqual([401, expect.stringContaining('invalid_token'), expect.stringMatching(/GMT$/)]);
});

test('a web app may send the API headers of its own, and any method (T13)', async (context) => {
  const page = await browser.page(context);
  const { served, app, user } = await signedIn(page);
  const init = {
    method: 'PUT',
    headers: { authorization: `Bearer ${user.access_token}`, 'x-device': 'kiosk', traceparent: '00-0-0-01' },
    body: 'hello',
  };
  expect(await app.run(`fetch('${served.url}/api/upload', ${JSON.stringify(init)}).then(({ status }) => status)`)).toBe(200);
});

test('it binds tokens to a key in the browser with DPoP and its nonces', async (context) => {
  const page = await browser.page(context);
  const served = await serve({ policy: { dpop: { use: 'required', nonce: 'as' } } });
  const target = ours(served.server);
  const app = await spa(page, target);
  await app.open();
  const dpop = `window.manager = new oidc.UserManager({ ...manager.settings, dpop: { bind_authorization_code: true, store: new oidc.IndexedDbDPoPStore() } }); undefined`;
  app.ready = async () => {
    await SinglePageApp.prototype.ready.call(app);
    await page.evaluate(dpop);
  };
  const user = await app.signIn(target);
  expect(user).toMatchObject({ token_type: 'DPoP', profile: { sub: 'ada' } });
  expect(await app.run('manager.signinSilent()')).toMatchObject({ token_type: 'DPoP' });
});
