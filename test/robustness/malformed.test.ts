// 10,000 requests that are wrong by construction, over raw sockets and at every endpoint: each is answered with 4xx, in time, and the
// server goes on as if nothing had happened.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mainServer, serve } from '../kit/served.ts';
import { malformed, SMALL_LIMITS } from './malformed.ts';
import { exchange, inParallel } from './wire.ts';

const AT_ONCE = 40;
const RUNS = 250;
/** Another one by `FUZZ_SEED=5 npx vitest run test/robustness`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 4);

describe('10,000 malformed requests', () => {
  test('get 4xx, never 5xx, silence or a crash; sessions, rules and clock are as before', async () => {
    const served = await serve({ limits: SMALL_LIMITS, frozen: true });
    const { access, refresh } = served.signIn();
    const { server } = served;
    const aim = { host: `127.0.0.1:${server.port}`, tokens: [access, refresh] };
    await fc.assert(
      fc.asyncProperty(fc.array(malformed(aim), { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
        const odd: string[] = [];
        await inParallel(requests, AT_ONCE, async (request) => {
          const { statuses, hang } = await exchange(server.port, request);
          const refused = statuses.every((status) => status >= 400 && status < 500);
          if (hang || !refused || statuses.length !== request.answers)
            odd.push(`${request.what}: ${statuses.join(' ')}${hang ? ', then silence' : ''}, ${request.answers} due\n${request.bytes}`);
        });
        expect(odd).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    const { app } = server;
    expect([app.rules.size, app.holds.list().length, app.clock.now(), app.clock.frozen]).toEqual([0, 0, 0, true]);
    expect(
      app.journal.entries.filter(({ type }) => type === 'token.committed' || type === 'session.granted' || type === 'family.dead'),
    ).toHaveLength(1);
    expect(mainServer(server).selfCheck()).toEqual([]);
    expect((await served.api('/feed', access)).status).toBe(200);
    expect((await served.refresh(refresh)).status).toBe(200);
  }, 120_000);

  test('the generator reaches every kind of fault', () => {
    const seen = new Set(
      fc.sample(malformed({ host: 'a', tokens: ['t'.repeat(43)] }), { numRuns: 4_000, seed: 1 }).map(({ what }) => what.split(' ', 1)[0]),
    );
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'content',
        'method',
        'parameter',
        'JSON',
        'wrong',
        'unknown',
        'bad',
        'grant',
        'authorization',
        'bearer',
        'token',
        'document',
        'no',
        'control',
        'foreign',
        'page',
        'request',
        'header',
        'two',
        'body',
        'chunk',
        'pipeline',
      ]),
    );
  });
});

describe('pipelining', () => {
  test('answers come in the order of the requests, good and bad alike', async () => {
    const { server, signIn } = await serve();
    const { access } = signIn();
    const ask = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n${more}\r\n`;
    const bytes = [
      ask('/jwks'),
      ask('/zz'),
      ask('/api/feed', `authorization: Bearer ${access}\r\n`),
      ask('/api/feed'),
      ask('/jwks', 'connection: close\r\n'),
    ].join('');
    expect((await exchange(server.port, { bytes, ends: false })).statuses).toEqual([200, 404, 200, 401, 200]);
  });

  test('an answer that a rule holds up holds up those behind it, and loses none', async () => {
    const { server, fault } = await serve();
    fault({ endpoint: 'resource', point: 'received', times: 1, verdict: { kind: 'delay', ms: 100 } });
    const bytes = `GET /api/feed HTTP/1.1\r\nhost: a\r\n\r\n${'GET /jwks HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(20)}GET /zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;
    expect((await exchange(server.port, { bytes, ends: false })).statuses).toEqual([401, ...Array.from({ length: 20 }, () => 200), 404]);
  });
});

describe('what HTTP itself forbids', () => {
  test.each([
    ['two Host headers', 'GET /jwks HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n', 400],
    ['no Host header', 'GET /jwks HTTP/1.1\r\n\r\n', 400],
    ['a tunnel', 'CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n', 405],
    ['DELETE on the sign-out page', 'DELETE /logout HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', 405],
  ])('%s', async (_name, bytes, status) => {
    const { server } = await serve();
    expect(await exchange(server.port, { bytes, ends: false })).toMatchObject({ statuses: [status], hang: false });
  });
});
