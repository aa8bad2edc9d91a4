// A single-page app: its tabs share one session by way of IndexedDB and Web Locks, and one of them refreshes.
import { createEngine, type Engine } from 'tokenwarp/engine';
import { engineFetch, type EngineFetch } from 'tokenwarp/engine/fetch';
import { createWebHost, followPage } from 'tokenwarp/engine/web';
import type { HostConfig } from 'tokenwarp';

export interface Session {
  engine: Engine;
  /** In place of `fetch`, for the API. */
  api: EngineFetch;
  close(): Promise<void>;
}

/** Calls `show` with `sign-in` or `app` whenever the session comes or goes. */
export async function openSession(config: HostConfig, show: (view: 'sign-in' | 'app') => void): Promise<Session> {
  const engine = createEngine(createWebHost({ app: 'my-app', config }));
  engine.subscribe(({ to }) => {
    if (to === 'active') show('app');
    else if (to === 'expired' || to === 'signed-out') show('sign-in');
  });
  const unfollow = followPage(engine);
  await engine.start();
  return {
    engine,
    api: engineFetch(engine, config),
    close: async () => {
      unfollow();
      await engine.stop();
    },
  };
}
