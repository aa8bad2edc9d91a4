// oauth4webapi 3, unmodified, as an oracle: whatever the policy, it accepts every answer of the server and every JWT it emits.
import * as oauth from 'oauth4webapi';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { serve } from '../kit/served.ts';
import type { Served } from '../kit/served.ts';
import { DEFAULT_POLICY, patchPolicy, SIGNING_ALGS } from '../../mock-server/policy.ts';
import type { PolicyPatch, ServerPolicy } from '../../mock-server/policy.ts';
import { PERSONAS } from '../../mock-server/personas/personas.ts';
import type { SiteIssuer } from '../../mock-server/site.ts';
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import { APP, SERVICE } from './kit/contract.ts';
import { CONTROL_API } from './kit/control.ts';
import { StrictClient } from './kit/strict.ts';
import { ours, TARGETS } from './kit/target.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const DAY = 86_400_000;
const SILENT = 'x-new-access-token';

/** Every policy under which a client that follows the RFCs must get through. */
const POLICIES: fc.Arbitrary<PolicyPatch> = fc.record({
  signing: fc.record({ alg: fc.constantFrom(...SIGNING_ALGS), kid: fc.constantFrom('present' as const, 'absent' as const) }),
  accessToken: fc.record({ lifetime: fc.integer({ min: 1_000, max: 30 * DAY }) }),
  refreshToken: fc.record({
    rotation: fc.constantFrom('rotate' as const, 'same' as const, 'omit' as const, 'reissue' as const),
    grace: fc.record({ policy: fc.constantFrom(...GRACE_POLICIES), window: fc.nat(60_000) }),
  }),
  resource: fc.record({ silentRefresh: fc.constantFrom('off' as const, { header: SILENT, window: 31 * DAY }) }),
  device: fc.record({
    tellsInterval: fc.boolean(),
    interval: fc.integer({ min: 1, max: 60_000 }),
    lifetime: fc.integer({ min: 1_000, max: DAY }),
  }),
  dpop: fc.record({ nonce: fc.constantFrom('none' as const, 'as' as const, 'rs' as const, 'both' as const) }),
  clockOffset: fc.integer({ min: -DAY, max: DAY }),
  response: fc.record({ expiresIn: fc.constantFrom('number' as const, 'string' as const, 'absent' as const), scope: fc.boolean() }),
  idToken: fc.record({ lifetime: fc.integer({ min: 1_000, max: DAY }), onRefresh: fc.boolean() }),
  authorization: fc.record({ pkce: fc.constantFrom('all' as const, 'public' as const, 'optional' as const), iss: fc.boolean() }),
});

/** What a client asks for, and how. */
const CASES = fc.record({
  policy: POLICIES,
  scope: fc.subarray(['openid', 'profile', 'email', 'offline_access', 'api']),
  dpop: fc.boolean(),
  pushed: fc.boolean(),
  algorithm: fc.constantFrom('oidc' as const, 'oauth2' as const),
  /** Ms by which the server's clock moves on first. */
  later: fc.nat(DAY),
});
type Case = typeof CASES extends fc.Arbitrary<infer T> ? T : never;

/** The policy of a case; it may demand what the client does anyway. */
function policyOf({ policy, dpop, pushed }: Case): PolicyPatch {
  return patchPolicy(policy as ServerPolicy, {
    dpop: { use: dpop ? 'required' : 'allowed' },
    authorization: { par: pushed ? 'required' : 'optional' },
  });
}

function mainIssuer({ server }: Served): SiteIssuer {
  const [issuer] = server.app.site.issuers;
  if (issuer === undefined) throw new Error('a site has an issuer');
  return issuer;
}

/** Server clock minus ours, s. */
function skewOf(served: Served): number {
  return Math.round((mainIssuer(served).desk.now() - Date.now()) / 1_000);
}

async function everyGrant(served: Served, { scope, dpop, pushed, algorithm }: Case): Promise<StrictClient[]> {
  const target = ours(served.server);
  const common = { algorithm, dpop, skew: skewOf(served) };
  const app = await StrictClient.discover(target, { ...common, id: APP, auth: oauth.None() });
  const service = await StrictClient.discover(target, { ...common, id: SERVICE.id, auth: oauth.ClientSecretBasic(SERVICE.secret) });
  const asked = ['openid', ...scope.filter((value) => value !== 'openid')].join(' ');
  const signedIn = await app.signIn(asked, pushed);
  const info = await app.userinfo(signedIn.access_token, 'ada');
  expect('email' in info).toBe(scope.includes('email'));
  let refreshToken = signedIn.refresh_token;
  expect(refreshToken !== undefined).toBe(scope.includes('offline_access'));
  for (let turn = 0; turn < 2 && refreshToken !== undefined; turn++)
    refreshToken = (await app.refresh(refreshToken)).refresh_token ?? refreshToken;
  await app.device(asked);
  await service.forItself({ scope: 'api' });
  await service.signIn(scope.length === 0 ? 'api' : scope.filter((value) => value !== 'profile').join(' ') || 'api', pushed);
  return [app, service];
}

/** Reads every access token the clients were given, and every one the API offers them for it; returns how many. */
async function readEveryToken(served: Served, clients: readonly StrictClient[]): Promise<number> {
  let read = 0;
  for (const client of clients) {
    for (const token of client.received) {
      const offered = (await client.call(token, new URL(`${served.url}/api/feed`))).headers.get(SILENT);
      for (const one of offered === null ? [token] : [token, offered]) {
        expect(await client.validate(one, `${served.url}/api`)).toMatchObject({ client_id: client.client.client_id });
        read += 1;
      }
    }
  }
  return read;
}

