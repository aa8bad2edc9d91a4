// Faults on the wire (F1 to F4), each from a rule of core/fault, seen by a client that knows nothing of rules.
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/core/fault.ts';
import { PHASES } from '../../src/core/server-words.ts';
import { failureOf, mainServer, serve, until } from '../kit/served.ts';
import type { Served } from '../kit/served.ts';

const commits = ({ server }: Served): number => server.app.journal.entries.filter(({ type }) => type === 'token.committed').length;

describe('a request that never gets an answer', () => {
  test.each([
    ['request', 0, 'request'],
    ['received', 0, 'before-commit'],
    ['validated', 0, 'before-commit'],
    ['committed', 1, 'after-commit'],
    ['serialised', 1, 'after-commit'],
    ['flushed', 1, 'after-commit'],
    ['response', 1, 'after-commit'],
  ] as const)('cut at %s: %d commits, lost %s', async (point, committed, phase) => {
    const served = await serve();
    served.fault({ endpoint: 'token', point, times: 1, verdict: { kind: 'drop', how: 'reset' } });
    expect(await failureOf(served.refresh(served.signIn().refresh))).toBe('ECONNRESET');
    expect(commits(served)).toBe(committed);
    expect(served.server.app.journal.entries.at(-1)).toMatchObject({ type: 'token.lost', x: 'x1', phase, told: true });
    expect(served.records).toMatchObject([{ ending: 'dropped', fault: 'a fault' }]);
    expect(served.records[0]?.status).toBeUndefined();
  });

  test('an orderly close instead of a reset', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'drop', how: 'fin' } });
    expect(await failureOf(served.refresh(served.signIn().refresh))).toBe('UND_ERR_SOCKET');
  });

  test('silence lasts until the client gives up', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'drop', how: 'silence' } });
    const gone = new AbortController();
    const answer = fetch(`${served.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: served.signIn().refresh, client_id: 'app' }),
      signal: gone.signal,
    });
    const failed = answer.then(
      () => 'answered',
      (error: Error) => error.message,
    );
    await until(() => served.server.app.journal.entries.some(({ type }) => type === 'token.lost'));
    expect(served.records).toEqual([]);
    gone.abort();
    expect(await failed).toContain('aborted');
    await until(() => served.records.length === 1);
    expect(served.server.app.journal.entries.slice(-2)).toMatchObject([{ type: 'token.lost', told: false }, { type: 'token.abandoned' }]);
  });
});

describe('a body that breaks off', () => {
  const cut = (how: 'short' | 'error' | 'reset' | 'chunk', keep = 20): Verdict => ({ kind: 'truncate', keep, how });

  test.each([
    ['error', 'UND_ERR_SOCKET'],
    ['reset', 'ECONNRESET'],
    ['chunk', 'HPE_INVALID_CHUNK_SIZE'],
  ] as const)('by %s after the headers: reading it fails', async (how, code) => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'response', verdict: cut(how) });
    const response = await served.refresh(served.signIn().refresh);
    expect(response.status).toBe(200);
    const error = await response.text().then(
      () => undefined,
      (reason: { cause?: { code?: string } }) => reason,
    );
    expect(error).toMatchObject({ message: 'terminated' });
    if (how !== 'chunk') expect(error?.cause?.code).toBe(code);
    expect(served.server.app.journal.entries.at(-1)).toMatchObject({ type: 'token.lost', phase: 'body-cut' });
    await until(() => served.records.length === 1);
    expect(served.records).toMatchObject([{ ending: 'cut', status: 200, access: 'AT-2' }]);
  });

  test('after its last byte it breaks off too', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'response', verdict: cut('error', 1_000_000) });
    expect(await failureOf(served.refresh(served.signIn().refresh))).toBe('UND_ERR_SOCKET');
  });

  test('short looks complete and does not parse', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'response', verdict: cut('short') });
    const text = await (await served.refresh(served.signIn().refresh)).text();
    expect(text).toHaveLength(20);
    expect(() => {
      JSON.parse(text);
    }).toThrow(SyntaxError);
  });
});

describe('an answer that is another one', () => {
  const portal: Verdict = {
    kind: 'reply',
    response: { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<!doctype html><title>Welcome</title>' },
  };

  test('a captive portal answers instead of the server, which sees nothing', async () => {
    const served = await serve();
    served.fault({ endpoint: 'any', point: 'request', verdict: portal });
    const response = await served.refresh(served.signIn().refresh);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain('Welcome');
    expect(commits(served)).toBe(0);
  });

  test('a gateway error may stand for a refresh that was committed', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'reply', response: { status: 504, headers: {}, body: '' } } });
    expect((await served.refresh(served.signIn().refresh)).status).toBe(504);
    expect(commits(served)).toBe(1);
  });

  test('the wrong content type, an odd expires_in, a missing member', async () => {
    const served = await serve();
    served.fault({
      endpoint: 'token',
      point: 'response',
      times: 1,
      verdict: { kind: 'headers', headers: { 'content-type': 'text/plain', pragma: undefined } },
    });
    const typed = await served.refresh(served.signIn().refresh);
    expect([typed.headers.get('content-type'), typed.headers.get('pragma')]).toEqual(['text/plain', null]);
    served.fault({
      endpoint: 'token',
      point: 'response',
      verdict: { kind: 'rewrite', members: { expires_in: '3600000000000', refresh_token: undefined } },
    });
    const answer = (await (await served.refresh(served.signIn().refresh)).json()) as Record<string, unknown>;
    expect(answer['expires_in']).toBe('3600000000000');
    expect(Object.keys(answer)).not.toContain('refresh_token');
  });

  test.each(['request', ...PHASES, 'response'] as const)('a Date that is off, from any point on: %s', async (point) => {
    const served = await serve({ epoch: Date.UTC(2030, 0, 1), frozen: true });
    served.fault({ endpoint: 'resource', point, verdict: { kind: 'skew', ms: -600_000 } });
    const date = (await served.api('/feed', served.signIn().access)).headers.get('date');
    expect(date).toBe('Mon, 31 Dec 2029 23:50:00 GMT');
  });

  test('metadata and pages obey rules too', async () => {
    const served = await serve();
    served.fault({ endpoint: 'other', point: 'response', verdict: { kind: 'reply', response: { status: 503, headers: {}, body: '' } } });
    expect((await fetch(`${served.url}/.well-known/oauth-authorization-server`)).status).toBe(503);
  });
});

describe('Retry-After follows the virtual clock (F4)', () => {
  test('an outage until a moment counts down as the clock advances, and ends there', async () => {
    const served = await serve({ frozen: true });
    const { access } = served.signIn();
    const until90s = served.server.app.clock.now() + 90_000;
    served.fault({
      endpoint: 'resource',
      point: 'received',
      until: until90s,
      verdict: { kind: 'reply', response: { status: 429, headers: {}, body: '' }, retry: { until: until90s, as: 'seconds' } },
    });
    const ask = async (): Promise<[number, string | null]> => {
      const response = await served.api('/feed', access);
      return [response.status, response.headers.get('retry-after')];
    };
    expect(await ask()).toEqual([429, '90']);
    served.server.app.clock.advance(60_500);
    expect(await ask()).toEqual([429, '30']);
    served.server.app.clock.advance(30_000);
    expect(await ask()).toEqual([200, null]);
  });

  test("as an HTTP-date it is told on the server's own clock, which may be off", async () => {
    const served = await serve({ epoch: Date.UTC(2030, 0, 1), frozen: true, policy: { clockOffset: 3_600_000 } });
    served.fault({
      endpoint: 'token',
      point: 'received',
      verdict: { kind: 'reply', response: { status: 503, headers: {}, body: '' }, retry: { after: 120_000, as: 'date' } },
    });
    const response = await served.refresh(served.signIn().refresh);
    expect([response.headers.get('date'), response.headers.get('retry-after')]).toEqual([
      'Tue, 01 Jan 2030 01:00:00 GMT',
      'Tue, 01 Jan 2030 01:02:00 GMT',
    ]);
  });
});

describe('waiting', () => {
  test('a hold after the commit keeps the answer back until it is released; the rotation is already done', async () => {
    const served = await serve();
    served.fault({ endpoint: 'token', point: 'committed', times: 1, verdict: { kind: 'hold', name: 'gate' } });
    const { refresh } = served.signIn();
    const first = served.refresh(refresh);
    await until(() => served.server.app.holds.list().length === 1);
    expect(served.server.app.holds.list()).toEqual([{ name: 'gate', waiting: 1 }]);
    expect(commits(served)).toBe(1);
    expect((await served.refresh(refresh)).status).toBe(400);
    expect(served.server.app.holds.release('gate')).toBe(1);
    expect((await first).status).toBe(200);
  });

  test('a hold ends when the client goes away', async () => {
    const served = await serve();
    served.fault({ endpoint: 'resource', point: 'received', verdict: { kind: 'hold', name: 'gate' } });
    const gone = new AbortController();
    const answer = served.api('/feed', served.signIn().access, { signal: gone.signal }).catch(() => 'aborted');
    await until(() => served.server.app.holds.list().length === 1);
    gone.abort();
    await until(() => served.server.app.holds.list().length === 0);
    expect(await answer).toBe('aborted');
    await until(() => served.records.length === 1);
    expect(served.records).toMatchObject([{ ending: 'gone' }]);
  });

  test('a delay keeps one request back and not the others', async () => {
    const served = await serve();
    const { access } = served.signIn();
    const order: string[] = [];
    served.fault({ endpoint: 'resource', path: '/api/first', point: 'received', verdict: { kind: 'delay', ms: 150 } });
    await Promise.all(
      ['/first', '/second'].map(async (path) => {
        await served.api(path, access);
        order.push(path);
      }),
    );
    expect(order).toEqual(['/second', '/first']);
  });
});

describe('whom a rule falls on', () => {
  test('the device of the token, or the process that the client says it is', async () => {
    const served = await serve();
    const other = mainServer(served.server).grantSession('ada', 'tablet').response.access_token;
    const { access } = served.signIn();
    served.fault({
      endpoint: 'resource',
      from: 'phone',
      point: 'received',
      verdict: { kind: 'reply', response: { status: 503, headers: {}, body: '' } },
    });
    const status = async (token: string, headers = {}): Promise<number> => (await served.api('/feed', token, { headers })).status;
    expect([await status(access), await status(other), await status(other, { 'x-tokenwarp-from': 'phone/widget' })]).toEqual([
      503, 200, 503,
    ]);
  });

  test('the transport sending once more is one exchange that arrives twice', async () => {
    const served = await serve({ policy: { refreshToken: { grace: { policy: 'same-successor', window: 10_000 } } } });
    served.fault({ endpoint: 'token', point: 'received', times: 1, verdict: { kind: 'duplicate' } });
    expect((await served.refresh(served.signIn().refresh)).status).toBe(200);
    await until(() => commits(served) === 2);
    const arrivals = served.server.app.journal.entries.flatMap((entry) =>
      entry.type === 'token.received' ? [[entry.x, entry.arrival]] : [],
    );
    expect(arrivals).toEqual([
      ['x1', 1],
      ['x1', 2],
    ]);
  });
});
