// A host for browsers: pages and workers of one origin share one session. Composition only.
import type { Client, Host, HostConfig } from '../core/contract.ts';
import { cryptoRandom, NO_BACKGROUND, NO_PROMPTS } from './defaults.ts';
import { createDelays, PLATFORM_TIMERS } from './delays.ts';
import { createEventStreams } from './event-stream.ts';
import { createFetch, type FetchLike } from './fetch.ts';
import { createWebLock } from './web-lock.ts';
import { page, type PageDocument, type PageEvents, type PageGlobals } from './web-page.ts';
import { WebDatabaseDoor } from './web-store.ts';

/** Any part of the host may be replaced; what is absent is the browser's. */
export interface WebHostOptions extends Partial<Omit<Host, 'name' | 'platform' | 'config' | 'fetch'>> {
  /** Names database and locks: the same in all pages that share a session. */
  app: string;
  /** Where the servers are and who the app is. */
  config: HostConfig;
  /** Default: the global one. */
  fetch?: FetchLike;
}

/**
 * The host of one page or worker.
 *
 * @example
 * const host = createWebHost({ app: 'my-app', config });
 * const engine = createEngine(host);
 * followPage(engine);
 */
export function createWebHost(options: WebHostOptions): Host {
  const { app, config } = options;
  const { navigator, indexedDB } = page();
  const fetch: FetchLike = options.fetch ?? ((...request) => globalThis.fetch(...request));
  const scope = `tokenwarp/${app}`;
  const stores = new WebDatabaseDoor(indexedDB, scope);
  return {
    name: `web/${app}`,
    platform: 'web',
    config,
    fetch: createFetch(fetch, { streams: false }),
    clock: options.clock ?? createWebClock(),
    random: options.random ?? cryptoRandom,
    lock: options.lock ?? createWebLock(navigator?.locks, scope),
    store: options.store ?? stores.store('secure'),
    plain: options.plain ?? stores.store('plain'),
    stream: options.stream ?? createEventStreams(fetch),
    background: options.background ?? NO_BACKGROUND,
    reauthenticate: options.reauthenticate ?? NO_PROMPTS,
    connectivity: options.connectivity ?? createWebConnectivity(page()),
    emit: options.emit ?? (() => undefined),
  };
}

/**
 * Monotonic within a page: ms since it began, counted from the wall clock of that moment, so that pages can compare and a later page
 * goes on where an earlier one left off.
 */
function createWebClock(): Host['clock'] {
  return {
    now: () => Date.now(),
    monotonic: () => performance.timeOrigin + performance.now(),
    ...createDelays(PLATFORM_TIMERS),
  };
}

/** What the browser says: `false` is certain, `true` is a guess. */
function createWebConnectivity(globals: PageGlobals): Host['connectivity'] {
  return {
    online: () => globals.navigator?.onLine !== false,
    subscribe: (fn) => {
      const online = (): void => fn(true);
      const offline = (): void => fn(false);
      globals.addEventListener?.('online', online);
      globals.addEventListener?.('offline', offline);
      return () => {
        globals.removeEventListener?.('online', online);
        globals.removeEventListener?.('offline', offline);
      };
    },
  };
}

/** What a page tells its engine. */
export type Followed = Pick<Client, 'foreground' | 'background' | 'interaction'>;

const INTERACTIONS = ['pointerdown', 'keydown', 'wheel', 'touchstart'];

/**
 * Tells the engine when the page is shown, hidden or used; returns its end. A page that comes back from the back/forward cache counts as
 * shown. Interaction is told once a second at most.
 */
export function followPage(engine: Followed, { window = page(), document = page().document }: FollowedPage = {}): () => void {
  let quietUntil = 0;
  const seen = (): void => (document?.visibilityState === 'hidden' ? engine.background?.() : engine.foreground?.());
  const used = (): void => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + 1_000;
    engine.interaction?.();
  };
  const heard: [Partial<PageEvents> | undefined, string, () => void][] = [
    [document, 'visibilitychange', seen],
    [window, 'pageshow', seen],
    ...INTERACTIONS.map((type): [Partial<PageEvents> | undefined, string, () => void] => [window, type, used]),
  ];
  for (const [target, type, listener] of heard) target?.addEventListener?.(type, listener, { passive: true, capture: true });
  return () => {
    for (const [target, type, listener] of heard) target?.removeEventListener?.(type, listener, { capture: true });
  };
}

/** Where to listen; absent = the page's own. */
export interface FollowedPage {
  window?: Partial<PageEvents>;
  document?: PageDocument | undefined;
}
