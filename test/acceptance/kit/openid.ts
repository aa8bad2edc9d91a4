// openid-client 6 as its users set it up, but for http, and with an ear on the wire: which requests it sent and what came back.
import * as client from 'openid-client';
import { APP, CALLBACK, SCOPE, SERVICE } from './contract.ts';
import type { Target } from './contract.ts';
import { signIn } from './target.ts';

/** One exchange as openid-client saw it. */
export interface Heard {
  path: string;
  status: number;
  dpopNonce: string | null;
}
export interface Setup {
  config: client.Configuration;
  heard: Heard[];
}
export type Tokens = Awaited<ReturnType<typeof client.refreshTokenGrant>>;

export interface SetupOptions {
  id?: string;
  auth?: client.ClientAuth;
  algorithm?: 'oidc' | 'oauth2';
}

/** Discovers a server; the public client unless another is named. */
export async function setUp(issuer: URL, { id = APP, auth = client.None(), algorithm = 'oidc' }: SetupOptions = {}): Promise<Setup> {
  const heard: Heard[] = [];
  const listening: client.CustomFetch = async (url, options) => {
    const response = await fetch(url, options as RequestInit);
    heard.push({ path: new URL(url).pathname, status: response.status, dpopNonce: response.headers.get('dpop-nonce') });
    return response;
  };
  const config = await client.discovery(issuer, id, undefined, auth, {
    algorithm,
    execute: [client.allowInsecureRequests],
    [client.customFetch]: listening,
  });
  return { config, heard };
}

/** The confidential client. */
export function setUpService(issuer: URL, auth: client.ClientAuth = client.ClientSecretBasic(SERVICE.secret)): Promise<Setup> {
  return setUp(issuer, { id: SERVICE.id, auth });
}

/** An authorization request with everything a careful client sends, and what it will check the answer with. */
export interface Asked {
  parameters: Record<string, string>;
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string };
}

export async function ask(more: Readonly<Record<string, string>> = {}): Promise<Asked> {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const challenge = await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier);
  const parameters = {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    prompt: 'consent',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  };
  return { parameters, checks };
}

/** From the authorization request to the address the app is called with. */
export async function askAndSignIn(
  target: Target,
  { config }: Setup,
  more: Readonly<Record<string, string>> = {},
): Promise<Asked & { called: URL }> {
  const asked = await ask(more);
  return { ...asked, called: await signIn(target, client.buildAuthorizationUrl(config, asked.parameters)) };
}

/** From the authorization request to tokens. */
export async function signedIn(
  target: Target,
  setup: Setup,
  options: { DPoP?: client.DPoPHandle; more?: Readonly<Record<string, string>> } = {},
): Promise<Tokens> {
  const { more, ...rest } = options;
  const { called, checks } = await askAndSignIn(target, setup, more);
  return client.authorizationCodeGrant(setup.config, called, checks, undefined, rest);
}

/** How openid-client tells that it was refused: the OAuth error or the challenge, with the status. */
export interface Refused {
  status: number;
  error?: string;
  challenges?: string[];
}

export async function refusal(attempt: Promise<unknown>): Promise<Refused> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return { status: error.status, error: error.error };
    if (error instanceof client.WWWAuthenticateChallengeError) {
      const named = error.cause.map(({ parameters }) => parameters['error']).find((one) => one !== undefined);
      return {
        status: error.status,
        challenges: error.cause.map(({ scheme }) => scheme),
        ...(named === undefined ? {} : { error: named }),
      };
    }
    throw error;
  }
  throw new Error('it was not refused');
}

/** The refresh token of a token response that must have one. */
export function refreshTokenOf({ refresh_token }: { refresh_token?: string | undefined }): string {
  if (refresh_token === undefined) throw new Error('there is no refresh token');
  return refresh_token;
}
