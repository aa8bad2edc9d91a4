// The engine as a fetch, under what a program does with one and under axios: what goes out, what comes back, and how it fails.
import axios from 'axios';
import { describe, expect, test } from 'vitest';
import type { HostResponse, Rejection, RequestInit as EngineRequest } from '../../src/core/contract.ts';
import { RequestRejected } from '../../src/engine/rejection.ts';
import { engineFetch, type Requester } from '../../src/host/engine-fetch.ts';
import { createFetch } from '../../src/host/fetch.ts';
import { bodyOf, listen } from './kit/loopback.ts';

interface Seen {
  method: string;
  url: string;
  type: string | undefined;
  body: string;
}

/** An API that says what it was asked, and an engine that has nothing to add but its token. */
async function open(): Promise<{ base: string; engine: Requester; seen: Seen[]; asked: EngineRequest[] }> {
  const seen: Seen[] = [];
  const asked: EngineRequest[] = [];
  const origin = await listen((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, type: headers['content-type'], body: body.toString('latin1') });
      if (url.startsWith('/v1/missing')) response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
      else if (url.startsWith('/v1/nothing')) response.writeHead(204).end();
      else if (url.startsWith('/v1/slow')) setTimeout(() => response.end(), 5_000).unref();
      else response.writeHead(200, { 'content-type': 'application/json', 'x-kind': 'test' }).end('{"name":"Ada"}');
    });
  });
  const base = `${origin}/v1`;
  const send = createFetch(fetch, { streams: true });
  const engine: Requester = {
    request: (path, init = {}) => {
      asked.push(init);
      return send(base + path, init);
    },
  };
  return { base, engine, seen, asked };
}

/** An engine that rejects. */
function rejecting(reason: Rejection): Requester {
  return { request: () => Promise.reject(new RequestRejected(reason)) };
}

describe('the engine as a fetch', () => {
  test('takes an address as text, URL or Request, whole or relative', async () => {
    const { base, engine, seen } = await open();
    const api = engineFetch(engine, { resourceBaseUrl: base });
    const inputs = [
      '/me?q=1',
      'me',
      `${base}/me`,
      new URL(`${base}/me`),
      new Request(`${base}/me`, { method: 'PUT', body: 'x' }),
      `${base}/a%20b/../me#part`,
    ];
    for (const input of inputs) expect(await (await api(input)).json()).toEqual({ name: 'Ada' });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/me?q=1',
      'GET /v1/me',
      'GET /v1/me',
      'GET /v1/me',
      'PUT /v1/me',
      'GET /v1/me',
    ]);
  });

  test.each(['https://elsewhere.example/v1/me', 'http://127.0.0.1:1/v1/me', '../v2/me', '/../v2', 'data:text/plain,x'])(
    'sends no token to %s',
    async (address) => {
      const { base, engine, seen } = await open();
      await expect(engineFetch(engine, { resourceBaseUrl: base })(address)).rejects.toThrow(TypeError);
      expect(seen).toEqual([]);
    },
  );

  test('sends text as text, which can be sent again, and says what kind it is', async () => {
    const { base, engine, seen, asked } = await open();
    const api = engineFetch(engine, { resourceBaseUrl: `${base}/` });
    await api('/a', { method: 'post', body: '{"a":1}', headers: { 'Content-Type': 'application/json' } });
    await api('/b', { method: 'POST', body: new URLSearchParams({ a: 'ü b' }) });
    await api('/c', { method: 'POST', body: 'plain' });
    await api(new Request(`${base}/d`, { method: 'POST', body: '{"d":1}', headers: { 'content-type': 'application/json' } }));
    expect(asked.map(({ body }) => typeof body)).toEqual(['string', 'string', 'string', 'string']);
    expect(seen.map(({ method, type, body }) => [method, type, body])).toEqual([
      ['POST', 'application/json', '{"a":1}'],
      ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=%C3%BC+b'],
      ['POST', 'text/plain;charset=UTF-8', 'plain'],
      ['POST', 'application/json', '{"d":1}'],
    ]);
  });

  test('sends anything else as it is', async () => {
    const { base, engine, seen, asked } = await open();
    const api = engineFetch(engine, { resourceBaseUrl: base });
    const bytes = new Uint8Array([0x89, 0x50, 0xff]);
    const form = new FormData();
    form.set('file', new Blob([bytes]), 'a.png');
    await api('/a', { method: 'POST', body: bytes });
    await api('/b', { method: 'POST', body: form });
    await api(new Request(`${base}/c`, { method: 'POST', body: bytes, headers: { 'content-type': 'image/png' } }));
    expect(asked.map(({ body }) => typeof body)).toEqual(['object', 'object', 'object']);
    expect(seen[0]?.body).toBe('\u0089P\u00ff');
    expect(seen[1]).toMatchObject({
      type: expect.stringMatching(/^multipart\/form-data; boundary=/),
      body: expect.stringContaining('a.png'),
    });
    expect(seen[2]).toMatchObject({ type: 'image/png', body: '\u0089P\u00ff' });
  });

  test("gives the answer itself, or one made of what a fetch of the app's own gave", async () => {
    const { base, engine } = await open();
    const native = await engineFetch(engine, { resourceBaseUrl: base })('/me');
    expect(native.headers.get('x-kind')).toBe('test');
    const plain = (status: number, text: string): HostResponse => ({
      status,
      ok: status < 300,
      headers: { get: (name) => (name === 'content-type' ? 'application/json' : null) },
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
    });
    const answers = [plain(200, '{"a":1}'), plain(204, '')];
    const api = engineFetch({ request: async () => answers.shift() ?? plain(500, '') }, { resourceBaseUrl: base });
    const first = await api('/me');
    expect([first.ok, first.headers.get('content-type'), await first.json()]).toEqual([true, 'application/json', { a: 1 }]);
    expect((await api('/me')).status).toBe(204);
  });

  test('fails as fetch does where the network fails or the caller gives up, and with a reason where the session is over', async () => {
    const config = { resourceBaseUrl: 'https://api.example' };
    await expect(engineFetch(rejecting('network'), config)('/me')).rejects.toThrow(TypeError);
    const why = new Error('enough');
    await expect(engineFetch(rejecting('aborted'), config)('/me', { signal: AbortSignal.abort(why) })).rejects.toBe(why);
    await expect(engineFetch(rejecting('aborted'), config)('/me')).rejects.toMatchObject({ name: 'AbortError' });
    await expect(engineFetch(rejecting('reauthentication-required'), config)('/me')).rejects.toMatchObject({
      reason: 'reauthentication-required',
    });
  });
});

