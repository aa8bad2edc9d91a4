// The sign-in page in a real browser, for openid-client 6: what a person sees, presses and is sent back to.
import * as client from 'openid-client';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { serve } from '../kit/served.ts';
import { serveApp, SharedBrowser } from './kit/chromium.ts';
import { SCOPE } from './kit/contract.ts';
import { ask, setUp } from './kit/openid.ts';
import type { Asked, Setup } from './kit/openid.ts';
import { ours, TARGETS } from './kit/target.ts';

const browser = new SharedBrowser();
afterAll(() => browser.close());
afterEach(() => {
  vi.restoreAllMocks();
});

/** An app that is about to send its user to sign in. */
interface Starting extends Asked {
  setup: Setup;
  page: Page;
  callback: string;
  url: URL;
}

async function start(page: Page, issuer: URL, more: Readonly<Record<string, string>> = {}): Promise<Starting> {
  const { callback } = await serveApp();
  const setup = await setUp(issuer);
  const asked = await ask({ redirect_uri: callback, ...more });
  return { ...asked, setup, page, callback, url: client.buildAuthorizationUrl(setup.config, asked.parameters) };
}

/** The address the browser came back to the app with. */
async function comeBack({ page, callback }: Starting): Promise<URL> {
  await page.waitForURL(`${callback}?*`);
  return new URL(page.url());
}

describe.each(Object.entries(TARGETS))('%s', (_name, open) => {
  test('a person signs in and the app gets its tokens', async (context) => {
    const page = await browser.page(context);
    const target = await open();
    const starting = await start(page, target.issuer);
    await page.goto(starting.url.href);
    await target.pressThrough(page);
    const tokens = await client.authorizationCodeGrant(starting.setup.config, await comeBack(starting), starting.checks);
    expect(tokens.claims()).toMatchObject({ sub: 'ada', nonce: starting.checks.expectedNonce });
    expect(await client.fetchUserInfo(starting.setup.config, tokens.access_token, 'ada')).toHaveProperty('name');
  });
});

/** Ours alone from here on. */
async function startOurs(page: Page, more: Readonly<Record<string, string>> = {}): Promise<Starting & { complaints: string[] }> {
  const { server } = await serve();
  // What the browser itself objects to: a blocked style, a broken header, a missing file.
  const complaints: string[] = [];
  page.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())));
  page.on('pageerror', ({ message }) => void complaints.push(message));
  return { ...(await start(page, ours(server).issuer, more)), complaints };
}

test('the page works without a script and without a complaint of the browser, and its style is applied', async (context) => {
  const page = await browser.page(context);
  const starting = await startOurs(page);
  const response = await page.goto(starting.url.href);
  expect(response?.status()).toBe(200);
  expect(await page.locator('script').count()).toBe(0);
  expect(await page.title()).toBe('Sign in to Demo app');
  expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe('416px');
  await page.getByRole('radio').first().check();
  expect(starting.complaints).toEqual([]);
});

test('one can sign in with the keyboard alone', async (context) => {
  const page = await browser.page(context);
  const starting = await startOurs(page);
  await page.goto(starting.url.href);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const tokens = await client.authorizationCodeGrant(starting.setup.config, await comeBack(starting), starting.checks);
  expect(tokens.claims()?.sub).toBe('ben');
});

