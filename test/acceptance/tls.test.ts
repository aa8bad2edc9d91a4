// Over https, as phones insist on: openid-client 6 with its own rule that nothing goes without TLS, trusting the local authority alone.
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import { expect, onTestFinished, test } from 'vitest';
import { Agent, fetch as undiciFetch } from 'undici';
import { serve } from '../kit/served.ts';
import type { TlsMode } from '../../mock-server/tls-mode.ts';
import { APP, SERVICE } from './kit/contract.ts';
import { temporaryFolder } from './kit/folder.ts';

interface Secured {
  issuer: URL;
  customFetch: client.CustomFetch;
}

async function secured(mode: TlsMode, trusts: boolean): Promise<Secured> {
  const { server, url } = await serve({ tls: { folder: temporaryFolder(), mode } });
  const agent = new Agent({ connect: trusts ? { ca: readFileSync(server.caFile ?? '', 'utf8') } : {} });
  onTestFinished(() => agent.close());
  const customFetch = ((address: string, init: object) =>
    undiciFetch(address, { ...init, dispatcher: agent })) as unknown as client.CustomFetch;
  return { issuer: new URL(url), customFetch };
}

test('it is discovered and gives tokens over https, without leave to do less', async () => {
  const { issuer, customFetch } = await secured('valid', true);
  const config = await client.discovery(issuer, SERVICE.id, undefined, client.ClientSecretBasic(SERVICE.secret), {
    [client.customFetch]: customFetch,
  });
  expect(config.serverMetadata().token_endpoint).toMatch(/^https:/);
  expect(await client.clientCredentialsGrant(config, { scope: 'api' })).toMatchObject({ token_type: 'bearer', scope: 'api' });
});

test('a client that was not told to allow it refuses plain http', async () => {
  const { url } = await serve();
  await expect(client.discovery(new URL(url), APP)).rejects.toMatchObject({ cause: { code: 'OAUTH_HTTP_REQUEST_FORBIDDEN' } });
});

test.each([
  { mode: 'valid' as const, trusts: false, code: 'SELF_SIGNED_CERT_IN_CHAIN', when: 'nobody trusts the authority' },
  { mode: 'expired' as const, trusts: true, code: 'CERT_HAS_EXPIRED', when: 'the certificate has run out' },
  { mode: 'wrong-host' as const, trusts: true, code: 'ERR_TLS_CERT_ALTNAME_INVALID', when: 'the certificate is for another host' },
])('the connection fails when $when', async ({ mode, trusts, code }) => {
  const { issuer, customFetch } = await secured(mode, trusts);
  const failure: unknown = await client
    .discovery(issuer, APP, undefined, undefined, { [client.customFetch]: customFetch })
    .then(String, (error: unknown) => error);
  expect(codesOf(failure)).toContain(code);
});

/** The codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return [...('code' in error ? [String(error.code)] : []), ...codesOf(error.cause)];
}
