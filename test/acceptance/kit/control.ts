// oidc-provider as control, with its own development pages: a certified server that is not ours, so that a test which passes on ours
// because the test is wrong is seen to be wrong.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { onTestFinished, vi } from 'vitest';
import { APP, CALLBACK, SERVICE } from './contract.ts';
import type { Target, TargetOptions } from './contract.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** An API whose access tokens the control issues as JWTs (RFC 8707). */
export const CONTROL_API = 'urn:acceptance:api';

/** Starts one on a free port and stops it when the test ends. */
export async function startControl({ nonce = false }: TargetOptions = {}): Promise<Target> {
  // It speaks of its development settings on the console, and that is what it is here for.
  for (const method of ['info', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  const { default: Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', new Provider(issuer, await configuration(nonce)).callback());
  return {
    issuer: new URL(issuer),
    fillIn: (_form, html) => (/name="login"/.test(html) ? { login: 'ada', password: 'any' } : {}),
    async pressThrough(page) {
      await page.getByPlaceholder('Enter any login').fill('ada');
      await page.getByPlaceholder('and password').fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
    },
  };
}

async function configuration(nonce: boolean): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'control', alg: 'ES256', use: 'sig' };
  const common = { redirect_uris: [CALLBACK], application_type: 'native', id_token_signed_response_alg: 'ES256' };
  const grants = ['authorization_code', 'refresh_token', DEVICE_GRANT];
  return {
    clients: [
      { ...common, client_id: APP, token_endpoint_auth_method: 'none', grant_types: grants },
      { ...common, client_id: SERVICE.id, client_secret: SERVICE.secret, grant_types: [...grants, 'client_credentials'] },
      {
        ...common,
        client_id: 'service-post',
        client_secret: SERVICE.secret,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: [...grants, 'client_credentials'],
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['acceptance'] },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'api'],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    clientBasedCORS: () => true,
    rotateRefreshToken: true,
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, name: 'Ada', email: 'ada@example.com' }) }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => nonce },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'api', audience: CONTROL_API, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  };
}
