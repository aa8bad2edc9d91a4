// No token value in anything `tokenwarp serve` says or keeps: lines, JSON lines, the journal, errors. Tokens are put wherever a request
// can hold one, whole and in part, live and rotated away, by good requests and malformed ones.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scratch, startTokenwarp } from '../kit/cli.ts';
import type { Said } from '../kit/cli.ts';
import { until } from '../kit/served.ts';
import { malformed } from './malformed.ts';
import { exchange, inParallel } from './wire.ts';

/** Pieces of this length count as a leak: 72 bits of a random value. */
const PIECE = 12;

interface Running {
  port: number;
  stop(): Promise<Said>;
}

async function started(args: readonly string[]): Promise<Running> {
  const file = join(scratch(), 'ready.json');
  const { child, ended } = startTokenwarp(['serve', '--port', '0', '--ready-file', file, ...args]);
  await until(() => existsSync(file));
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
  return {
    port: Number(new URL(url).port),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

interface Tokens {
  access_token: string;
  refresh_token: string;
}

async function granted(port: number): Promise<Tokens> {
  const answer = await fetch(`http://127.0.0.1:${port}/__tokenwarp/sessions`, {
    method: 'POST',
    body: JSON.stringify({ user: 'ada', device: 'phone' }),
    headers: { 'content-type': 'application/json' },
  });
  const { response } = (await answer.json()) as { response: Tokens };
  return response;
}

/** One after the other; every token the server ever gave out. */
async function rotations(port: number, times: number): Promise<string[]> {
  const all = [await granted(port)];
  for (let i = 0; i < times; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', refresh_token: all.at(-1)?.refresh_token ?? '' }),
    });
    expect(answer.status).toBe(200);
    all.push((await answer.json()) as Tokens);
  }
  return all.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]);
}

/** A request with the text in one of all the places that a client can write to. */
function places(port: number, text: string): string[] {
  const request = (line: string, headers: readonly string[], body = ''): string =>
    [`${line} HTTP/1.1`, `host: 127.0.0.1:${port}`, 'connection: close', `content-length: ${body.length}`, ...headers].join('\r\n') +
    `\r\n\r\n${body}`;
  const headers = [
    'authorization: Bearer',
    'authorization: Basic',
    'authorization:',
    'x-request-id:',
    'x-tokenwarp-from:',
    'user-agent:',
    'cookie: session=',
    'referer:',
    'dpop:',
    'origin: https://',
    'content-type:',
    'accept:',
    'x:',
    'if-none-match:',
  ];
  const names = [
    'grant_type',
    'client_id',
    'client_secret',
    'refresh_token',
    'code',
    'scope',
    'token',
    'state',
    'login_hint',
    'device_code',
    'user_code',
    'redirect_uri',
    text,
  ];
  const form = ['content-type: application/x-www-form-urlencoded'];
  return [
    ...headers.flatMap((header) =>
      ['/api/feed', '/userinfo', '/token', '/__tokenwarp/clock', '/zz'].map((path) => request(`GET ${path}`, [`${header} ${text}`])),
    ),
    ...names.flatMap((name) =>
      ['/token', '/revoke', '/introspect', '/par', '/device_authorization', '/device', '/interaction', '/logout'].map((path) =>
        request(`POST ${path}`, form, `client_id=app&${name}=${text}`),
      ),
    ),
    ...names.map((name) => request(`GET /authorize?client_id=app&${name}=${text}`, [])),
    ...[
      '/',
      '/api/',
      '/token/',
      '/zz?a=',
      '/__tokenwarp/',
      '/__tokenwarp/sessions/',
      '/__tokenwarp/snapshots/',
      '/.well-known/',
      '/jwks#',
    ].map((path) => request(`GET ${path}${text}`, [])),
    request('POST /__tokenwarp/marks', ['content-type: application/json'], JSON.stringify({ [text]: text, mark: text })),
    request('POST /__tokenwarp/faults', ['content-type: application/json'], JSON.stringify({ kind: text, user: text })),
    `${text}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${text}\r\n\r\n`,
    request(`POST http://${text}.example/token`, form, text),
    `PROPFIND /${text} HTTP/1.1\r\nhost: ${text}\r\nconnection: close\r\n\r\n`,
  ];
}

/** Pieces of tokens in a text, also when it was percent-encoded or base64. A piece that all our JWTs share is none. */
function leaks(text: string, tokens: readonly string[]): string[] {
  const decoded = [...text.matchAll(/[\w\-+/]{16,}/g)].map(([run]) => Buffer.from(run, 'base64').toString('latin1')).join('\n');
  const all = `${text}\n${decoded}`;
  return tokens.flatMap((token) => {
    const secret = token.includes('.') ? (token.split('.')[2] ?? '') : token;
    return Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE)).filter((piece) =>
      all.includes(piece),
    );
  });
}

test('the search for leaks finds whole tokens, pieces and encodings', () => {
  const token = 'Q7hT2kLm9PzXvB4nR6sW1yD8fG3jC5aE0uI-oK_tYwV';
  for (const text of [token, `...${token.slice(10, 10 + PIECE)}...`, Buffer.from(`a=${token}`).toString('base64')])
    expect(leaks(text, [token])).not.toEqual([]);
  expect(leaks(token.slice(0, PIECE - 1), [token])).toEqual([]);
});

test.each([
  ['lines', []],
  ['JSON lines', ['--json']],
  ['nothing', ['--quiet']],
  ['lines, with a policy that lets tokens come back', ['--grace', 'new-sibling:1h', '--race', '5ms']],
] as const)(
  '%s',
  async (_name, args) => {
    const { port, stop } = await started(args);
    const tokens = await rotations(port, 4);
    const texts = [...tokens.slice(0, 2), ...tokens.slice(-2)].flatMap((token) => [
      token,
      token.slice(-30),
      encodeURIComponent(`"${token}"`),
      Buffer.from(token.slice(-43)).toString('base64'),
    ]);
    await inParallel(
      texts.flatMap((text) => places(port, text)),
      20,
      async (bytes) => void (await exchange(port, { bytes, ends: true })),
    );
    await inParallel(
      fc.sample(malformed({ host: `127.0.0.1:${port}`, tokens }), { numRuns: 300, seed: 3 }),
      20,
      async (request) => void (await exchange(port, { ...request, ends: true })),
    );
    const journal = await (await fetch(`http://127.0.0.1:${port}/__tokenwarp/journal?limit=100000`)).text();
    const verdict = await (
      await fetch(`http://127.0.0.1:${port}/__tokenwarp/verify`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      })
    ).text();
    const { code, stdout, stderr } = await stop();
    expect(code).toBe(143);
    expect(stderr).toBe('');
    expect(journal).toContain('token.committed');
    expect(verdict).toContain('passed');
    if (!(args as readonly string[]).includes('--quiet')) expect(stdout.split('\n').length).toBeGreaterThan(1_000);
    for (const said of [stdout, stderr, journal, verdict]) expect(leaks(said, tokens)).toEqual([]);
  },
  60_000,
);
