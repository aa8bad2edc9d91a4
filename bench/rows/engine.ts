// What the engine adds to a request that needs no refresh: over undici and a real socket, which is what an app pays for a request, over
// the transport of the virtual world, and per token lookup with a transport that costs nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fetch } from 'undici';
import type { Client, ClientFactory, Host, HostResponse } from '../../src/core/contract.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { runPlan } from '../../src/sim/world.ts';
import { measure } from '../measure.ts';
import { bareClient, requestsPlan } from '../plans.ts';
import type { Ready } from '../servers/report.ts';
import type { Row } from '../table.ts';

const REQUESTS = 2_000;

export async function engineRows(): Promise<Row[]> {
  const wire = await overSockets();
  const plan = requestsPlan(REQUESTS);
  const inWorld =
    (factory: ClientFactory) =>
    async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await runPlan(plan, { seed: 1, factory, settle: 'drain' });
    };
  const world = await measure({ engine: inWorld(createEngine), bare: inWorld(bareClient) }, { roundMs: 200 });
  const lookup = await measure({ engine: await lookups(createEngine), bare: await lookups(bareClient) });
  return [
    {
      measure: 'engine, a request in the happy path',
      value: wire.engine,
      unit: 'us',
      goal: { ratio: 1.1 },
      floor: { name: 'bare undici on loopback', value: wire.bare },
      note: `CPU of the client; in the virtual world ${(world.engine / REQUESTS).toFixed(1)} us over ${(world.bare / REQUESTS).toFixed(1)} us, x${(world.engine / world.bare).toFixed(2)}`,
    },
    {
      measure: 'engine, a token lookup',
      value: lookup.engine - lookup.bare,
      unit: 'us',
      goal: { value: 2 },
      note: `${lookup.engine.toFixed(2)} us with, ${lookup.bare.toFixed(2)} us without, transport that costs nothing`,
    },
  ];
}

/** CPU microseconds of this thread per request; the server is a process of its own. */
async function overSockets(): Promise<Record<'engine' | 'bare', number>> {
  const server = fork(fileURLToPath(new URL('../servers/floor.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [{ url }] = (await once(server, 'message')) as [Ready];
    const host = (): Host => ({
      ...instantHost(),
      config: { ...instantHost().config, resourceBaseUrl: url },
      clock: REAL_CLOCK,
      fetch: fetchWhole,
    });
    return await measure(
      { engine: await requests(createEngine, host()), bare: await requests(bareClient, host()) },
      { rounds: 21, roundMs: 300 },
    );
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

/** The answer with its body read, as an app does, so that the connection is free for the next. */
async function fetchWhole(...[url, init]: Parameters<Host['fetch']>): Promise<HostResponse> {
  const answer = await fetch(url, init as Parameters<typeof fetch>[1]);
  const text = await answer.text();
  return {
    status: answer.status,
    ok: answer.ok,
    headers: answer.headers,
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
  };
}

const REAL_CLOCK: Host['clock'] = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};

/** A signed-in client on a host whose every door answers at once. */
function lookups(factory: ClientFactory): Promise<(times: number) => Promise<void>> {
  return requests(factory, instantHost());
}

async function requests(factory: ClientFactory, host: Host): Promise<(times: number) => Promise<void>> {
  const client = await factory(host);
  await client.start();
  await client.signIn({ access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expires_in: 86_400 });
  return (times) => requestOften(client, times);
}

async function requestOften(client: Client, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await client.request('/feed', { headers: { 'x-request-id': 'n1' } });
}

function instantHost(): Host {
  const store = new Map<string, string>();
  const response: HostResponse = { status: 200, ok: true, headers: { get: () => null }, text: async () => '', json: async () => ({}) };
  return {
    name: 'bench/app',
    platform: 'node',
    config: {
      issuer: 'https://as.example',
      clientId: 'app',
      tokenEndpoint: 'https://as.example/token',
      revocationEndpoint: 'https://as.example/revoke',
      resourceBaseUrl: 'https://api.example',
      scope: 'openid',
    },
    fetch: async () => response,
    stream: async () => Promise.reject(new TypeError('none')),
    clock: { now: () => 1_800_000_000_000, monotonic: () => 0, setTimeout: () => () => undefined, sleep: async () => undefined },
    random: () => 0.5,
    store: keptIn(store),
    plain: keptIn(new Map()),
    lock: async (_name, fn) => fn(),
    background: { register: () => undefined, schedule: async () => undefined, cancel: () => undefined },
    reauthenticate: { biometric: async () => 'unavailable', password: async () => 'unavailable' },
    connectivity: { online: () => true, subscribe: () => () => undefined },
    emit: () => undefined,
  };
}

function keptIn(held: Map<string, string>): Host['store'] {
  return {
    get: async (key) => held.get(key),
    set: async (key, value) => void held.set(key, value),
    delete: async (key) => void held.delete(key),
  };
}
