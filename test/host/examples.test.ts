// What examples/ and docs/engine.md show works: each example is built as an app's build would, and used against the server.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type * as AxiosExample from '../../examples/engine-axios.ts';
import type * as BackgroundExample from '../../examples/engine-background.ts';
import type * as BrowserExample from '../../examples/engine-browser.ts';
import type * as NodeExample from '../../examples/engine-node.ts';
import type * as ReactNativeExample from '../../examples/engine-react-native.ts';
import type { HostBackground, HostConfig } from '../../src/core/contract.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { settingsOf } from '../../src/engine/options.ts';
import { refreshEngine } from '../../scripts/docs/engine.ts';
import { ROOT } from '../architecture/source.ts';
import { serveApp, SharedBrowser } from '../acceptance/kit/chromium.ts';
import { serve } from '../kit/served.ts';
import { bundle } from './kit/bundle.ts';
import { configOf } from './kit/fleet.ts';
import { openHost, testFolder } from './kit/folder.ts';
import { expireEarly, grant } from './kit/refreshes.ts';

const browser = new SharedBrowser();
afterAll(() => browser.close());

const PACKAGES = [
  'expo-secure-store',
  'expo-local-authentication',
  'react-native',
  '@react-native-community/netinfo',
  '@react-native-async-storage/async-storage',
];
/** What a page does with the module it is given. */
const START = "import * as example from '/app.js'; globalThis.example = example;";
const STAND_IN = fileURLToPath(new URL('kit/react-native-packages.ts', import.meta.url));

/** The module of an example as a build makes it. */
async function load<T>(name: string): Promise<T> {
  const path = join(testFolder(), `${name}.mjs`);
  const packages = Object.fromEntries(PACKAGES.map((each) => [each, STAND_IN]));
  writeFileSync(path, await bundle(new URL(`../../examples/${name}.ts`, import.meta.url), 'node', packages));
  return (await import(path)) as T;
}

test('the command line tool keeps its user signed in from one run to the next, until a sign-out in any of them', async () => {
  const { openTool } = await load<typeof NodeExample>('engine-node');
  const served = await serve();
  const folder = testFolder();
  const open = (): ReturnType<typeof openTool> => openTool(configOf(served.server), folder);
  const first = await open();
  expect(await first.whoami()).toBe('nobody is signed in');
  await first.signIn(grant(served));
  expect(await first.whoami()).toBe('you are signed in');
  await first.end();
  await expireEarly(served);
  const [second, third] = await Promise.all([open(), open()]);
  expect(await Promise.all([second.whoami(), third.whoami()])).toEqual(['you are signed in', 'you are signed in']);
  await second.signOut();
  await Promise.all([second.end(), third.end()]);
  expect(await (await open()).whoami()).toBe('nobody is signed in');
});

test('axios gets a token, a new one after a 401, and says when the user has to sign in again', async () => {
  const { createApi, needsSignIn } = await load<typeof AxiosExample>('engine-axios');
  const served = await serve();
  const config = configOf(served.server);
  const engine = createEngine(openHost({ config }).host);
  await engine.start();
  await engine.signIn(grant(served));
  const api = createApi(engine, config);
  expect((await api.get('/me')).status).toBe(200);
  await expireEarly(served);
  expect((await api.get('/me')).status).toBe(200);
  await engine.signOut();
  const error: unknown = await api.get('/me').catch((reason: unknown) => reason);
  expect(needsSignIn(error)).toBe(true);
  await engine.stop();
});

test('the app on a phone has its job run while somebody is signed in, and hears when the phone refuses', async () => {
  const { openSession } = await load<typeof BackgroundExample>('engine-background');
  const served = await serve();
  const heard: string[] = [];
  const jobs: HostBackground = {
    register: (id) => void heard.push(`handler of ${id}`),
    schedule: async ({ id, kind }) => {
      heard.push(`${kind} ${id}`);
      throw Object.assign(new Error('refused'), { code: 'notPermitted' });
    },
    cancel: (id) => void heard.push(`no more ${id}`),
  };
  const { host } = openHost({ config: configOf(served.server) });
  const engine = await openSession({ ...host, platform: 'ios' }, jobs, (text) => heard.push(text));
  await engine.signIn(grant(served));
  await engine.signOut();
  await engine.stop();
  const id = 'com.example.app.token-refresh';
  expect(heard).toEqual([
    `handler of ${id}`,
    `no more ${id}`,
    `app-refresh ${id}`,
    'no refresh in background: notPermitted',
    `no more ${id}`,
  ]);
});

