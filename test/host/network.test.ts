// The network of the hosts over real sockets: bodies that are streams, event streams cut anywhere.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostStream } from '../../src/core/contract.ts';
import { createEventStreams } from '../../src/host/event-stream.ts';
import { createFetch } from '../../src/host/fetch.ts';
import { bodyOf, listen } from './kit/loopback.ts';
import { openHost } from './kit/folder.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** An address that answers with what it was sent. */
function echo(): Promise<string> {
  return listen((request, response) => {
    void bodyOf(request).then((body) => response.end(`${request.headers['transfer-encoding'] ?? 'whole'} ${body.toString('utf8')}`));
  });
}

describe('a request', () => {
  test('whose body is a stream of text goes out piece by piece where the platform can, and as one where it cannot', async () => {
    const url = await echo();
    const body = (): AsyncIterable<string> => pieces('fünf ', 'Teile');
    expect(await (await openHost().host.fetch(url, { method: 'POST', body: body() })).text()).toBe('chunked fünf Teile');
    const whole = createFetch(fetch, { streams: false });
    expect(await (await whole(url, { method: 'POST', body: body() })).text()).toBe('whole fünf Teile');
  });

  test('whose stream breaks is rejected, and the server sees no whole body', async () => {
    const url = await echo();
    async function* broken(): AsyncGenerator<string> {
      yield 'half';
      throw new Error('the disk broke');
    }
    await expect(openHost().host.fetch(url, { method: 'POST', body: broken() })).rejects.toThrow(TypeError);
  });

  test('with a body that fetch knows by itself goes out as fetch does it', async () => {
    const url = await listen((request, response) => {
      void bodyOf(request).then((body) => response.end(`${request.headers['content-type']} ${body.length}`));
    });
    const { host } = openHost();
    const send = async (body: unknown): Promise<string> => (await host.fetch(url, { method: 'POST', body: body as string })).text();
    const form = new FormData();
    form.set('name', 'ada');
    expect(await send(form)).toMatch(/^multipart\/form-data; boundary=/);
    expect(await send(new Blob([new Uint8Array([0, 255])], { type: 'image/png' }))).toBe('image/png 2');
    expect(await send(new Uint8Array([0, 255, 1]))).toBe('undefined 3');
    expect(await send(new Response('text').body)).toBe('undefined 4');
  });

  test('is not sent on to where an answer points, if it says so', async () => {
    const url = await listen((_request, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end());
    expect((await openHost().host.fetch(url, { redirect: 'manual' })).status).toBe(307);
  });
});

/** All that comes of a stream, and how it ends. */
async function readAll(stream: HostStream): Promise<string[]> {
  const seen: string[] = [];
  try {
    for (let message = await stream.next(); message !== undefined; message = await stream.next()) seen.push(message);
    return [...seen, '(end)'];
  } catch (error) {
    return [...seen, error instanceof TypeError ? '(broken)' : `(${String(error)})`];
  }
}

/** A fetch whose answer comes in these pieces. */
function answering(text: string, cuts: readonly number[]): typeof fetch {
  const bytes = new TextEncoder().encode(text);
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  const chunks = places.slice(1).map((to, n) => bytes.slice(places[n], to));
  return async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          const next = chunks.shift();
          if (next === undefined) controller.close();
          else controller.enqueue(next);
        },
      }),
    );
}

describe('an event stream', () => {
  test('gives one event per message, as it stands on the wire, and skips what only keeps the connection open', async () => {
    const seen: string[] = [];
    const url = await listen((request, response) => {
      seen.push(request.headers.accept ?? '', request.headers['last-event-id']?.toString() ?? '');
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-kind': 'test' });
      response.end('id: 1\ndata: {"n":1}\n\n: ping\n\ndata: a\ndata: b\n\n');
    });
    const stream = await openHost().host.stream(url, { headers: { 'last-event-id': '0' } });
    expect([stream.status, stream.headers.get('x-kind')]).toEqual([200, 'test']);
    expect(await readAll(stream)).toEqual(['id: 1\ndata: {"n":1}', 'data: a\ndata: b', '(end)']);
    expect(seen).toEqual(['text/event-stream', '0']);
    await expect(stream.send('Bearer x')).rejects.toThrow(TypeError);
  });

  test('means the same however the network cuts it, with any kind of line end', async () => {
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const events = fc.array(fc.array(fc.constantFrom('data: ä', 'id: 7', ': note', 'data:'), { minLength: 1, maxLength: 3 }), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(events, end, fc.array(fc.nat(500), { maxLength: 20 }), async (wanted, newline, cuts) => {
        const text = wanted.map((lines) => `${lines.join(newline)}${newline}${newline}`).join('');
        const stream = await createEventStreams(answering(text, cuts))('http://x.example');
        const told = wanted.filter((lines) => lines.some((line) => !line.startsWith(':'))).map((lines) => lines.join(newline));
        expect(await readAll(stream)).toEqual([...told, '(end)']);
      }),
    );
  });

  test('that was refused is over at once', async () => {
    const url = await listen((_request, response) => response.writeHead(401).end('data: no\n\n'));
    const stream = await openHost().host.stream(url);
    expect(stream.status).toBe(401);
    expect(await readAll(stream)).toEqual(['(end)']);
  });

  test('whose connection breaks says so once, after what had come', async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\ndata: 2', () => setTimeout(() => response.destroy(), 20));
    });
    const stream = await openHost().host.stream(url);
    expect(await readAll(stream)).toEqual(['data: 1', '(broken)']);
    expect(await stream.next()).toBeUndefined();
  });

  test.each(['close', 'signal'] as const)('ended by %s lets its reader go and its connection too', async (how) => {
    let closed = (): void => {};
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const url = await listen((request, response) => {
      request.on('close', closed);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const controller = new AbortController();
    const stream = await openHost().host.stream(url, { signal: controller.signal });
    expect(await stream.next()).toBe('data: 1');
    const rest = readAll(stream);
    if (how === 'close') stream.close();
    else controller.abort();
    expect(await rest).toEqual([how === 'close' ? '(end)' : '(broken)']);
    await gone;
  });

  test('that cannot be opened rejects as fetch does', async () => {
    await expect(openHost().host.stream('http://127.0.0.1:9/')).rejects.toThrow(TypeError);
    await expect(openHost().host.stream('http://127.0.0.1:9/', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
