// openid-client 6, unmodified, against ours and against oidc-provider as control: the same tests, the same expectations.
import * as client from 'openid-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { APP, SCOPE, SERVICE } from './kit/contract.ts';
import { ask, askAndSignIn, refreshTokenOf, refusal, setUp, setUpService, signedIn } from './kit/openid.ts';
import type { Tokens } from './kit/openid.ts';
import { approveDevice, signIn, TARGETS } from './kit/target.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };

describe.each(Object.entries(TARGETS))('%s', (name, open) => {
  test('is discovered where OpenID Connect and RFC 8414 look, as the issuer that was asked for (M1, M2)', async () => {
    const { issuer } = await open();
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const { config, heard } = await setUp(issuer, { algorithm });
      const metadata = config.serverMetadata();
      expect(new URL(metadata.issuer).href).toBe(issuer.href);
      expect(metadata.grant_types_supported).toEqual(
        expect.arrayContaining([
          'authorization_code',
          'refresh_token',
          'client_credentials',
          'urn:ietf:params:oauth:grant-type:device_code',
        ]),
      );
      expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
      expect(metadata.authorization_response_iss_parameter_supported).toBe(true);
      expect(heard).toEqual([
        expect.objectContaining({
          path: `/.well-known/${algorithm === 'oidc' ? 'openid-configuration' : 'oauth-authorization-server'}`,
          status: 200,
        }),
      ]);
    }
  });

  test('gives tokens for a code, its verifier and its nonce, and says who signed in', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    const tokens = await signedIn(target, setup, { more: { scope: `${SCOPE} email` } });
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.expiresIn()).toBeGreaterThan(3_500);
    const claims = tokens.claims();
    expect(claims).toMatchObject({ iss: target.issuer.href.replace(/\/$/, ''), aud: APP, sub: 'ada' });
    const info = await client.fetchUserInfo(setup.config, tokens.access_token, claims?.sub ?? '');
    expect(info).toMatchObject({ sub: 'ada', name: expect.stringMatching(/^Ada/), email: expect.stringMatching(/@example\.com$/) });
  });

  test('gives nothing for a wrong verifier or a missing one (A7, A8)', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    for (const pkceCodeVerifier of [client.randomPKCECodeVerifier(), undefined]) {
      const { called, checks } = await askAndSignIn(target, setup);
      const { pkceCodeVerifier: _right, ...others } = checks;
      const attempt = client.authorizationCodeGrant(setup.config, called, {
        ...others,
        ...(pkceCodeVerifier === undefined ? {} : { pkceCodeVerifier }),
      });
      expect(await refusal(attempt)).toEqual(INVALID_GRANT);
    }
  });

  test('gives nothing for a code that comes back, and ends what it once gave (A3)', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    const { called, checks } = await askAndSignIn(target, setup);
    const first = await client.authorizationCodeGrant(setup.config, called, checks);
    expect(await refusal(client.authorizationCodeGrant(setup.config, called, checks))).toEqual(INVALID_GRANT);
    expect(await refusal(client.refreshTokenGrant(setup.config, refreshTokenOf(first)))).toEqual(INVALID_GRANT);
    expect(await refusal(client.fetchUserInfo(setup.config, first.access_token, 'ada'))).toMatchObject({
      status: 401,
      error: 'invalid_token',
    });
  });

  test('takes a pushed request once (A10)', async () => {
    const target = await open();
    for (const { config } of [await setUp(target.issuer), await setUpService(target.issuer)]) {
      const { parameters, checks } = await ask({ scope: 'openid offline_access' });
      const url = await client.buildAuthorizationUrlWithPAR(config, parameters);
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
      const tokens = await client.authorizationCodeGrant(config, await signIn(target, url), checks);
      expect(tokens.claims()?.sub).toBe('ada');
      const again = await signIn(target, url).then(String, String);
      expect(again).toContain('invalid_request_uri');
      expect(again).not.toContain('code=');
    }
  });

  test('refuses to push what it would refuse to begin', async () => {
    const { issuer } = await open();
    const { config } = await setUp(issuer);
    const { parameters } = await ask({ redirect_uri: 'https://elsewhere.example/callback' });
    expect(await refusal(client.buildAuthorizationUrlWithPAR(config, parameters))).toMatchObject({
      status: 400,
      error: expect.stringMatching(/^invalid_(request|redirect_uri)$/),
    });
  });

  test('lets a client prove itself in the header and in the body, and in no other way than right (T7, T8, T10)', async () => {
    const { issuer } = await open();
    const postId = name === 'tokenwarp' ? SERVICE.id : 'service-post';
    const right = [await setUpService(issuer), await setUp(issuer, { id: postId, auth: client.ClientSecretPost(SERVICE.secret) })];
    for (const { config } of right) {
      const tokens = await client.clientCredentialsGrant(config, { scope: 'api' });
      expect(tokens).toMatchObject({ access_token: expect.any(String), scope: 'api' });
      expect(tokens.refresh_token).toBeUndefined();
    }
    const basic = await setUpService(issuer, client.ClientSecretBasic('wrong'));
    expect(await refusal(client.clientCredentialsGrant(basic.config))).toMatchObject({ status: 401, challenges: ['basic'] });
    const post = await setUp(issuer, { id: postId, auth: client.ClientSecretPost('wrong') });
    const none = await setUpService(issuer, client.None());
    for (const { config } of [post, none]) expect(await refusal(client.clientCredentialsGrant(config))).toMatchObject({ status: 401 });
  });

  test('rotates three times, and a parent that comes back ends the family (R7, R8)', async () => {
    const target = await open();
    const { config } = await setUp(target.issuer);
    const chain: Tokens[] = [await signedIn(target, await setUp(target.issuer))];
    for (let turn = 0; turn < 3; turn++) chain.push(await client.refreshTokenGrant(config, refreshTokenOf(chain.at(-1) ?? {})));
    expect(new Set(chain.map(refreshTokenOf)).size).toBe(4);
    expect(new Set(chain.map(({ access_token }) => access_token)).size).toBe(4);
    for (const one of [chain[2], chain[3]])
      expect(await refusal(client.refreshTokenGrant(config, refreshTokenOf(one ?? {})))).toEqual(INVALID_GRANT);
    const [newest] = chain.slice(-1);
    expect(await refusal(client.fetchUserInfo(config, newest?.access_token ?? '', 'ada'))).toMatchObject({
      status: 401,
      error: 'invalid_token',
    });
  });

  test('narrows a scope for one access token and never widens it (R4, R5)', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    const tokens = await signedIn(target, setup);
    const narrow = await client.refreshTokenGrant(setup.config, refreshTokenOf(tokens), { scope: 'openid' });
    expect(narrow.scope).toBe('openid');
    expect(await client.fetchUserInfo(setup.config, narrow.access_token, 'ada')).not.toHaveProperty('name');
    const whole = await client.refreshTokenGrant(setup.config, refreshTokenOf(narrow));
    expect(await client.fetchUserInfo(setup.config, whole.access_token, 'ada')).toHaveProperty('name');
    expect(await refusal(client.refreshTokenGrant(setup.config, refreshTokenOf(whole), { scope: `${SCOPE} email` }))).toEqual({
      status: 400,
      error: 'invalid_scope',
    });
    expect((await client.refreshTokenGrant(setup.config, refreshTokenOf(whole))).access_token).toBeDefined();
  });

  test('gives an ID token of the same sign-in with a refresh (R12)', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    const tokens = await signedIn(target, setup, { more: { max_age: '3600' } });
    const next = await client.refreshTokenGrant(setup.config, refreshTokenOf(tokens));
    const [before, after] = [tokens.claims(), next.claims()];
    expect(after).toMatchObject({ iss: before?.iss, sub: before?.sub, aud: before?.aud, auth_time: before?.['auth_time'] });
  });

  test('refuses a refresh token to whom it was not given (R2)', async () => {
    const target = await open();
    const tokens = await signedIn(target, await setUp(target.issuer));
    const { config } = await setUpService(target.issuer);
    expect(await refusal(client.refreshTokenGrant(config, refreshTokenOf(tokens)))).toEqual(INVALID_GRANT);
  });

  test('revokes a refresh token with its access token, and is silent about tokens it does not know (V2, V3, V8)', async () => {
    const target = await open();
    const setup = await setUp(target.issuer);
    const tokens = await signedIn(target, setup);
    await client.tokenRevocation(setup.config, 'never-issued');
    await client.tokenRevocation(setup.config, refreshTokenOf(tokens), { token_type_hint: 'refresh_token' });
    await client.tokenRevocation(setup.config, refreshTokenOf(tokens));
    expect(await refusal(client.refreshTokenGrant(setup.config, refreshTokenOf(tokens)))).toEqual(INVALID_GRANT);
    expect(await refusal(client.fetchUserInfo(setup.config, tokens.access_token, 'ada'))).toMatchObject({
      status: 401,
      error: 'invalid_token',
    });
  });

  test('tells who may know it what a token is worth, and of a dead one nothing else (I1 to I3)', async () => {
    const { issuer } = await open();
    const { config } = await setUpService(issuer);
    const { access_token } = await client.clientCredentialsGrant(config, { scope: 'api' });
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({
      active: true,
      client_id: SERVICE.id,
      scope: 'api',
      exp: expect.any(Number),
      iat: expect.any(Number),
    });
    await client.tokenRevocation(config, access_token);
    expect(await client.tokenIntrospection(config, access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(config, 'never-issued')).toEqual({ active: false });
    const stranger = await setUpService(issuer, client.ClientSecretBasic('wrong'));
    expect(await refusal(client.tokenIntrospection(stranger.config, access_token))).toMatchObject({ status: 401 });
  });

  test('signs a device in when a person agrees on a page elsewhere (D1 to D3)', async () => {
    const target = await open();
    const { config } = await setUp(target.issuer);
    const begun = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    expect(begun.expires_in).toBeGreaterThan(0);
    await approveDevice(target, begun.verification_uri_complete ?? '');
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...begun, interval: 0.01 });
    expect(tokens).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    expect(tokens.claims()?.sub).toBe('ada');
  });

  test('binds tokens to a key, and asks for a nonce when it wants one (X1, X2, X4 to X8)', async () => {
    const target = await open({ nonce: true });
    const setup = await setUp(target.issuer);
    const DPoP = client.getDPoPHandle(setup.config, await client.randomDPoPKeyPair('ES256'));
    const tokens = await signedIn(target, setup, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const asked = setup.heard.filter(({ path }) => path.endsWith('/token'));
    expect(asked.map(({ status }) => status)).toEqual([400, 200]);
    expect(asked[0]?.dpopNonce).toEqual(expect.any(String));
    expect(await client.fetchUserInfo(setup.config, tokens.access_token, 'ada', { DPoP })).toMatchObject({ sub: 'ada' });
    expect(await refusal(client.fetchUserInfo(setup.config, tokens.access_token, 'ada'))).toMatchObject({ status: 401 });
    const other = client.getDPoPHandle(setup.config, await client.randomDPoPKeyPair('ES256'));
    expect(await refusal(client.refreshTokenGrant(setup.config, refreshTokenOf(tokens), undefined, { DPoP: other }))).toEqual(
      INVALID_GRANT,
    );
    const next = await client.refreshTokenGrant(setup.config, refreshTokenOf(tokens), undefined, { DPoP });
    expect(next.token_type).toBe('dpop');
  });
});