test('it fits a narrow phone, and every control is large enough for a thumb', async (context) => {
  const page = await browser.page(context);
  await page.setViewportSize({ width: 320, height: 640 });
  const starting = await startOurs(page);
  await page.goto(starting.url.href);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  for (const control of await page.locator('label:visible, button:visible, summary:visible').all()) {
    expect((await control.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
});

const FAILURES = {
  Deny: 'access_denied',
  'Answer server_error': 'server_error',
  'Answer temporarily_unavailable': 'temporarily_unavailable',
};

test('the other buttons send the app an error, with its state and the issuer (A2)', async (context) => {
  const page = await browser.page(context);
  for (const [name, error] of Object.entries(FAILURES)) {
    const starting = await startOurs(page);
    await page.goto(starting.url.href);
    if (name !== 'Deny') await page.getByText('Let the server fail').click();
    await page.getByRole('button', { name }).click();
    const called = await comeBack(starting);
    await expect(client.authorizationCodeGrant(starting.setup.config, called, starting.checks)).rejects.toMatchObject({
      cause: expect.any(URLSearchParams),
      error,
    });
    expect(called.searchParams.get('iss')).toBe(starting.setup.config.serverMetadata().issuer);
  }
});

test('whoever signed in is not asked again, unless the app wants it', async (context) => {
  const page = await browser.page(context);
  const first = await startOurs(page, { prompt: '' });
  await page.goto(first.url.href);
  await page.getByRole('button', { name: 'Sign in and approve' }).click();
  await client.authorizationCodeGrant(first.setup.config, await comeBack(first), first.checks);
  for (const prompt of ['none', '']) {
    const again = { ...(await start(page, new URL(first.setup.config.serverMetadata().issuer), { prompt })), complaints: [] };
    await page.goto(again.url.href);
    const tokens = await client.authorizationCodeGrant(again.setup.config, await comeBack(again), again.checks);
    expect(tokens.claims()?.sub).toBe('ada');
  }
  const login = await start(page, new URL(first.setup.config.serverMetadata().issuer), { prompt: 'login' });
  await page.goto(login.url.href);
  expect(await page.getByRole('button', { name: 'Sign in and approve' }).isVisible()).toBe(true);
});

test('a page is answered once; going back asks for a new one', async (context) => {
  const page = await browser.page(context);
  const starting = await startOurs(page);
  await page.goto(starting.url.href);
  const form = { interaction: await page.locator('[name=interaction]').inputValue(), user: 'ada', decision: 'approve' };
  await page.getByRole('button', { name: 'Sign in and approve' }).click();
  const first = await comeBack(starting);
  const again = await page.request.post(new URL('interaction', starting.url).href, { form, maxRedirects: 0 });
  expect(again.status()).toBe(400);
  await page.goBack();
  expect(await page.locator('[name=interaction]').inputValue()).not.toBe(form.interaction);
  await page.getByRole('button', { name: 'Sign in and approve' }).click();
  expect((await comeBack(starting)).searchParams.get('code')).not.toBe(first.searchParams.get('code'));
});

test('an unknown redirect address ends on a page that says what is registered, and never leaves (A1)', async (context) => {
  const page = await browser.page(context);
  const starting = await startOurs(page, { redirect_uri: 'https://elsewhere.example/callback' });
  const response = await page.goto(starting.url.href);
  expect(response?.status()).toBe(400);
  expect(page.url()).toBe(starting.url.href);
  expect(await page.getByRole('main').textContent()).toContain('com.example.app:/callback');
});

test('a device is connected by typing the code it shows, in small letters and without the dash (D9)', async (context) => {
  const page = await browser.page(context);
  const { setup } = await startOurs(page);
  const begun = await client.initiateDeviceAuthorization(setup.config, { scope: SCOPE });
  await page.goto(begun.verification_uri);
  await page.getByRole('textbox').fill(begun.user_code.toLowerCase().replace('-', ''));
  await page.getByRole('button', { name: 'Go on' }).click();
  expect(await page.getByRole('strong').textContent()).toBe(begun.user_code);
  await page.getByRole('radio', { name: /Cleo/ }).check();
  await page.getByRole('button', { name: 'Sign in and approve' }).click();
  await page.getByRole('heading', { name: 'The device is signed in' }).waitFor();
  const tokens = await client.pollDeviceAuthorizationGrant(setup.config, { ...begun, interval: 0.01 });
  expect(tokens.claims()?.sub).toBe('cleo');
});

test('signing out at the server ends the browser session and comes back to the app (OIDC RP-Initiated Logout)', async (context) => {
  const page = await browser.page(context);
  const starting = await startOurs(page);
  await page.goto(starting.url.href);
  await page.getByRole('button', { name: 'Sign in and approve' }).click();
  const tokens = await client.authorizationCodeGrant(starting.setup.config, await comeBack(starting), starting.checks);
  const out = client.buildEndSessionUrl(starting.setup.config, {
    post_logout_redirect_uri: starting.callback,
    id_token_hint: tokens.id_token ?? '',
    state: 'bye',
  });
  await page.goto(out.href);
  await page.waitForURL(`${starting.callback}?state=bye`);
  const silent = await start(page, new URL(starting.setup.config.serverMetadata().issuer), { prompt: 'none' });
  await page.goto(silent.url.href);
  expect((await comeBack(silent)).searchParams.get('error')).toBe('login_required');
});
