// The naive client with streams: reconnects when one ends, refreshes after a 401, tells an open stream a new token, and goes on
// from the last event id. Each of these can be left out, as real clients do.
import type { Client, ClientFactory, Host, HostStream } from '../../src/core/contract.ts';
import { naiveClient } from './world.ts';

export interface StreamHabits {
  /** Ms between two attempts. */
  pause?: number;
  /** Goes on from the last event id; default true. */
  resumes?: boolean;
  /** Tells the open stream the token that a refresh brought. */
  renews?: boolean;
}

export function streamClient({ pause = 1_000, resumes = true, renews = false }: StreamHabits = {}): ClientFactory {
  return (host) => {
    const naive = naiveClient(host);
    const open = new Set<HostStream>();
    const bearer = async (): Promise<string> => {
      const stored = JSON.parse((await host.store.get('tokens')) ?? '{}') as { access_token?: string };
      return `Bearer ${stored.access_token ?? ''}`;
    };
    const client: Client = {
      ...naive,
      features: ['streams'],
      async request(path, init) {
        const before = await bearer();
        const result = await naive.request(path, init);
        const after = await bearer();
        if (renews && after !== before) for (const stream of open) await stream.send(after).catch(() => undefined);
        return result;
      },
      async openStream(path, onMessage) {
        const state = { closed: false, last: '', stream: undefined as HostStream | undefined };
        const listen = async (): Promise<void> => {
          const resume: Record<string, string> = resumes && state.last !== '' ? { 'last-event-id': state.last } : {};
          const stream = await host.stream(host.config.resourceBaseUrl + path, { headers: { authorization: await bearer(), ...resume } });
          state.stream = stream;
          if (stream.status === 401) return void (await naive.request('/me'));
          open.add(stream);
          void read(stream);
        };
        const read = async (stream: HostStream): Promise<void> => {
          for (;;) {
            const message = await stream.next().catch(() => undefined);
            if (message === undefined) break;
            state.last = /^id: (.*)$/m.exec(message)?.[1] ?? state.last;
            onMessage(message);
          }
          open.delete(stream);
          state.stream = undefined;
        };
        const keep = async (host_: Host): Promise<void> => {
          while (!state.closed) {
            if (state.stream === undefined || state.stream.status === 401) await listen().catch(() => undefined);
            await host_.clock.sleep(pause);
          }
        };
        await listen();
        void keep(host);
        return {
          close() {
            state.closed = true;
            state.stream?.close();
          },
        };
      },
    };
    return client;
  };
}