test('the React Native app restores its session when it is started again', async () => {
  const { openSession } = await load<typeof ReactNativeExample>('engine-react-native');
  const served = await serve();
  const config: HostConfig = configOf(served.server);
  const first = await openSession(config);
  expect(first.state()).toBe('signed-out');
  await first.signIn(grant(served));
  await first.stop();
  const second = await openSession(config);
  expect((await second.request('/me')).status).toBe(200);
  await second.stop();
});

test('the single-page app shows the app while a session is there, and sign-in otherwise, in every tab', async (context) => {
  const page = await browser.page(context);
  const script = await bundle(new URL('../../examples/engine-browser.ts', import.meta.url), 'browser');
  const served = await serve();
  const { origin } = await serveApp({
    '/': { type: 'text/html', body: `<!doctype html><script type="module">${START}</script>` },
    '/app.js': { type: 'text/javascript', body: script },
  });
  const use = async (tokens: unknown): Promise<unknown> => {
    await page.goto(origin);
    await page.waitForFunction(() => 'example' in globalThis);
    return page.evaluate(
      async ([config, granted]) => {
        const { openSession } = (globalThis as unknown as { example: typeof BrowserExample }).example;
        const views: string[] = [];
        const session = await openSession(config, (view) => views.push(view));
        if (granted !== undefined) await session.engine.signIn(granted as Parameters<typeof session.engine.signIn>[0]);
        const { status } = await session.api('/me');
        await session.close();
        return [...views, status];
      },
      [configOf(served.server), tokens] as const,
    );
  };
  expect(await use(grant(served))).toEqual(['sign-in', 'app', 200]);
  expect(await use(undefined)).toEqual(['app', 200]);
});

describe('docs/engine.md', () => {
  const PAGE = readFileSync(join(ROOT, 'docs/engine.md'), 'utf8');
  test('shows the examples and options as they are: `npm run docs` writes them', () => {
    expect(refreshEngine(PAGE)).toBe(PAGE);
    expect(refreshEngine(PAGE.replace(/^import .*$/m, '').replace('| `jitter` |', '| `gitter` |'))).toBe(PAGE);
  });
  test('names every option of the engine', () => {
    const named = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    for (const option of Object.keys(settingsOf({}))) expect(named).toContain(option);
  });
  test('names every call of the engine and every event that an app can watch', () => {
    const { host } = openHost();
    const calls = Object.entries(createEngine(host)).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(calls.filter((name) => !PAGE.includes(`engine.${name}(`))).toEqual([]);
    const source = readFileSync(join(ROOT, 'src/engine/runtime.ts'), 'utf8');
    const events = [...source.matchAll(/^ {2}\| \{ type: '([a-z-]+)'/gm)].map(([, name = '']) => name);
    expect(events.length).toBeGreaterThan(5);
    expect(events.filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([]);
  });
  test('names every entry of the package, and no other', () => {
    const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, unknown> };
    const entries = Object.keys(exports).flatMap((path) => (path.startsWith('./engine') ? [`tokenwarp${path.slice(1)}`] : []));
    expect([...PAGE.matchAll(/^\| `(tokenwarp\/\S+)` \|/gm)].map(([, name]) => name ?? '').toSorted()).toEqual(entries.toSorted());
  });
  test('every example it shows is there', () => {
    const shown = [...PAGE.matchAll(/<!-- example: (\S+) -->/g)].map(([, name = '']) => name);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((name) => !existsSync(join(ROOT, 'examples', name)))).toEqual([]);
  });
});
