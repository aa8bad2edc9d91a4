// Ten lines between your code and tokenwarp: it lends you a network, a store and a clock, you lend it your client.
import type { ClientFactory } from 'tokenwarp';
import { MyAuth } from './my-auth.ts';

const myClient: ClientFactory = (host) => {
  const { tokenEndpoint, clientId, resourceBaseUrl } = host.config;
  const auth = new MyAuth({ fetch: host.fetch, storage: host.store, tokenEndpoint, clientId });
  return {
    start: () => auth.restore(),
    signIn: (tokens) => auth.setTokens(tokens),
    request: (path, init) => auth.fetch(resourceBaseUrl + path, init),
  };
};

export default myClient;
