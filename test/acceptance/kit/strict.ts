// oauth4webapi, unmodified and raw: every answer of the server goes through the library's own `process...Response`, every access token
// through `validateJwtAccessToken`, the strictest reader of RFC 9068 there is. Nothing is checked here that the library does not check.
import * as oauth from 'oauth4webapi';
import { CALLBACK } from './contract.ts';
import type { Target } from './contract.ts';
import { approveDevice, signIn } from './target.ts';

/** Server and client in the test, over http on loopback. */
const HTTP = { [oauth.allowInsecureRequests]: true };

export interface StrictOptions {
  id: string;
  auth: oauth.ClientAuth;
  algorithm?: 'oidc' | 'oauth2';
  /** Server clock minus ours, s. */
  skew?: number;
  dpop?: boolean;
}

type Tokens = oauth.TokenEndpointResponse;

export class StrictClient {
  readonly target: Target;
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly auth: oauth.ClientAuth;
  readonly dpop: oauth.DPoPHandle | undefined;
  /** Access tokens received, whatever they came with. */
  readonly received = new Set<string>();

  private constructor(
    target: Target,
    as: oauth.AuthorizationServer,
    client: oauth.Client,
    rest: { auth: oauth.ClientAuth; dpop: oauth.DPoPHandle | undefined },
  ) {
    this.target = target;
    this.as = as;
    this.client = client;
    this.auth = rest.auth;
    this.dpop = rest.dpop;
  }

  static async discover(target: Target, { id, auth, algorithm = 'oidc', skew = 0, dpop = false }: StrictOptions): Promise<StrictClient> {
    const issuer = new URL(target.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...HTTP, algorithm }));
    const client: oauth.Client = { client_id: id, [oauth.clockSkew]: skew };
    const handle = dpop ? oauth.DPoP(client, await oauth.generateKeyPair('ES256')) : undefined;
    return new StrictClient(target, as, client, { auth, dpop: handle });
  }

  /** From the authorization request, pushed or not, to tokens, a person in between. */
  async signIn(scope: string, pushed: boolean): Promise<Tokens> {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const asked = {
      client_id: this.client.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope,
      state,
      nonce,
      prompt: 'consent',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    const url = new URL(this.as.authorization_endpoint ?? '');
    url.search = new URLSearchParams(pushed ? await this.#push(asked) : asked).toString();
    const callback = oauth.validateAuthResponse(this.as, this.client, await signIn(this.target, url), state);
    const hasIdToken = scope.split(' ').includes('openid');
    return this.#tokens(
      (options) => oauth.authorizationCodeGrantRequest(this.as, this.client, this.auth, callback, CALLBACK, verifier, options),
      (response) =>
        oauth.processAuthorizationCodeResponse(
          this.as,
          this.client,
          response,
          hasIdToken ? { expectedNonce: nonce, requireIdToken: true } : {},
        ),
    );
  }

  async #push(asked: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const { request_uri } = await this.#retrying(
      (options) => oauth.pushedAuthorizationRequest(this.as, this.client, this.auth, asked, options),
      (response) => oauth.processPushedAuthorizationResponse(this.as, this.client, response),
    );
    return { client_id: this.client.client_id, request_uri };
  }

  refresh(refreshToken: string): Promise<Tokens> {
    return this.#tokens(
      (options) => oauth.refreshTokenGrantRequest(this.as, this.client, this.auth, refreshToken, options),
      (response) => oauth.processRefreshTokenResponse(this.as, this.client, response),
    );
  }

  forItself(parameters: Readonly<Record<string, string>>): Promise<Tokens> {
    return this.#tokens(
      (options) => oauth.clientCredentialsGrantRequest(this.as, this.client, this.auth, parameters, options),
      (response) => oauth.processClientCredentialsResponse(this.as, this.client, response),
    );
  }

  async device(scope: string): Promise<Tokens> {
    const begun = await oauth.processDeviceAuthorizationResponse(
      this.as,
      this.client,
      await oauth.deviceAuthorizationRequest(this.as, this.client, this.auth, { scope }, HTTP),
    );
    await approveDevice(this.target, begun.verification_uri_complete ?? '');
    return this.#tokens(
      (options) => oauth.deviceCodeGrantRequest(this.as, this.client, this.auth, begun.device_code, options),
      (response) => oauth.processDeviceCodeResponse(this.as, this.client, response),
    );
  }

  async introspect(token: string): Promise<oauth.IntrospectionResponse> {
    return oauth.processIntrospectionResponse(
      this.as,
      this.client,
      await oauth.introspectionRequest(this.as, this.client, this.auth, token, HTTP),
    );
  }

  async revoke(token: string): Promise<void> {
    await oauth.processRevocationResponse(await oauth.revocationRequest(this.as, this.client, this.auth, token, HTTP));
  }

  userinfo(accessToken: string, sub: string): Promise<oauth.UserInfoResponse> {
    return this.#retrying(
      (options) => oauth.userInfoRequest(this.as, this.client, accessToken, options),
      (response) => oauth.processUserInfoResponse(this.as, this.client, sub, response),
    );
  }

  /** Calls an API; the library throws on a challenge. */
  call(accessToken: string, url: URL): Promise<Response> {
    return this.#retrying(
      (options) => oauth.protectedResourceRequest(accessToken, 'GET', url, new Headers(), null, options),
      (response) => Promise.resolve(response),
    );
  }

  /** What the API would receive with this token, read by the library as an API that trusts the issuer. */
  async validate(accessToken: string, audience: string): Promise<oauth.JWTAccessTokenClaims> {
    let arrived: Request | undefined;
    const catching = (url: string, { method, headers }: { method: string; headers: Record<string, string> }): Promise<Response> => {
      arrived = new Request(url, { method, headers });
      return Promise.resolve(new Response());
    };
    const url = new URL('https://api.example/feed?a=b');
    await oauth.protectedResourceRequest(accessToken, 'GET', url, new Headers(), null, {
      ...this.#options(),
      [oauth.customFetch]: catching,
    });
    if (arrived === undefined) throw new Error('the library sent no request');
    const skew = this.client[oauth.clockSkew] ?? 0;
    return oauth.validateJwtAccessToken(this.as, arrived, audience, {
      ...HTTP,
      requireDPoP: this.dpop !== undefined,
      [oauth.clockSkew]: skew,
    });
  }

  async #tokens(send: (options: Options) => Promise<Response>, read: (response: Response) => Promise<Tokens>): Promise<Tokens> {
    const tokens = await this.#retrying(send, async (response) => {
      const answer = await read(response);
      // The library trusts the channel by default; here the signature of the ID token is read as well.
      if (answer.id_token !== undefined) await oauth.validateApplicationLevelSignature(this.as, response, HTTP);
      return answer;
    });
    this.received.add(tokens.access_token);
    return tokens;
  }

  /** RFC 9449 8: a server may want its nonce; the library remembers it, its user sends again. */
  async #retrying<T>(send: (options: Options) => Promise<Response>, read: (response: Response) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<T> => read(await send(this.#options()));
    return attempt().catch((error: unknown) => {
      if (this.dpop === undefined || !oauth.isDPoPNonceError(error)) throw error;
      return attempt();
    });
  }

  #options(): Options {
    return { ...HTTP, ...(this.dpop === undefined ? {} : { DPoP: this.dpop }) };
  }
}

type Options = { DPoP?: oauth.DPoPHandle };
