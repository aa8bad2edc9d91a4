// Slow and silent clients hold nothing up for long: time-outs from the first byte, and from the connection when there is none.
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../kit/served.ts';

const SLOW = 100;

/** Opens a connection that sends `head` and then a byte every 20 ms; resolves with what was said until it was closed. */
function drip(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const timer = setInterval(() => {
    if (head !== '' && socket.writable) socket.write('x');
  }, 20);
  onTestFinished(() => {
    clearInterval(timer);
    socket.destroy();
  });
  if (head !== '') socket.write(head);
  let said = '';
  socket
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      said += chunk;
    })
    .on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('close', () => resolve(said));
  });
}

test.each([
  ['headers that never end', 'GET /api/feed HTTP/1.1\r\nhost: a\r\nx-slow: '],
  ['a request line that never ends', 'GET /'],
  ['a body that never ends', 'POST /token HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n'],
  ['chunks that never end', 'POST /token HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n'],
  ['a connection that says nothing', ''],
])(`${SLOW} times %s: each is cut off, and others are served meanwhile`, async (_name, head) => {
  const { server, url, signIn, refresh } = await serve({ limits: { headersTimeout: 400, requestTimeout: 400 } });
  const slow = Array.from({ length: SLOW }, () => drip(server.port, head));
  for (let i = 0; i < 5; i++) expect((await refresh(signIn().refresh)).status).toBe(200);
  const said = await Promise.all(slow);
  expect(said.filter((text) => !text.startsWith('HTTP/1.1 408 '))).toEqual([]);
  expect((await fetch(`${url}/jwks`)).status).toBe(200);
});

test('a client that reads nothing of a long answer does not keep the server from others, nor from stopping', async () => {
  const { server, url, signIn } = await serve({ limits: { grace: 300 } });
  const { access } = signIn();
  const deaf = Array.from({ length: 10 }, () => {
    const socket = connect(server.port, '127.0.0.1').pause();
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).write(`GET /api/large HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${access}\r\n\r\n`.repeat(5));
    return socket;
  });
  expect((await fetch(`${url}/jwks`)).status).toBe(200);
  await server.stop();
  await expect(fetch(`${url}/jwks`)).rejects.toThrow('fetch failed');
  expect(deaf).toHaveLength(10);
});
