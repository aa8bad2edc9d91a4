// The control API over real sockets: what only they show. The rest is proved on records.
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { verifyReport } from '../../../src/verify/readers/verify-report.ts';
import { serve, until } from '../../kit/served.ts';
import type { Served } from '../../kit/served.ts';
import type { Json } from './kit.ts';

async function ask(
  url: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Json }> {
  const answer = await fetch(`${url}/__tokenwarp${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: await answer.json() };
}

/** fetch writes its own Host; a rebinding attacker's browser writes another. */
function withHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/__tokenwarp/clock`, { headers: { host }, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

const serving = (options: Parameters<typeof serve>[0] = {}): Promise<Served> =>
  serve({ control: { verify: verifyReport }, frozen: true, ...options });

describe('admission', () => {
  test('a Host that is not this machine, or another port, is refused', async () => {
    const { url, server } = await serving();
    expect(await withHost(url, `127.0.0.1:${server.port}`)).toBe(200);
    expect(await withHost(url, `rebound.example:${server.port}`)).toBe(403);
    expect(await withHost(url, 'localhost:1')).toBe(403);
    expect((await ask(url, 'POST', '/reset', {}, { origin: 'http://evil.example' })).status).toBe(403);
  });
  test('on an address others can reach, only the key opens it', async () => {
    const { url, server } = await serving({ host: '0.0.0.0' });
    const key = server.control?.key ?? '';
    expect(key.length).toBeGreaterThanOrEqual(32);
    expect((await ask(url, 'GET', '/clock')).status).toBe(401);
    expect((await ask(url, 'GET', '/clock', undefined, { authorization: `Bearer ${key.slice(1)}x` })).status).toBe(401);
    expect((await ask(url, 'GET', '/clock', undefined, { authorization: `Bearer ${key}` })).status).toBe(200);
  });
  test('switched off, nothing answers', async () => {
    const { url, server } = await serve({ control: false });
    expect([server.control, (await fetch(`${url}/__tokenwarp/clock`)).status]).toEqual([undefined, 404]);
  });
  test('no fault rule falls on it', async () => {
    const { url, fault } = await serving();
    fault({ endpoint: 'any', point: 'request', verdict: { kind: 'drop', how: 'reset' } });
    expect((await ask(url, 'GET', '/clock')).status).toBe(200);
  });
});

describe('what a client did, judged from its server', () => {
  test('a client that keeps its rotations passes; one that presents a spent token does not, proved by what it used', async () => {
    const { url, signIn, refresh, api } = await serving();
    const { refresh: first } = signIn();
    await ask(url, 'POST', '/clock/advance', { by: '1h' });
    const second = (await (await refresh(first)).json()) as Json;
    await api('/feed', second.access_token);
    expect((await ask(url, 'POST', '/verify', {})).json).toMatchObject({ passed: true, laws: [] });
    await refresh(first);
    const { json } = await ask(url, 'POST', '/verify', {});
    expect(json.findings).toMatchObject([{ invariant: 'no-lost-rotation', clause: 'b' }]);
    expect(json.findings[0].presumed).toBeUndefined();
  });
  test('200 at once with one token are duplicates', async () => {
    const { url, signIn, refresh } = await serving();
    const { refresh: token } = signIn();
    await ask(url, 'POST', '/clock/advance', { by: '1h' });
    await Promise.allSettled(Array.from({ length: 20 }, async () => (await refresh(token)).text()));
    expect((await ask(url, 'POST', '/verify', {})).json.findings.map((finding: Json) => finding.invariant)).toContain(
      'no-duplicate-refresh',
    );
  });
  test('a retry after an answer that a rule cut off is no reuse: the journal knows that it never left', async () => {
    const { url, signIn, refresh } = await serving({ policy: { refreshToken: { grace: { policy: 'same-successor', window: 60_000 } } } });
    const { refresh: token } = signIn();
    await ask(url, 'POST', '/clock/advance', { by: '1h' });
    await ask(url, 'POST', '/faults', { drop: 'response', of: 'token', times: 1 });
    await expect(refresh(token)).rejects.toThrow(/fetch failed|aborted/);
    await ask(url, 'POST', '/clock/advance', { by: '1s' });
    expect((await refresh(token)).status).toBe(200);
    expect((await ask(url, 'POST', '/verify', {})).json.findings).toEqual([]);
  });
  test('an answer that a rule wrote is what the journal says was answered: Retry-After must be kept', async () => {
    const { url, signIn, refresh } = await serving();
    const { refresh: token } = signIn();
    await ask(url, 'POST', '/clock/advance', { by: '1h' });
    await ask(url, 'POST', '/faults', { reply: 503, retryAfter: '30s', times: 1 });
    expect((await refresh(token)).status).toBe(503);
    await ask(url, 'POST', '/clock/advance', { by: '2s' });
    await refresh(token);
    const { json } = await ask(url, 'POST', '/verify', {});
    expect(json.findings).toMatchObject([{ invariant: 'no-retry-storm', clause: 'c' }]);
  });
  test('requests with an id are replays of each other; a token in an address is a leak', async () => {
    const { url, signIn, api, server } = await serving();
    const { access } = signIn();
    await ask(url, 'POST', '/revoke', { token: 'AT-1' });
    for (let i = 0; i < 3; i++) await (await api('/feed', access, { headers: { 'x-request-id': 'n7' } })).text();
    await (await api(`/feed?access_token=${access}`, access)).text();
    const { json } = await ask(url, 'POST', '/verify', {});
    expect(json.findings.map((finding: Json) => [finding.invariant, finding.presumed === undefined])).toEqual([
      ['replay-at-most-once', true],
      ['no-token-leak', true],
    ]);
    expect(JSON.stringify(server.app.journal.entries)).not.toContain(access);
  });
  test('a client that hangs up is seen: its retry is a retry', async () => {
    const { url, signIn, refresh, server } = await serving();
    const { refresh: token } = signIn();
    await ask(url, 'POST', '/clock/advance', { by: '1h' });
    await ask(url, 'POST', '/holds', { at: 'received', name: 'slow' });
    const gone = new AbortController();
    const hung = fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }),
      signal: gone.signal,
    });
    await until(() => server.app.holds.list().length === 1);
    gone.abort();
    await expect(hung).rejects.toThrow(/fetch failed|aborted/);
    await until(() => server.app.journal.entries.some(({ type }) => type === 'token.abandoned'));
    await ask(url, 'POST', '/clock/advance', { by: '5s' });
    await refresh(token);
    const { json } = await ask(url, 'POST', '/verify', {});
    expect(json.findings.map((finding: Json) => finding.invariant)).not.toContain('no-duplicate-refresh');
  });
});

describe('long answers', () => {
  test('events arrive as they happen and end with the reader; the server stops under them', async () => {
    const { url, signIn, server } = await serving();
    const answer = await fetch(`${url}/__tokenwarp/journal/events?since=0`);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    signIn();
    let text = '';
    while (!text.includes('session.granted')) text += new TextDecoder().decode((await reader.read()).value);
    expect(text).toContain('id: 0\nevent: session.granted\n');
    await server.stop();
    while (!(await reader.read()).done) continue;
  });
  test('a hold whose connection dies lets the server go on without it', async () => {
    const { url, signIn, server } = await serving();
    const { refresh: token } = signIn();
    await ask(url, 'POST', '/holds', { name: 'kill' });
    const gone = new AbortController();
    const hung = fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }),
      signal: gone.signal,
    });
    await until(() => server.app.holds.list().length === 1);
    expect((await ask(url, 'GET', '/journal/count?type=token.committed')).json).toEqual({ count: 1 });
    gone.abort();
    await expect(hung).rejects.toThrow(/fetch failed|aborted/);
    await until(() => server.app.holds.list().length === 0);
    expect((await ask(url, 'GET', '/holds')).json.holds).toMatchObject([{ held: 1, waiting: 0 }]);
  });
});
