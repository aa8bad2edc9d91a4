// Event streams in the virtual world: opened by an ordinary request, ended in every way that real ones end.
import { describe, expect, it } from 'vitest';
import type { HostStream } from '../../src/core/contract.ts';
import { streamClient } from '../kit/stream-client.ts';
import { eventsOf, naiveClient, play } from '../kit/world.ts';

const SERVER = 'server: { accessToken: { ttl: 5m }, resource: { streams: { interval: 10s } } }\n';

/** A client that opens a stream at its first request and leaves it to the test. */
const raw = (seen: string[], use: (stream: HostStream) => Promise<void>) => (host: Parameters<typeof naiveClient>[0]) => {
  const naive = naiveClient(host);
  return {
    ...naive,
    request: async (path: string) => {
      const { access_token: token } = JSON.parse((await host.store.get('tokens')) ?? '{}') as { access_token: string };
      const stream = await host.stream(host.config.resourceBaseUrl + path, { headers: { authorization: `Bearer ${token}` } });
      seen.push(String(stream.status));
      void use(stream).catch((error: Error) => void seen.push(`${error.name}: ${error.message}`));
      return { status: stream.status };
    },
  };
};

const readAll =
  (seen: string[]) =>
  async (stream: HostStream): Promise<void> => {
    for (let message = await stream.next(); message !== undefined; message = await stream.next()) seen.push(message);
    seen.push('end');
  };

describe('a stream', () => {
  it('begins with an ordinary request that shows the token, and brings a numbered message per interval', async () => {
    const record = await play(
      `${SERVER}steps: [{ as: live, stream: /events }, { advance: 35s }, { expect: { streams: { live: { state: open, messages: "3..4", gaps: 0 } } } }]`,
      streamClient(),
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'api.sent')).toMatchObject([{ n: 'c1', k: 1, at: 'AT-1', path: '/events', method: 'GET' }]);
    expect(eventsOf(record, 'stream.opened')).toMatchObject([{ s: 'c1.1', at: 'AT-1', path: '/events', actor: 'phone/app' }]);
    expect(eventsOf(record, 'stream.message').length).toBeGreaterThanOrEqual(3);
    expect(eventsOf(record, 'stream.message').every(({ s, dead }) => s === 'c1.1' && dead === undefined)).toBe(true);
  });

  it('is one event of an event stream per message, with its id', async () => {
    const seen: string[] = [];
    await play(`${SERVER}steps: [{ request: /events }, { advance: 25s }]`, raw(seen, readAll(seen)));
    expect(seen.slice(0, 3)).toEqual(['200', 'id: 1\ndata: {"message":1}', 'id: 2\ndata: {"message":2}']);
  });

  it('that is refused tells its status and is over at once', async () => {
    const seen: string[] = [];
    const record = await play(
      `${SERVER}devices: { phone: { session: stale } }\nsteps: [{ request: /events }, { advance: 1m }]`,
      raw(seen, readAll(seen)),
    );
    expect(seen).toEqual(['401', 'end']);
    expect(eventsOf(record, 'stream.opened')).toEqual([]);
  });

  it('answered by somebody else, such as a captive portal, is no stream', async () => {
    const seen: string[] = [];
    const record = await play(
      `${SERVER}steps: [{ fault: { reply: captive-portal, of: resource } }, { request: /events }, { advance: 1m }]`,
      raw(seen, readAll(seen)),
    );
    expect(seen).toEqual(['200', 'end']);
    expect(eventsOf(record, 'stream.opened')).toEqual([]);
  });

  it('ends when the app closes it, and brings nothing after that', async () => {
    const record = await play(
      `${SERVER}steps: [{ as: live, stream: /events }, { advance: 25s }, { stream: { close: live } }, { advance: 1m }, { expect: { streams: { live: { state: closed, messages: 2 } } } }]`,
      streamClient(),
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'stream.closed')).toMatchObject([{ s: 'c1.1', at: 'AT-1', by: 'client' }]);
  });

  it('ends with its token where the server says so, and goes on with the next one without a gap', async () => {
    const record = await play(
      `${SERVER}steps: [{ as: live, stream: /events }, { advance: 8m }, { expect: { streams: { live: { state: open, gaps: 0 } }, refreshes: 1 } }]`,
      streamClient({ pause: 15_000 }),
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'stream.closed')).toMatchObject([{ s: 'c1.1', at: 'AT-1', by: 'server', reason: 'token-expired' }]);
    expect(eventsOf(record, 'stream.opened').map(({ at }) => at)).toEqual(['AT-1', 'AT-2']);
  });

  it('misses what was told meanwhile when the client forgets the last event id, or the server gives none', async () => {
    const steps = 'steps: [{ as: live, stream: /events }, { advance: 8m }, { expect: { streams: { live: { gaps: 0 } } } }]';
    const forgetful = await play(`${SERVER}${steps}`, streamClient({ pause: 25_000, resumes: false }));
    const without = await play(`${SERVER.replace('10s', '10s, ids: false')}${steps}`, streamClient({ pause: 25_000 }));
    expect([forgetful, without].map(({ expectations }) => expectations.map(({ message }) => message))).toEqual([
      [expect.stringMatching(/^expected 0 gap in stream "live"s?, but there (was|were) \d/)],
      [expect.stringMatching(/^expected 0 gap in stream "live"s?, but there (was|were) \d/)],
    ]);
  });
});