async function introspectAndRevoke([app, service]: readonly StrictClient[]): Promise<void> {
  const [token = ''] = app?.received ?? [];
  expect(await service?.introspect(token)).toMatchObject({ active: true, client_id: APP, sub: 'ada' });
  await app?.revoke(token);
  await app?.revoke('never-issued');
  expect(await service?.introspect(token)).toEqual({ active: false });
}

test('it accepts every answer and every access token, whatever the policy', async () => {
  const served = await serve({ frozen: true });
  await fc.assert(
    fc.asyncProperty(CASES, async (one) => {
      served.server.app.reset();
      const { server, desk } = mainIssuer(served);
      server.setPolicy(patchPolicy(DEFAULT_POLICY, policyOf(one)));
      served.server.app.clock.advance(one.later);
      const clients = await everyGrant(served, one);
      const read = await readEveryToken(served, clients);
      // None was missed: what the server has issued is what the library has read.
      expect(read).toBe(desk.store.access.size);
      await introspectAndRevoke(clients);
      expect(server.selfCheck()).toEqual([]);
    }),
    { numRuns: 100, seed: 20_260_105 },
  );
});

test('it accepts opaque tokens in every answer just the same', async () => {
  const served = await serve({ policy: { accessToken: { format: 'opaque' } } });
  const one: Case = { policy: {}, scope: ['offline_access', 'email'], dpop: true, pushed: true, algorithm: 'oauth2', later: 0 };
  const clients = await everyGrant(served, one);
  await introspectAndRevoke(clients);
  const [app] = clients;
  await expect(app?.validate([...app.received][1] ?? '', `${served.url}/api`)).rejects.toThrow('Invalid JWT');
});

test.each(PERSONAS.filter(({ name }) => name !== 'trakt').map((persona) => [persona.name, persona] as const))(
  'it accepts the answers of the persona %s',
  async (_name, { policy }) => {
    const served = await serve({ policy });
    const dpop = policy.dpop.use === 'required';
    const one: Case = {
      policy: {},
      scope: ['offline_access', 'profile', 'email'],
      dpop,
      pushed: policy.authorization.par === 'required',
      algorithm: 'oauth2',
      later: 0,
    };
    const clients = await everyGrant(served, one);
    const issued = mainIssuer(served).desk.store.access.size;
    expect(policy.accessToken.format === 'jwt' ? await readEveryToken(served, clients) : issued).toBe(issued);
    if (policy.resource.checksRevocation) await introspectAndRevoke(clients);
  },
);

/** What the oracle must refuse: an oracle that accepts all of it proves nothing. */
const REFUSED: Readonly<
  Record<string, { policy?: PolicyPatch; audience?: string; alter?: (token: string) => string; later?: number; says: string }>
> = {
  'an audience of somebody else': { audience: 'https://other.example', says: 'unexpected JWT "aud" (audience) claim value' },
  'a key that nobody lists': {
    policy: { signing: { kid: 'unknown' } },
    says: 'error when selecting a JWT verification key, no applicable keys found',
  },
  'a signature of other bytes': {
    alter: (token) => token.replace(/\.[^.]+$/, `.${'A'.repeat(86)}`),
    says: 'JWT signature verification failed',
  },
  'a token that is over': { policy: { accessToken: { lifetime: 60_000 } }, later: 120_000, says: 'JWT "exp"' },
};

test.each(Object.entries(REFUSED))('it refuses %s', async (_name, { policy = {}, audience, alter = (token) => token, later = 0, says }) => {
  const served = await serve({ policy, frozen: true });
  const service = await StrictClient.discover(ours(served.server), {
    id: SERVICE.id,
    auth: oauth.ClientSecretBasic(SERVICE.secret),
    skew: later / 1_000,
  });
  const { access_token } = await service.forItself({ scope: 'api' });
  await expect(service.validate(alter(access_token), audience ?? `${served.url}/api`)).rejects.toThrow(says);
});

test('it refuses a bound token that comes without its proof', async () => {
  const served = await serve();
  const common = { id: SERVICE.id, auth: oauth.ClientSecretBasic(SERVICE.secret) };
  const holder = await StrictClient.discover(ours(served.server), { ...common, dpop: true });
  const thief = await StrictClient.discover(ours(served.server), common);
  const { access_token } = await holder.forItself({ scope: 'api' });
  expect(await holder.validate(access_token, `${served.url}/api`)).toHaveProperty('cnf');
  await expect(thief.validate(access_token, `${served.url}/api`)).rejects.toThrow('DPoP');
  await expect(thief.call(access_token, new URL(`${served.url}/api/feed`))).rejects.toMatchObject({ status: 401 });
});

test('the control passes the same oracle', async () => {
  const target = await TARGETS['oidc-provider (control)']?.({ nonce: true });
  if (target === undefined) throw new Error('there is a control');
  const service = await StrictClient.discover(target, { id: SERVICE.id, auth: oauth.ClientSecretBasic(SERVICE.secret), dpop: true });
  const { access_token } = await service.forItself({ scope: 'api', resource: CONTROL_API });
  expect(await service.validate(access_token, CONTROL_API)).toMatchObject({ client_id: SERVICE.id, sub: SERVICE.id, scope: 'api' });
  const app = await StrictClient.discover(target, { id: APP, auth: oauth.None(), dpop: true });
  const signedIn = await app.signIn('openid offline_access', true);
  expect((await app.refresh(signedIn.refresh_token ?? '')).refresh_token).not.toBe(signedIn.refresh_token);
  expect(await app.device('openid')).toHaveProperty('id_token');
  expect(await app.userinfo(signedIn.access_token, 'ada')).toEqual({ sub: 'ada' });
});
