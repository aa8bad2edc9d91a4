// A small Node app, run as a process of its own by the tests of a fleet: the engine on the Node host, told over IPC what to do. What it
// does with the lock it says at once, so that a test knows where in its work it was killed.
import { createEngine } from 'tokenwarp/engine';
import { createNodeHost } from 'tokenwarp/engine/node';
import { createNodeClock } from '../../../src/host/node-clock.ts';
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import type { Ask, Told } from './fleet.ts';

interface Setup {
  folder: string;
  config: Host['config'];
  engine: EngineOptions;
  keychain: boolean;
  /** Says when it has the lock, and when no longer. */
  tellsLock: boolean;
  /** Stops itself, as a debugger would: once, right after it got the lock, or once the refresh has left. */
  stopsAt?: 'lock' | 'sent';
}

const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const LINGER = 8;
const real = createNodeClock();
let ahead = 0;
let { stopsAt } = setup;

/** The IPC channel writes at once: what was said before a SIGKILL arrives. */
function tell(told: Told): void {
  process.send?.(told);
}

function stopHere(where: Setup['stopsAt']): void {
  if (stopsAt !== where) return;
  stopsAt = undefined;
  tell({ event: 'stops' });
  process.kill(process.pid, 'SIGSTOP');
}

const made = createNodeHost({
  app: 'fleet',
  folder: setup.folder,
  config: setup.config,
  keychain: setup.keychain,
  // The device's clocks, as far ahead as the server's.
  clock: { ...real, now: () => real.now() + ahead, monotonic: () => real.monotonic() + ahead },
  fetch: (url, init) => {
    const answer = fetch(url, init);
    // The socket is there from earlier requests: a turn later the bytes are with the kernel.
    if (url === setup.config.tokenEndpoint && stopsAt === 'sent') setTimeout(() => stopHere('sent'), 5);
    return answer;
  },
  emit: (event) => tell({ event: event.type }),
  warn: ({ code }) => tell({ event: code }),
});
/** Holds on for a moment when the rotation is in the store: nobody else is there yet to see it. */
const lingering: Host['store'] = {
  ...made.store,
  set: async (key, value) => {
    await made.store.set(key, value);
    tell({ event: 'written' });
    await real.sleep(LINGER);
  },
};
const host: Host = {
  ...made,
  store: setup.tellsLock ? lingering : made.store,
  lock: (name, fn, options) =>
    made.lock(
      name,
      async () => {
        if (setup.tellsLock) tell({ lock: 'held' });
        stopHere('lock');
        try {
          return await fn();
        } finally {
          if (setup.tellsLock) tell({ lock: 'freed' });
        }
      },
      options,
    ),
};
const engine = createEngine(host, setup.engine);
engine.subscribe(({ to, reason }) => tell({ state: to, reason }));

const ACTIONS: { [K in Ask['do']]: (ask: Extract<Ask, { do: K }>) => Promise<unknown> } = {
  start: ({ time }) => {
    ahead = time;
    return engine.start();
  },
  'sign-in': ({ tokens }) => engine.signIn(tokens as TokenResponse),
  request: async ({ time, path }) => {
    ahead = time;
    const { status } = await engine.request(path);
    return status;
  },
  stop: async () => {
    await engine.stop();
    process.disconnect();
  },
};

process.on('message', (ask: Ask) => {
  const action = ACTIONS[ask.do] as (asked: Ask) => Promise<unknown>;
  action(ask).then(
    (value) => tell({ id: ask.id, value, state: engine.state() }),
    (error: unknown) => tell({ id: ask.id, error: String((error as { reason?: string }).reason ?? error), state: engine.state() }),
  );
});
tell({ event: 'ready' });
