// What the engine adds to a request that needs no refresh: over the bare transport of the virtual world, and per token lookup with a
// transport that costs nothing.
import type { Client, ClientFactory, Host, HostResponse } from '../../src/core/contract.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { runPlan } from '../../src/sim/world.ts';
import { measure } from '../measure.ts';
import { bareClient, requestsPlan } from '../plans.ts';
import type { Row } from '../table.ts';

const REQUESTS = 2_000;

export async function engineRows(): Promise<Row[]> {
  const plan = requestsPlan(REQUESTS);
  const inWorld =
    (factory: ClientFactory) =>
    async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await runPlan(plan, { seed: 1, factory, settle: 'drain' });
    };
  const spent = await measure({ engine: inWorld(createEngine), bare: inWorld(bareClient) }, { roundMs: 200 });
  const lookup = await measure({ engine: await lookups(createEngine), bare: await lookups(bareClient) });
  return [
    {
      measure: 'engine, a request in the happy path',
      value: spent.engine / REQUESTS,
      unit: 'us',
      goal: { ratio: 1.1 },
      floor: { name: 'bare transport', value: spent.bare / REQUESTS },
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

/** A signed-in client on a host whose every door answers at once. */
async function lookups(factory: ClientFactory): Promise<(times: number) => Promise<void>> {
  const client = await factory(instantHost());
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
    clock: { now: () => 1_800_000_000_000, monotonic: () => 0, setTimeout: () => () => undefined, sleep: async () => undefined },
    random: () => 0.5,
    store: {
      get: async (key) => store.get(key),
      set: async (key, value) => void store.set(key, value),
      delete: async (key) => void store.delete(key),
    },
    lock: async (_name, fn) => fn(),
    background: { register: () => undefined, schedule: () => undefined, cancel: () => undefined },
    reauthenticate: { biometric: async () => 'unavailable', password: async () => 'unavailable' },
    connectivity: { online: () => true, subscribe: () => () => undefined },
    emit: () => undefined,
  };
}
