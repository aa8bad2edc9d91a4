// A real browser for the tests that need one: Chromium as the system has it, driven by playwright-core, which downloads nothing.
// Without one a test is skipped and says so; in CI it fails, where nobody would notice a skip.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { TestContext } from 'vitest';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const ARGS = ['--disable-gpu'];

/** One browser per test file; started by the first test that needs it. */
export class SharedBrowser {
  #browser: Promise<Browser> | undefined;
  #told = false;

  /** A page with cookies of its own, closed when the test ends; skips the test where there is no browser. Takes any certificate. */
  async page(context: TestContext): Promise<Page> {
    this.#browser ??= chromium.launch({ executablePath: this.#path(context), args: ARGS });
    const own = await (await this.#browser).newContext({ ignoreHTTPSErrors: true });
    return firstPage(own);
  }

  #path(context: TestContext): string {
    const path = [process.env['CHROMIUM'], ...PLACES].find((one) => one !== undefined && existsSync(one));
    if (path !== undefined) return path;
    const advice = 'no Chromium or Chrome found: install one (Debian: apt-get install chromium) or set CHROMIUM to its path';
    if (process.env['CI'] !== undefined) throw new Error(advice);
    // Said aloud once per file: reporters keep the reason of a skip to themselves.
    if (!this.#told) process.stderr.write(`Skipped: ${advice}\n`);
    this.#told = true;
    return context.skip(advice);
  }

  async close(): Promise<void> {
    await (await this.#browser)?.close();
  }
}

async function firstPage(own: BrowserContext): Promise<Page> {
  onTestFinished(() => own.close());
  const page = await own.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}

export interface WebApp {
  /** `http://127.0.0.1:port`, nothing at the end. */
  origin: string;
  /** Where sign-ins come back to; registered for every port. */
  callback: string;
}

/** An app on loopback that the browser can be sent back to: `files` by path, any other path an empty page. Ends with the test. */
export async function serveApp(files: Readonly<Record<string, { type: string; body: string }>> = {}): Promise<WebApp> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const { type, body } = files[path] ?? {
      type: 'text/html',
      body: '<!doctype html><title>The app</title><link rel="icon" href="data:,">',
    };
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, callback: `${origin}/callback` };
}
