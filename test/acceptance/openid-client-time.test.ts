// openid-client 6, unmodified, against what only ours can do: virtual time, impatience of a device, several issuers, an API with nonces.
import * as client from 'openid-client';
import { afterEach, expect, test, vi } from 'vitest';
import { serve } from '../kit/served.ts';
import type { Served } from '../kit/served.ts';
import type { MockServerOptions } from '../../mock-server/http.ts';
import { APP, SCOPE } from './kit/contract.ts';
import type { Target } from './kit/contract.ts';
import { refreshTokenOf, refusal, setUp, setUpService, signedIn } from './kit/openid.ts';
import type { Setup } from './kit/openid.ts';
import { approveDevice, ours } from './kit/target.ts';
import { waitVirtually } from './kit/virtual-waits.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

interface Open {
  served: Served;
  target: Target;
  setup: Setup;
}

async function open(options: MockServerOptions = {}): Promise<Open> {
  const served = await serve(options);
  const target = ours(served.server);
  return { served, target, setup: await setUp(target.issuer) };
}

const MINUTE = 60_000;

/** Something happens just before the client's n-th request for tokens leaves. */
function beforeTokenRequest({ config }: Setup, acts: Readonly<Record<number, () => Promise<unknown>>>): void {
  const inner = config[client.customFetch] as client.CustomFetch;
  let requests = 0;
  config[client.customFetch] = async (url, options) => {
    if (url.endsWith('/token')) await acts[++requests]?.();
    return inner(url, options);
  };
}

test('a device that is told to slow down waits five seconds longer from then on (D4)', async () => {
  const { served, target, setup } = await open({ frozen: true });
  const waits = waitVirtually('openid-client', served.server.app.clock);
  const begun = await client.initiateDeviceAuthorization(setup.config, { scope: SCOPE });
  expect(begun.interval).toBe(5);
  // A second poll of the same device in the same moment: the client's own comes too early then.
  const rival = () => served.token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: begun.device_code });
  beforeTokenRequest(setup, { 2: rival, 4: () => approveDevice(target, begun.verification_uri_complete ?? '') });
  const tokens = await client.pollDeviceAuthorizationGrant(setup.config, begun);
  expect(tokens.claims()?.sub).toBe('ada');
  const polls = served.server.app.journal.entries.flatMap((fact) => (fact.type === 'device.polled' ? [[fact.outcome, fact.interval]] : []));
  expect(polls).toEqual([
    ['authorization_pending', 5_000],
    ['authorization_pending', 5_000],
    ['slow_down', 10_000],
    ['authorization_pending', 10_000],
    ['granted', 10_000],
  ]);
  // 5 s, 5 s, then 10 s and 10 s, in the steps of five seconds that the library takes.
  expect(waits).toEqual([5_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
});

test('a device that nobody answers ends with expired_token, one that is refused with access_denied (D5, D6)', async () => {
  const { served, setup } = await open({ frozen: true });
  waitVirtually('openid-client', served.server.app.clock);
  const slow = await client.initiateDeviceAuthorization(setup.config, { scope: SCOPE });
  // The library's own time-out is in real time and does not come.
  expect(await refusal(client.pollDeviceAuthorizationGrant(setup.config, slow))).toEqual({ status: 400, error: 'expired_token' });
  const { setup: second, target } = await open();
  const refused = await client.initiateDeviceAuthorization(second.config, { scope: SCOPE });
  const denying: Target = {
    ...target,
    fillIn: (form, html) => (/name="user"/.test(html) ? { user: 'ada', decision: 'deny' } : form.fields),
  };
  await approveDevice(denying, refused.verification_uri_complete ?? '');
  expect(await refusal(client.pollDeviceAuthorizationGrant(second.config, { ...refused, interval: 0.01 }))).toEqual({
    status: 400,
    error: 'access_denied',
  });
});

test('a token that is over is over everywhere: API, userinfo, introspection, refresh after idleness (R10, R11, P2)', async () => {
  const { served, target, setup } = await open({
    frozen: true,
    policy: { accessToken: { lifetime: 5 * MINUTE }, refreshToken: { idle: 30 * MINUTE } },
  });
  const { clock } = served.server.app;
  const service = await setUpService(target.issuer);
  const tokens = await signedIn(target, setup);
  const api = () => client.fetchProtectedResource(setup.config, tokens.access_token, new URL(`${served.url}/api/feed`), 'GET');
  clock.advance(5 * MINUTE - 1);
  expect((await api()).status).toBe(200);
  expect(await client.tokenIntrospection(service.config, tokens.access_token)).toMatchObject({ active: true, sub: 'ada' });
  clock.advance(1_001);
  expect(await refusal(api())).toMatchObject({ status: 401, error: 'invalid_token', challenges: expect.arrayContaining(['bearer']) });
  expect(await refusal(client.fetchUserInfo(setup.config, tokens.access_token, 'ada'))).toMatchObject({
    status: 401,
    error: 'invalid_token',
  });
  expect(await client.tokenIntrospection(service.config, tokens.access_token)).toEqual({ active: false });
  const next = await client.refreshTokenGrant(setup.config, refreshTokenOf(tokens));
  clock.advance(30 * MINUTE);
  expect(await refusal(client.refreshTokenGrant(setup.config, refreshTokenOf(next)))).toEqual({ status: 400, error: 'invalid_grant' });
});

