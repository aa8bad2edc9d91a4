// simple-oauth2 5, unmodified: the lax client that many servers in the field are called with. Ours, and oidc-provider as control.
import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import type { AccessToken } from 'simple-oauth2';
import * as client from 'openid-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { serve } from '../kit/served.ts';
import { CALLBACK, SERVICE } from './kit/contract.ts';
import type { Target } from './kit/contract.ts';
import { ours, signIn, TARGETS } from './kit/target.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const SCOPE = 'openid profile offline_access';

/** Set up by hand: it discovers nothing, so the paths come from the metadata. */
async function settings({
  issuer,
}: Target): Promise<{ client: typeof SERVICE; auth: { tokenHost: string; tokenPath: string; revokePath: string } }> {
  const response = await fetch(new URL('/.well-known/openid-configuration', issuer));
  const metadata = (await response.json()) as Record<string, string>;
  const path = (member: string): string => new URL(metadata[member] ?? '').pathname;
  return {
    client: SERVICE,
    auth: { tokenHost: issuer.origin, tokenPath: path('token_endpoint'), revokePath: path('revocation_endpoint') },
  };
}

/** Both servers have the authorization endpoint of their own; the library builds its URL from a path. */
const AUTHORIZE: Readonly<Record<string, string>> = { tokenwarp: '/authorize', 'oidc-provider (control)': '/auth' };

async function codeFlow(target: Target, name = 'tokenwarp'): Promise<AccessToken> {
  const { client: registered, auth } = await settings(target);
  const flow = new AuthorizationCode({ client: registered, auth: { ...auth, authorizePath: AUTHORIZE[name] ?? '' } });
  const verifier = client.randomPKCECodeVerifier();
  const more = { code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', prompt: 'consent' };
  const url = new URL(flow.authorizeURL({ redirect_uri: CALLBACK, scope: SCOPE, state: 'st', ...more }));
  const called = await signIn(target, url);
  expect(called.searchParams.get('state')).toBe('st');
  return flow.getToken({ code: called.searchParams.get('code') ?? '', redirect_uri: CALLBACK, code_verifier: verifier } as Parameters<
    typeof flow.getToken
  >[0]);
}

describe.each(Object.entries(TARGETS))('%s', (name, open) => {
  test('a service gets a token for itself', async () => {
    const target = await open();
    const access = await new ClientCredentials(await settings(target)).getToken({ scope: 'api' });
    expect(access.token).toMatchObject({ access_token: expect.any(String), scope: 'api' });
    expect(access.expired()).toBe(false);
    expect(access.token).not.toHaveProperty('refresh_token');
  });

  test('a wrong secret is a 401', async () => {
    const target = await open();
    const wrong = { ...(await settings(target)), client: { ...SERVICE, secret: 'wrong' } };
    await expect(new ClientCredentials(wrong).getToken({})).rejects.toMatchObject({ output: { statusCode: 401 } });
  });

  test('a user signs in, refreshes twice, and a refresh token that comes back ends it', async () => {
    const target = await open();
    const first = await codeFlow(target, name);
    const second = await first.refresh();
    const third = await second.refresh({ scope: 'openid' });
    expect(third.token['scope']).toBe('openid');
    const used = [first, second, third].map(({ token }) => token['refresh_token']);
    expect(new Set(used).size).toBe(3);
    for (const one of [first, third])
      await expect(one.refresh()).rejects.toMatchObject({ output: { statusCode: 400 }, data: { payload: { error: 'invalid_grant' } } });
  });

  test('revokes; that the empty answer of RFC 7009 is not JSON is what the library then complains of, on either server', async () => {
    const target = await open();
    const access = await codeFlow(target, name);
    await expect(access.revoke('refresh_token')).rejects.toThrow('The content-type is not JSON compatible');
    await expect(access.refresh()).rejects.toMatchObject({ data: { payload: { error: 'invalid_grant' } } });
  });
});

test('a server that omits the refresh token on refresh loses this client its session, as it does in the field (R6)', async () => {
  const { server } = await serve({ policy: { refreshToken: { rotation: 'omit' } } });
  const first = await codeFlow(ours(server));
  const second = await first.refresh();
  expect(second.token['refresh_token']).toBeUndefined();
  expect((await first.refresh()).token['access_token']).toEqual(expect.any(String));
});

test.each(['number', 'string', 'absent'] as const)('it reads a lifetime told as %s', async (expiresIn) => {
  const { server } = await serve({ policy: { response: { expiresIn } } });
  const { token } = await codeFlow(ours(server));
  expect(token['expires_in']).toEqual({ number: 3_600, string: '3600', absent: undefined }[expiresIn]);
});
