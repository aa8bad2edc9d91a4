// The server on a real socket: base URL, keep-alive, HEAD and CORS, limits, time-outs, and a stop that finishes what is under way.
import { Agent, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { AppRoute } from '../../mock-server/app.ts';
import { startMockServer } from '../../mock-server/http.ts';
import { line, mainServer, serve, until } from '../kit/served.ts';

describe('an app needs one base URL', () => {
  test('it is the issuer of the tokens, and the API is below it', async () => {
    const { url, signIn, refresh, api } = await serve();
    const answer = (await (await refresh(signIn().refresh)).json()) as { access_token: string };
    const claims = JSON.parse(Buffer.from(answer.access_token.split('.')[1] ?? '', 'base64url').toString()) as { iss: string; aud: string };
    expect([claims.iss, claims.aud]).toEqual([url, `${url}/api`]);
    const response = await api('/feed', answer.access_token);
    expect(response.status).toBe(200);
  });

  test('an issuer of its own name may have a path, and is reached by path whatever the Host header says', async () => {
    const { url, server } = await serve({ issuer: 'https://login.example.com/tenant' });
    expect(server.app.site.issuers[0]?.issuer).toBe('https://login.example.com/tenant');
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: mainServer(server).grantSession('ada', 'phone').response.refresh_token ?? '',
      client_id: 'app',
    });
    expect((await fetch(`${url}/tenant/token`, { method: 'POST', body })).status).toBe(200);
  });

  test('further issuers lie below paths of their own, each with its own tokens', async () => {
    const { url, server, signIn } = await serve({ moreIssuers: [{ issuer: '/second' }] });
    expect(server.app.site.issuers.map(({ issuer }) => issuer)).toEqual([url, `${url}/second`]);
    const refresh = (base: string): Promise<Response> =>
      fetch(`${base}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: signIn().refresh, client_id: 'app' }),
      });
    expect([(await refresh(`${url}/second`)).status, (await refresh(url)).status]).toEqual([400, 200]);
  });

  test('two servers hand out different tokens unless a seed says otherwise', async () => {
    const tokens = await Promise.all(
      [undefined, undefined, 5, 5].map(async (seed) => {
        await using server = await startMockServer({
          policy: { accessToken: { format: 'opaque' } },
          issuer: 'http://a',
          ...(seed === undefined ? {} : { seed }),
        });
        return mainServer(server).grantSession('ada', 'phone').response.access_token;
      }),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
    expect(tokens[2]).toBe(tokens[3]);
  });

  test('a port that is taken is a usage error that says so', async () => {
    const { server } = await serve();
    await expect(startMockServer({ port: server.port })).rejects.toMatchObject({
      code: 'TW_LISTEN',
      hint: expect.stringContaining('another process'),
    });
  });
});

describe('HTTP', () => {
  test('connections are kept: many requests travel on one', async () => {
    const { url, records } = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 5; i++) await statusOf(`${url}/api/feed`, { agent });
    agent.destroy();
    expect(new Set(records.map(({ connection }) => connection))).toEqual(new Set(['c1']));
    expect(records).toHaveLength(5);
  });

  test('HEAD is answered like GET, without the body but with its length', async () => {
    const { signIn, api } = await serve();
    const { access } = signIn();
    const [head, get] = [await api('/anything', access, { method: 'HEAD' }), await api('/anything', access)];
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String((await get.text()).length), '']);
  });

  test('a browser may ask from anywhere and read the headers that a client needs (T13)', async () => {
    const { url } = await serve();
    const preflight = await fetch(`${url}/token`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    const refused = await fetch(`${url}/api/feed`, { headers: { origin: 'https://app.example' } });
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate.*Retry-After/);
  });

  test('two Authorization headers are two methods at once and refused', async () => {
    const { server, signIn } = await serve();
    const { access } = signIn();
    const { said } = line(
      server.port,
      `GET /api/feed HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${access}\r\nauthorization: Bearer ${access}\r\nconnection: close\r\n\r\n`,
    );
    expect(await said).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a request target may be a whole URL; another scheme is refused', async () => {
    const { server } = await serve();
    const ask = (target: string): Promise<string> =>
      line(server.port, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`).said;
    expect(await ask('http://elsewhere.example/api/feed')).toMatch(/^HTTP\/1\.1 401 /);
    expect(await ask('ftp://elsewhere.example/api/feed')).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("the server's Date follows the virtual clock", async () => {
    const { url, server } = await serve({ epoch: Date.UTC(2030, 0, 1), frozen: true });
    server.app.clock.advance(3_600_000);
    expect((await fetch(`${url}/api/feed`)).headers.get('date')).toBe('Tue, 01 Jan 2030 01:00:00 GMT');
  });

  test('a device whose clock is ahead sees the Date of a server that is behind; others see the true one', async () => {
    const { server, api, signIn } = await serve({ epoch: Date.UTC(2030, 0, 1), frozen: true });
    server.app.clock.deviceOffset('phone', 300_000);
    const { access } = signIn();
    expect((await api('/feed', access)).headers.get('date')).toBe('Mon, 31 Dec 2029 23:55:00 GMT');
    expect((await api('/feed', 'nobody')).headers.get('date')).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
  });

  test('documents that are written out beforehand obey the clock of a device and rules about headers and bodies', async () => {
    const { server, url, fault } = await serve({ epoch: Date.UTC(2030, 0, 1), frozen: true });
    server.app.clock.deviceOffset('phone', 300_000);
    const ask = async (headers = {}) => fetch(`${url}/jwks`, { headers });
    const [true_, skewed] = [await ask(), await ask({ 'x-tokenwarp-from': 'phone' })];
    expect([true_.headers.get('date'), skewed.headers.get('date')]).toEqual([
      'Tue, 01 Jan 2030 00:00:00 GMT',
      'Mon, 31 Dec 2029 23:55:00 GMT',
    ]);
    expect(await skewed.text()).toBe(await true_.text());
    fault({ endpoint: 'other', point: 'response', times: 1, verdict: { kind: 'rewrite', members: { keys: [] } } });
    expect(await (await ask()).text()).toBe('{"keys":[]}');
    fault({ endpoint: 'other', point: 'response', times: 1, verdict: { kind: 'truncate', keep: 5, how: 'short' } });
    expect(await (await ask()).text()).toBe('{"key');
    fault({ endpoint: 'other', point: 'response', times: 1, verdict: { kind: 'headers', headers: { 'content-type': 'text/plain' } } });
    expect((await ask()).headers.get('content-type')).toBe('text/plain');
  });
});

describe('limits', () => {
  test('a body over the limit is refused, told or not, and the connection ends', async () => {
    const { server } = await serve({ limits: { bodyBytes: 1_000 } });
    const told = line(server.port, 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n');
    const chunked = line(
      server.port,
      `POST /token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${`3e8\r\n${'a'.repeat(1_000)}\r\n`.repeat(2)}`,
    );
    for (const { said } of [told, chunked]) expect(await said).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  });

  test('headers over the limit are refused', async () => {
    const { server } = await serve({ limits: { headerBytes: 4_096 } });
    const { said } = line(server.port, `GET /api HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(5_000)}\r\n\r\n`);
    expect(await said).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('what is no HTTP is answered with 400 and the connection ends', async () => {
    const { server } = await serve();
    expect(await line(server.port, 'hello\r\n\r\n').said).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await line(server.port, 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n').said,
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('who sends headers or a body drop by drop is cut off with 408, and others are served meanwhile', async () => {
    const { server, url } = await serve({ limits: { headersTimeout: 300, requestTimeout: 300 } });
    const slowHeaders = line(server.port, 'GET /api/feed HTTP/1.1\r\nhost: x\r\n');
    const slowBody = line(server.port, 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\ngrant_type=');
    const drip = setInterval(() => {
      for (const { socket } of [slowHeaders, slowBody]) if (socket.writable) socket.write('x');
    }, 20);
    expect((await fetch(`${url}/api/feed`)).status).toBe(401);
    const said = await Promise.all([slowHeaders.said, slowBody.said]);
    clearInterval(drip);
    for (const text of said) expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('a stop', () => {
  test('finishes answers under way, refuses new connections, and leaves none open', async () => {
    const { server, signIn, refresh, fault, url } = await serve();
    fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'delay', ms: 300 } });
    const running = Promise.all(Array.from({ length: 10 }, () => refresh(signIn().refresh)));
    await until(() => server.app.journal.entries.filter(({ type }) => type === 'token.committed').length === 10);
    await server.stop();
    const answers = await running;
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    for (const answer of answers) expect(await answer.json()).toMatchObject({ token_type: 'Bearer' });
    await expect(fetch(`${url}/api/feed`)).rejects.toThrow('fetch failed');
  });

  test('answers requests on kept connections once more, then closes them', async () => {
    const { server, url } = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const statuses: (number | string)[] = [];
    const loops = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 100_000; i++) {
        const status = await statusOf(`${url}/api/feed`, { agent }).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
        statuses.push(status);
        if (status !== 401) return;
      }
    });
    await until(() => statuses.length > 200);
    await server.stop();
    await Promise.all(loops);
    agent.destroy();
    expect(new Set(statuses)).toEqual(new Set([401, 'ECONNREFUSED']));
  });

  test('does not wait for requests that a rule holds or answers with silence', async () => {
    const { server, fault, url } = await serve();
    fault({ endpoint: 'resource', point: 'received', times: 1, verdict: { kind: 'drop', how: 'silence' } });
    fault({ endpoint: 'resource', point: 'received', verdict: { kind: 'hold', name: 'gate' } });
    const silent = fetch(`${url}/api/feed`).then(
      () => 'answered',
      () => 'cut',
    );
    await until(() => server.app.journal.entries.length === 1 || server.app.journal.entries.some(({ type }) => type === 'api.received'));
    const held = fetch(`${url}/api/feed`).then(
      ({ status }) => status,
      () => 'cut',
    );
    await until(() => server.app.holds.list().length === 1);
    await server.stop();
    expect(await Promise.all([silent, held])).toEqual(['cut', 401]);
  });

  test.for<[string, AppRoute]>([
    [
      'while it makes the answer',
      () => {
        throw new Error('a route broke');
      },
    ],
    ['while it sends the answer', () => ({ status: 200, headers: { 'x-broken': 'one\ntwo' }, body: '{}' })],
  ])('tells a fault of the server %s: the answer was 500 and the stop rejects', async ([, route]) => {
    const server = await startMockServer({ routes: [route] });
    expect((await fetch(`${server.url}/api/feed`)).status).toBe(500);
    await expect(server.stop()).rejects.toMatchObject({ code: 'TW_BUG' });
  });

  test('comes with `await using`', async () => {
    let url = '';
    {
      await using server = await startMockServer();
      url = server.url;
      expect((await fetch(`${url}/api/feed`)).status).toBe(401);
    }
    await expect(fetch(`${url}/api/feed`)).rejects.toThrow('fetch failed');
  });
});

function statusOf(url: string, options: { agent: Agent }): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = request(url, options, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
      res.on('error', reject);
    });
    req.on('error', reject).end();
  });
}
