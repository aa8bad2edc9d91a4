// The plans that are measured, in the words of a scenario file. They are ours alone, so that a change to the corpus does not move
// the numbers.
import type { ClientFactory } from '../src/core/contract.ts';
import { parseScenario } from '../src/scenario/plan.ts';
import type { Plan } from '../src/sim/plan.ts';

const HEAD = 'version: 1\nname: measured\nsummary: Measured by the benchmarks, nothing that a user meets.\n';

function planOf(body: string): Plan {
  const { plan, problems } = parseScenario(`${HEAD}${body}`, 'bench/measured.scenario.yaml');
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return plan;
}

/** About 80 events: two bursts of requests, the second one at expiry. */
export const SMALL = planOf(`server: { accessToken: { ttl: 5m } }
steps:
  - request: /profile
  - request: { path: /feed, count: 2 }
  - advance: past-expiry
  - parallel: [{ request: /feed }, { request: /mail }, { request: /chat }]
  - request: /profile
`);

/** A request every hour for 30 days, access tokens of an hour, so a refresh with each. */
export const HOURLY = planOf(hourly('jwt'));
/** The same with tokens that need no signature. */
export const HOURLY_OPAQUE = planOf(hourly('opaque'));

function hourly(format: string): string {
  return `server: { accessToken: { format: ${format} } }\nsteps:\n  - repeat: { times: 720, steps: [{ advance: 1h }, { request: /feed }] }\n`;
}

/** Many requests one after the other while the token is good: the happy path. */
export function requestsPlan(count: number): Plan {
  return planOf(
    `server: { accessToken: { ttl: 30d } }\nnetwork: { latency: 1ms }\nsteps:\n${'  - request: { path: /feed, count: 1000, every: 5ms }\n'.repeat(count / 1_000)}`,
  );
}

/** Four weeks of somebody who opens the app once or twice a day. */
export const PHONE_DAYS = 28;
export function phonePlan(os: string): Plan {
  return planOf(
    `client: { refreshEvery: 6h }\nserver: { accessToken: { ttl: 7d, format: opaque } }\ndevices: { phone: { os: ${os}, profile: daily } }\nsteps: [{ advance: ${PHONE_DAYS}d }]\n`,
  );
}

/** Does nothing at all: what remains is the world. */
export const emptyClient: ClientFactory = () => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: async () => ({ status: 200 }),
});

/** No engine: refreshes before every request, and that is all. The traffic of {@link HOURLY}, and nothing else. */
export const hastyClient: ClientFactory = (host) => {
  const bare = { refresh: '', access: '' };
  const { tokenEndpoint, clientId, resourceBaseUrl } = host.config;
  const take = (tokens: Record<string, unknown>): void =>
    void Object.assign(bare, { access: String(tokens['access_token']), refresh: String(tokens['refresh_token']) });
  return {
    start: async () => undefined,
    signIn: async (tokens) => take(tokens),
    request: async (path, init) => {
      const body = `grant_type=refresh_token&refresh_token=${bare.refresh}&client_id=${clientId}`;
      const granted = await host.fetch(tokenEndpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      take((await granted.json()) as Record<string, unknown>);
      return host.fetch(`${resourceBaseUrl}${path}`, { ...init, headers: { ...init?.headers, authorization: `Bearer ${bare.access}` } });
    },
  };
};

/** The bare transport: adds the token and sends; keeps it in memory, refreshes never. */
export const bareClient: ClientFactory = (host) => {
  const session = { token: '' };
  return {
    start: async () => undefined,
    signIn: async ({ access_token: token }) => {
      session.token = token;
    },
    request: async (path, init) =>
      host.fetch(`${host.config.resourceBaseUrl}${path}`, {
        ...init,
        headers: { ...init?.headers, authorization: `Bearer ${session.token}` },
      }),
  };
};
