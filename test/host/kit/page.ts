// A small web app, built for the browser and driven by a test: the engine on the web host, with clocks that the test moves.
import { createEngine, type Engine } from 'tokenwarp/engine';
import { createWebHost, followPage } from 'tokenwarp/engine/web';
import type { Host, TokenResponse } from '../../../src/core/contract.ts';

/** What a test may call, by way of `page.evaluate`. */
export interface PageApp {
  open(config: Host['config'], time: number): Promise<string>;
  signIn(tokens: TokenResponse): Promise<void>;
  /** `200 active`, or the reason of a rejection. */
  request(path: string, time: number): Promise<string>;
  /** The code of what a store or lock rejects with, or what it gives. */
  write(key: string, size: number): Promise<string>;
  read(key: string): Promise<string>;
  deleteDatabase(): Promise<string>;
  lock(name: string, options: { keep: number; timeout?: number }): Promise<string>;
}

let ahead = 0;
let host: Host | undefined;
let engine: Engine | undefined;

async function codeOf(work: Promise<unknown> | undefined): Promise<string> {
  try {
    return String(await work);
  } catch (error) {
    const { code, reason } = error as { code?: string; reason?: string };
    return reason ?? code ?? String(error);
  }
}

const app: PageApp = {
  async open(config, time) {
    ahead = time;
    const made = createWebHost({ app: 'test', config });
    const { clock } = made;
    host = { ...made, clock: { ...clock, now: () => clock.now() + ahead, monotonic: () => clock.monotonic() + ahead } };
    engine = createEngine(host);
    followPage(engine);
    await engine.start();
    return engine.state();
  },
  signIn: async (tokens) => engine?.signIn(tokens),
  async request(path, time) {
    ahead = time;
    return `${await codeOf(engine?.request(path).then(({ status }) => status))} ${engine?.state()}`;
  },
  write: (key, size) => codeOf(host?.plain.set(key, 'x'.repeat(size)).then(() => 'written')),
  read: (key) => codeOf(host?.plain.get(key)),
  deleteDatabase: () =>
    new Promise((resolve) => {
      const { indexedDB } = globalThis as unknown as { indexedDB: { deleteDatabase(name: string): EventTarget } };
      const request = indexedDB.deleteDatabase('tokenwarp/test');
      request.addEventListener('success', () => resolve('deleted'));
      request.addEventListener('blocked', () => resolve('blocked'));
    }),
  lock: (name, { keep, timeout }) =>
    codeOf(
      host?.lock(
        name,
        async () => {
          await host?.clock.sleep(keep);
          return 'had it';
        },
        timeout === undefined ? {} : { timeout },
      ),
    ),
};
(globalThis as unknown as { app: PageApp }).app = app;
