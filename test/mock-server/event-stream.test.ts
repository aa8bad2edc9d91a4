// Event streams of the protected API: numbered messages by the clock, and what becomes of the token they run on.
import { describe, expect, test } from 'vitest';
import type { ServerStream } from '../../mock-server/event-stream.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import type { AppResponse } from '../../mock-server/app.ts';
import { Stage } from './grants-kit.ts';
import { API, Bench, HOUR, MINUTE } from './kit.ts';

function open(bench: Bench, at: string, headers: Readonly<Record<string, string>> = {}): ServerStream {
  return bench.server.openStream({
    method: 'GET',
    url: `${API}/events`,
    headers: { accept: 'text/event-stream', authorization: `Bearer ${at}`, ...headers },
    body: '',
  });
}

/** What the stream does next, at its time. */
function next(bench: Bench, stream: ServerStream) {
  bench.t += stream.wait();
  return stream.act();
}

const bench = (streams: NonNullable<PolicyPatch['resource']>['streams'] = {}): Bench => new Bench({ resource: { streams } });

test('a GET that accepts an event stream is answered as one, any other as ever', () => {
  const one = bench();
  const { at } = one.session();
  const type = (headers: Readonly<Record<string, string>>, path = '/events') => one.api(at, path, headers).headers['content-type'];
  expect([type({ accept: 'text/event-stream' }), type({}), type({ accept: 'text/event-stream' }, '/feed')]).toEqual([
    'text/event-stream',
    'application/json',
    'application/json',
  ]);
});

describe('messages', () => {
  test('have the number of their time, whoever listens', () => {
    const one = bench({ interval: MINUTE });
    const { at } = one.session();
    one.t = 150_000;
    const stream = open(one, at);
    expect([next(one, stream), next(one, stream)]).toMatchObject([
      { text: 'id: 3\ndata: {"message":3}' },
      { text: 'id: 4\ndata: {"message":4}' },
    ]);
    expect(one.t).toBe(4 * MINUTE);
  });

  test('that were missed come at once to whoever names the last one, a hundred at most', () => {
    const one = bench({ interval: 1_000 });
    const { at } = one.session();
    one.t = 10 * MINUTE;
    const back = open(one, at, { 'last-event-id': '597' });
    expect([back.wait(), next(one, back), next(one, back), next(one, back)]).toMatchObject([
      0,
      { text: 'id: 598\ndata: {"message":598}' },
      { text: 'id: 599\ndata: {"message":599}' },
      { text: 'id: 600\ndata: {"message":600}' },
    ]);
    expect(next(one, open(one, at, { 'last-event-id': '1' }))).toMatchObject({ text: expect.stringContaining('id: 501\n') as string });
  });

  test('without ids bring nothing back', () => {
    const one = bench({ interval: 1_000, ids: false });
    const { at } = one.session();
    one.t = 10_500;
    expect(next(one, open(one, at, { 'last-event-id': '2' }))).toMatchObject({ text: 'data: {"message":11}' });
  });
});

describe('the token of a stream', () => {
  test('ends it at its expiry, or never where nobody looks again', () => {
    const careful = bench({ interval: 2 * HOUR });
    const { at } = careful.session();
    expect(next(careful, open(careful, at))).toMatchObject({ kind: 'end', reason: 'token-expired', at: 'AT-1' });
    expect(careful.t).toBe(HOUR);
    const careless = bench({ interval: 2 * HOUR, endsAtExpiry: false });
    const other = careless.session();
    expect(next(careless, open(careless, other.at))).toMatchObject({ kind: 'message', dead: true });
  });

  test.each([
    ['message', { kind: 'end', reason: 'token-revoked' }],
    ['opening', { kind: 'message', dead: true }],
  ] as const)('revoked, is noticed by a server that checks at each %s', (checks, outcome) => {
    const one = bench({ checks });
    const { at } = one.session();
    const stream = open(one, at);
    one.server.revoke('family', { device: 'phone' }, 'user');
    expect(next(one, stream)).toMatchObject(outcome);
  });

  test('is replaced by one told on the stream, where the server listens', () => {
    const one = bench({ interval: 40 * MINUTE, renewal: true });
    const { at, rt } = one.session();
    const stream = open(one, at);
    next(one, stream);
    const renewed = one.refresh(rt);
    expect(stream.hear(`Bearer ${renewed.at}`)).toEqual({ outcome: 'renewed', at: 'AT-2' });
    expect([stream.at, next(one, stream).kind]).toEqual(['AT-2', 'message']);
  });

  test('is not replaced where the server does not listen, nor by words that are no token', () => {
    const deaf = bench();
    const { at } = deaf.session();
    expect(open(deaf, at).hear(`Bearer ${at}`)).toEqual({ outcome: 'ignored', at: 'AT-1' });
    const one = bench({ renewal: true });
    expect(open(one, one.session().at).hear('hello')).toEqual({ outcome: 'ignored', at: 'none' });
  });

  test('of another user, or one that is dead, ends the stream', () => {
    const one = bench({ renewal: true });
    const ada = one.session('ada', 'phone');
    const bob = one.session('bob', 'tablet');
    const streams = [open(one, ada.at), open(one, ada.at)] as const;
    one.server.revoke('access-token', { device: 'phone' }, 'user');
    const heard = [streams[0].hear(`Bearer ${bob.at}`), streams[1].hear(`Bearer ${ada.at}`)];
    expect(heard.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    expect(streams.map((stream) => next(one, stream))).toMatchObject([{ reason: 'token-refused' }, { reason: 'token-refused' }]);
  });
});

test('over a socket it is a body that comes piece by piece, and ends with its token', async () => {
  const pause = (ms: number): Promise<void> => {
    stage.t += ms;
    return Promise.resolve();
  };
  const stage: Stage = new Stage({ accessToken: { lifetime: 3 * MINUTE }, resource: { streams: { interval: MINUTE } } }, { pause });
  const { at } = stage.session();
  const response = stage.api('/events', `Bearer ${at}`, { headers: { accept: 'text/event-stream' } }) as AppResponse;
  const chunks: string[] = [];
  for await (const chunk of response.stream?.chunks ?? []) chunks.push(chunk);
  expect(response.headers['content-type']).toBe('text/event-stream');
  expect(chunks).toEqual(['id: 1\ndata: {"message":1}\n\n', 'id: 2\ndata: {"message":2}\n\n']);
});
