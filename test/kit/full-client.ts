// The naive client with every optional method of the contract, so that no scenario is not applicable to it.
import { FEATURES, type ClientFactory } from '../../src/core/contract.ts';
import { streamClient } from './stream-client.ts';

export const fullClient: ClientFactory = async (host) => ({
  ...(await streamClient()(host)),
  features: FEATURES,
  signOut: () => host.store.delete('tokens'),
  foreground: () => undefined,
  background: () => undefined,
  interaction: () => undefined,
  push: () => undefined,
  runBackgroundJob: async () => 'success',
});