test('a code is worth nothing ten minutes later, a pushed request ninety seconds later (A3, A10)', async () => {
  const { served, target, setup } = await open({ frozen: true });
  const { clock } = served.server.app;
  beforeTokenRequest(setup, { 1: async () => clock.advance(10 * MINUTE - 1), 2: async () => clock.advance(10 * MINUTE) });
  expect(await signedIn(target, setup)).toHaveProperty('refresh_token');
  expect(await refusal(signedIn(target, setup))).toEqual({ status: 400, error: 'invalid_grant' });
  const url = await client.buildAuthorizationUrlWithPAR(setup.config, {
    redirect_uri: 'http://127.0.0.1/callback',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
  });
  clock.advance(90_000);
  const page = await fetch(url);
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('invalid_request_uri')]);
});

test('an ID token that comes with a refresh tells of the sign-in, not of the refresh (R12)', async () => {
  const { served, target, setup } = await open({ frozen: true });
  const tokens = await signedIn(target, setup);
  served.server.app.clock.advance(MINUTE);
  const next = await client.refreshTokenGrant(setup.config, refreshTokenOf(tokens));
  const [before, after] = [tokens.claims(), next.claims()];
  expect(after?.iat).toBe((before?.iat ?? 0) + 60);
  expect(after?.auth_time).toBe(before?.auth_time);
  expect(after).not.toHaveProperty('nonce');
  expect(after?.['at_hash']).not.toBe(before?.['at_hash']);
});

test('an API with nonces of its own is called with them, each proof once (X2, X3, X8)', async () => {
  const { served, target, setup } = await open({ policy: { dpop: { nonce: 'both' } } });
  const DPoP = client.getDPoPHandle(setup.config, await client.randomDPoPKeyPair('Ed25519'));
  const tokens = await signedIn(target, setup, { DPoP, more: { scope: `${SCOPE} api` } });
  const call = (path: string) =>
    client.fetchProtectedResource(setup.config, tokens.access_token, new URL(`${served.url}/api${path}`), 'GET', undefined, undefined, {
      DPoP,
    });
  expect((await call('/feed?cursor=20')).status).toBe(200);
  expect((await call('/profile')).status).toBe(200);
  const api = setup.heard.filter(({ path }) => path.startsWith('/api'));
  expect(api.map(({ status }) => status)).toEqual([401, 200, 200]);
  const nonces = { as: setup.heard.find(({ path }) => path === '/token')?.dpopNonce, rs: api[0]?.dpopNonce };
  expect(nonces).toEqual({ as: expect.any(String), rs: expect.any(String) });
  expect(nonces.as).not.toBe(nonces.rs);
});

test('several issuers on one server are several servers: neither takes the tokens of the other', async () => {
  const served = await serve({ moreIssuers: [{ issuer: '/one' }, { issuer: '/one/two' }] });
  const base = served.url;
  const [one, two] = await Promise.all([setUp(new URL(`${base}/one`)), setUp(new URL(`${base}/one/two`), { algorithm: 'oauth2' })]);
  expect([one, two].map(({ config }) => config.serverMetadata().issuer)).toEqual([`${base}/one`, `${base}/one/two`]);
  expect([one, two].map(({ heard }) => heard[0]?.path)).toEqual([
    '/one/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/one/two',
  ]);
  const tokens = await signedIn(ours(served.server), one);
  expect(tokens.claims()).toMatchObject({ iss: `${base}/one`, aud: APP });
  expect(await refusal(client.refreshTokenGrant(two.config, refreshTokenOf(tokens)))).toEqual({ status: 400, error: 'invalid_grant' });
  expect(await refusal(client.fetchUserInfo(two.config, tokens.access_token, 'ada'))).toMatchObject({
    status: 401,
    error: 'invalid_token',
  });
  expect((await client.refreshTokenGrant(one.config, refreshTokenOf(tokens))).token_type).toBe('bearer');
});
