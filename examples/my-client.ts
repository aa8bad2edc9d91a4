// The client most apps start with: refresh on a 401, then try again. Works alone, fails as soon as two requests meet an
// expired token: `npx tokenwarp run --client examples/my-client.ts` shows what a user sees then.
import type { ClientFactory, TokenResponse } from 'tokenwarp';

const myClient: ClientFactory = (host) => {
  let tokens: TokenResponse | undefined;

  const keep = async (granted: TokenResponse) => {
    tokens = { ...tokens, ...granted };
    await host.store.set('tokens', JSON.stringify(tokens));
  };

  const refresh = async () => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens?.refresh_token ?? '', client_id: host.config.clientId });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await host.fetch(host.config.tokenEndpoint, { method: 'POST', headers, body: body.toString() });
    if (response.ok) await keep((await response.json()) as TokenResponse);
  };

  return {
    start: async () => {
      tokens = JSON.parse((await host.store.get('tokens')) ?? 'null') ?? undefined;
    },
    signIn: keep,
    request: async (path, init) => {
      const send = () =>
        host.fetch(host.config.resourceBaseUrl + path, { ...init, headers: { ...init?.headers, authorization: `Bearer ${tokens?.access_token}` } });
      const response = await send();
      if (response.status !== 401) return response;
      await refresh();
      return send();
    },
  };
};

export default myClient;