describe('a server', () => {
  it('that looks at the opening alone tells on with a dead token, and the history says so', async () => {
    const record = await play(
      'server: { accessToken: { ttl: 1m }, resource: { streams: { interval: 10s, endsAtExpiry: false, checks: opening } } }\nsteps: [{ stream: /events }, { advance: 30s }, { revoke: family }, { advance: 1m }]',
      streamClient(),
    );
    const dead = eventsOf(record, 'stream.message').map((event) => event.dead === true);
    expect([dead.indexOf(true) > 0, dead.at(-1)]).toEqual([true, true]);
    expect(eventsOf(record, 'stream.closed')).toEqual([]);
  });

  it('that looks before each message ends the stream of a revoked session', async () => {
    const record = await play(
      `${SERVER}steps: [{ stream: /events }, { advance: 15s }, { revoke: family }, { advance: 20s }]`,
      streamClient(),
    );
    expect(eventsOf(record, 'stream.closed')).toMatchObject([{ by: 'server', reason: 'token-revoked', at: 'AT-1' }]);
    expect(eventsOf(record, 'stream.message').some(({ dead }) => dead === true)).toBe(false);
  });

  it('that takes a new token on the stream goes on past the expiry of the old one', async () => {
    const record = await play(
      `${SERVER.replace('10s', '10s, renewal: true')}steps: [{ as: live, stream: /events }, { advance: 4m }, { fault: { reply: 401, path: /feed, times: 1 } }, { request: /feed }, { advance: 2m }, { expect: { streams: { live: { state: open, gaps: 0 } } } }]`,
      streamClient({ renews: true }),
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'stream.renewed')).toMatchObject([{ s: 'c1.1', from: 'AT-1', at: 'AT-2', accepted: true }]);
    expect(eventsOf(record, 'stream.closed')).toEqual([]);
    expect(eventsOf(record, 'stream.message').at(-1)?.at).toBe('AT-2');
  });

  it('that takes none says so, and ends the stream with the old token', async () => {
    const record = await play(
      `${SERVER}steps: [{ stream: /events }, { advance: 4m }, { fault: { reply: 401, path: /feed, times: 1 } }, { request: /feed }, { advance: 2m }]`,
      streamClient({ renews: true }),
    );
    expect(eventsOf(record, 'stream.renewed')).toMatchObject([{ from: 'AT-1', at: 'AT-2', accepted: false }]);
    expect(eventsOf(record, 'stream.closed')).toMatchObject([{ at: 'AT-1', reason: 'token-expired' }]);
  });
});

describe('a connection', () => {
  it.each([
    ['the network goes', '{ network: offline }, { advance: 5s }', 'network', undefined],
    ['a message is dropped', '{ fault: { drop: response, of: stream, times: 1 } }, { advance: 15s }', 'network', undefined],
    ['the process is killed', '{ app: kill }, { advance: 5s }', 'client', 'kill'],
    ['the process is suspended and resumed', '{ app: suspend }, { advance: 5s }, { app: resume }', 'network', undefined],
  ])('breaks when %s', async (_, steps, by, reason) => {
    const record = await play(`${SERVER}steps: [{ stream: /events }, { advance: 15s }, ${steps}]`, streamClient({ pause: 60_000 }));
    const [closed] = eventsOf(record, 'stream.closed');
    expect([closed?.by, closed?.reason]).toEqual([by, reason]);
  });

  it('is told to a suspended process when it runs again, not before', async () => {
    const seen: string[] = [];
    const record = await play(
      `${SERVER}steps: [{ request: /events }, { app: suspend }, { advance: 1m }, { app: resume }, { advance: 1s }]`,
      raw(seen, readAll(seen)),
    );
    expect(seen).toEqual(['200', 'TypeError: network error']);
    expect(eventsOf(record, 'stream.closed')[0]?.t).toBe(eventsOf(record, 'process.resume')[0]?.t);
  });

  it('that dies silently stays open for the client, and nothing comes any more', async () => {
    const record = await play(
      `${SERVER}steps: [{ as: live, stream: /events }, { advance: 15s }, { fault: { drop: response, of: stream, how: silence, times: 1 } }, { advance: 2m }, { expect: { streams: { live: { state: open, messages: 1 } } } }]`,
      streamClient(),
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'stream.closed')).toEqual([]);
  });

  it('delivers in order, also when one message is late', async () => {
    const seen: string[] = [];
    await play(
      `${SERVER}steps: [{ request: /events }, { fault: { delay: 25s, of: stream, times: 1 } }, { advance: 1m }]`,
      raw(seen, readAll(seen)),
    );
    expect(seen.slice(1).map((text) => /\d+/.exec(text)?.[0])).toEqual(['1', '2', '3', '4', '5', '6'].slice(0, seen.length - 1));
    expect(seen.length).toBeGreaterThan(4);
  });

  it('carries what the client says: a lost message breaks it', async () => {
    const seen: string[] = [];
    const record = await play(
      `${SERVER}steps: [{ fault: { drop: request, of: stream } }, { request: /events }, { advance: 1s }]`,
      raw(seen, async (stream) => stream.send('Bearer x')),
    );
    expect(seen).toEqual(['200', 'TypeError: network error']);
    expect(eventsOf(record, 'stream.closed')).toMatchObject([{ by: 'network' }]);
  });
});

describe('a client', () => {
  it('without openStream makes such a scenario not applicable', async () => {
    const record = await play('steps: [{ stream: /events }]', naiveClient);
    expect(record.notApplicable).toBe('the client does not claim streams');
  });

  it('gives the same history by drain and by turns', async () => {
    const yaml = `${SERVER}steps: [{ stream: /events }, { advance: 8m }, { network: offline }, { advance: 1m }, { network: online }, { advance: 2m }]`;
    const [drain, turn] = await Promise.all((['drain', 'turn'] as const).map((settle) => play(yaml, streamClient(), { settle })));
    expect(drain?.history.digest()).toBe(turn?.history.digest());
  });
});