describe('axios over it', () => {
  test('gets, posts and uploads', async () => {
    const { base, engine, seen } = await open();
    const api = axios.create({ baseURL: base, adapter: 'fetch', env: { fetch: engineFetch(engine, { resourceBaseUrl: base }) } });
    const { data, status, headers } = await api.get<{ name: string }>('/me', { params: { q: 'a b' } });
    expect([data.name, status, headers['x-kind']]).toEqual(['Ada', 200, 'test']);
    await api.post('/me', { a: 1 });
    const form = new FormData();
    form.set('file', new Blob(['png']), 'a.png');
    await api.postForm('/upload', form);
    expect((await api.delete('/nothing')).status).toBe(204);
    expect(seen.map(({ method, url, type }) => `${method} ${url} ${type?.replace(/boundary=.*/, '')}`)).toEqual([
      'GET /v1/me?q=a+b undefined',
      'POST /v1/me application/json',
      'POST /v1/upload multipart/form-data; ',
      'DELETE /v1/nothing undefined',
    ]);
    expect(seen[1]?.body).toBe('{"a":1}');
  });

  test('fails with its own errors, and keeps the reason of the engine', async () => {
    const { base, engine } = await open();
    const over = (requester: Requester) =>
      axios.create({ baseURL: base, adapter: 'fetch', env: { fetch: engineFetch(requester, { resourceBaseUrl: base }) } });
    await expect(over(engine).get('/missing')).rejects.toMatchObject({
      name: 'AxiosError',
      response: { status: 404, data: { error: 'not_found' } },
    });
    await expect(over(engine).get('/slow', { timeout: 50 })).rejects.toMatchObject({ name: 'AxiosError', code: 'ETIMEDOUT' });
    await expect(over(rejecting('network')).get('/me')).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    const ended: unknown = await over(rejecting('reauthentication-required'))
      .get('/me')
      .catch((error: unknown) => error);
    expect(axios.isAxiosError(ended)).toBe(true);
    expect((ended as Error).cause).toMatchObject({ reason: 'reauthentication-required' });
    const controller = new AbortController();
    const left = over(engine).get('/slow', { signal: controller.signal });
    controller.abort();
    await expect(left).rejects.toMatchObject({ code: 'ERR_CANCELED' });
  });
});
