// A client that asks for background jobs: each test says which requests it makes at start, and what its handler does.
import type { Client, Host, JobOutcome, JobRequest } from '../../src/core/contract.ts';
import { naiveClient } from './world.ts';

export interface JobClientOptions {
  /** Asked for at each start, once the store was read. */
  requests?: readonly JobRequest[];
  handler?: (signal: AbortSignal, host: Host, client: Client) => Promise<JobOutcome>;
  /** When the handler is registered: at launch, after the store was read, or never. */
  registers?: 'at launch' | 'late' | 'never';
  /** Given what a request was turned down with. */
  refused?: (error: Error & { code?: string }) => void;
}

export function jobClient({ requests = [], handler = async () => 'success', registers = 'at launch', refused }: JobClientOptions) {
  return (host: Host): Client => {
    const naive = naiveClient(host);
    const register = (): void => {
      for (const id of new Set(requests.map((request) => request.id)))
        host.background.register(id, (signal) => handler(signal, host, naive));
    };
    if (registers === 'at launch') register();
    return {
      ...naive,
      features: ['background', 'push'],
      async start() {
        await naive.start();
        if (registers === 'late') register();
        for (const request of requests) await host.background.schedule(request).catch((error: Error) => refused?.(error));
      },
      foreground: () => undefined,
      background: () => undefined,
      push: () => undefined,
    };
  };
}
