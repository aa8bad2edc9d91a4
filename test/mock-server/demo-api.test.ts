// The API beyond who is calling: demo resources, challenges that servers get wrong (P6), silent refresh (P7), rate limits.
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AppResponse } from '../../mock-server/app.ts';
import type { ChallengeVariant } from '../../mock-server/policy.ts';
import { EPOCH, HOUR, MINUTE } from './kit.ts';
import { API, Prover, Stage } from './grants-kit.ts';

const parsed = (response: { body: string }): Record<string, unknown> => JSON.parse(response.body) as Record<string, unknown>;

/** A stage with one session, and a call of the API in its name. */
function signedIn(stage = new Stage()) {
  const { at, rt, family } = stage.session();
  return { stage, at, rt, family, get: (path: string, more = {}) => stage.api(path, `Bearer ${at}`, more) };
}

describe('demo resources', () => {
  test('every JSON answer says which path and who, also where nobody claimed the path', () => {
    const { get } = signedIn();
    for (const path of ['/feed', '/profile', '/slow?ms=0', '/elsewhere']) expect(parsed(get(path))).toMatchObject({ sub: 'ada' });
    expect(parsed(get('/elsewhere/7'))).toEqual({ path: '/api/elsewhere/7', sub: 'ada' });
  });

  test('the feed comes in pages that end', () => {
    const { get } = signedIn();
    const ids: number[] = [];
    for (let cursor: unknown = 0, page = 0; cursor !== undefined && page < 10; page++) {
      const { items, next } = parsed(get(`/feed?limit=15&cursor=${String(cursor)}`)) as { items: { id: number }[]; next?: number };
      ids.push(...items.map(({ id }) => id));
      cursor = next;
    }
    expect(ids).toEqual(Array.from({ length: 40 }, (_none, i) => 40 - i));
  });

  test('numbers in the query that make no sense count as absent, and none is too large', () => {
    const { get } = signedIn();
    for (const limit of ['-1', '1e9', 'x', '', '9999999999999'])
      expect((parsed(get(`/feed?limit=${limit}`))['items'] as unknown[]).length).toBe(10);
    expect((parsed(get('/feed?limit=100000'))['items'] as unknown[]).length).toBe(40);
    expect(get('/large?bytes=999999999').body).toHaveLength(64 * 1_024 * 1_024);
  });

  test('the profile tells what the person of that name lets be known', () => {
    const stage = new Stage();
    const { at } = stage.session('ada', 'phone', { scope: 'openid email' });
    expect(parsed(stage.api('/profile', `Bearer ${at}`))).toMatchObject({
      sub: 'ada',
      email: expect.stringContaining('@') as string,
      name: expect.any(String) as string,
    });
  });

  test('a slow answer is slow before its commit: revoked meanwhile, it still comes, as the check had passed', () => {
    const { stage, at } = signedIn();
    const request = { method: 'GET', url: `${API}/slow?ms=1500`, headers: { authorization: `Bearer ${at}` }, body: '' };
    const exchange = stage.server.receive(request, {});
    exchange.advance();
    expect([exchange.phase, exchange.raceWindow]).toEqual(['validated', 1_500]);
    expect(stage.server.receive({ ...request, url: `${API}/slow` }, {}).raceWindow).toBe(2_000);
    expect(stage.server.receive({ ...request, url: `${API}/feed?ms=1500` }, {}).raceWindow).toBe(0);
  });

  test('a large answer has the size asked for', () => {
    const { get } = signedIn();
    expect([get('/large?bytes=12345').body.length, get('/large').body.length]).toEqual([12_345, 1_048_576]);
    expect(get('/large?bytes=1').headers['content-type']).toBe('application/octet-stream');
  });

  test('a stream comes line by line, so far apart, and whole at once where time stands', async () => {
    const pauses: number[] = [];
    const pause = (ms: number): Promise<void> => {
      pauses.push(ms);
      return Promise.resolve();
    };
    const { get } = signedIn(new Stage({}, { pause }));
    const response = get('/stream?chunks=3&every=250') as AppResponse;
    const chunks: string[] = [];
    for await (const chunk of response.stream?.chunks ?? []) chunks.push(chunk);
    expect([chunks.map((chunk) => JSON.parse(chunk) as unknown), pauses]).toEqual([
      [1, 2, 3].map((chunk) => ({ chunk, of: 3 })),
      [250, 250],
    ]);
    expect(signedIn().get('/stream?chunks=3').body).toBe(chunks.join(''));
  });

  test('an upload is answered with its size and digest, in bytes', () => {
    const { get } = signedIn();
    const body = 'größe'.repeat(100);
    const reply = get('/upload', { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
    expect([reply.status, parsed(reply)]).toEqual([
      201,
      { path: '/api/upload', sub: 'ada', bytes: 700, sha256: hash('sha256', body), type: 'text/plain' },
    ]);
    expect(get('/upload', { method: 'PUT', body }).status).toBe(200);
  });

  test('no resource answers without a token', () => {
    const stage = new Stage();
    for (const path of ['/feed', '/profile', '/slow', '/large', '/stream', '/sessions'])
      expect(stage.api(path, undefined).status).toBe(401);
    expect(stage.api('/upload', undefined, { method: 'POST', body: 'x' }).status).toBe(401);
  });
});

describe('challenges', () => {
  const refused = (challenge: ChallengeVariant, authorization: string | undefined = 'Bearer made-up') => {
    const stage = new Stage({ resource: { challenge } });
    const { status, headers, body } = stage.api('/feed', authorization);
    return { stage, status, body, type: headers['content-type'], header: headers['www-authenticate'] };
  };

  test.each<[ChallengeVariant, number, string | undefined]>([
    ['rfc', 401, 'Bearer realm="api", error="invalid_token"'],
    ['lower-case', 401, 'bearer realm="api", error="invalid_token"'],
    ['several', 401, 'Negotiate, Basic realm="legacy, \\"old\\"", Bearer realm="api", error="invalid_token"'],
    ['absent', 401, undefined],
    ['html', 401, 'Bearer realm="api", error="invalid_token"'],
    ['forbidden', 403, 'Bearer realm="api", error="invalid_token"'],
    ['ok', 200, undefined],
  ])('P6 %s: %i with %s', (variant, status, header) => {
    const reply = refused(variant);
    expect([reply.status, reply.header]).toEqual([status, header]);
    expect(reply.stage.facts('api.responded')).toMatchObject([{ status, error: 'invalid_token', reason: 'unknown' }]);
    expect(reply.stage.server.selfCheck()).toEqual([]);
  });

  test('P6 html: a page where JSON was expected', () => {
    const { type, body } = refused('html');
    expect([type, body.startsWith('<!doctype html>')]).toEqual(['text/html; charset=utf-8', true]);
  });

  test('P6 ok: a body that says what the status hides', () => {
    expect(parsed(refused('ok'))).toEqual({ error: 'invalid_token' });
  });

  test('P6 a variant changes no good answer and no missing scope', () => {
    for (const challenge of ['absent', 'html', 'forbidden', 'ok'] as const) {
      const { get } = signedIn(new Stage({ resource: { challenge } }));
      expect([get('/feed').status, get('/admin').status]).toEqual([200, 403]);
      expect(get('/admin').headers['www-authenticate']).toContain('insufficient_scope');
    }
  });
});

describe('silent refresh by response header', () => {
  const SILENT = { resource: { silentRefresh: { header: 'X-New-Access-Token', window: 5 * MINUTE } } } as const;
  const offered = (response: { headers: Readonly<Record<string, string>> }): string | undefined => response.headers['x-new-access-token'];

  test('P7 near its end a token brings the next one on any good answer, and not before', () => {
    const { stage, get } = signedIn(new Stage(SILENT));
    stage.t = 55 * MINUTE - 1;
    expect(offered(get('/feed'))).toBeUndefined();
    stage.t = 55 * MINUTE;
    const reply = get('/feed');
    expect(reply.headers['x-new-access-token-expires-in']).toBe('3600');
    expect(reply.headers['access-control-expose-headers']).toContain('x-new-access-token');
    stage.t = HOUR + MINUTE;
    expect(get('/feed').status).toBe(401);
    expect(stage.api('/feed', `Bearer ${offered(reply) ?? ''}`).status).toBe(200);
  });

  test('P7 never with a refusal', () => {
    const { stage, get } = signedIn(new Stage(SILENT));
    stage.t = 58 * MINUTE;
    expect([get('/admin'), get('/sessions/x', { method: 'DELETE' })].map((reply) => [reply.status, offered(reply)])).toEqual([
      [403, undefined],
      [404, undefined],
    ]);
    stage.t = HOUR;
    expect([get('/feed').status, offered(get('/feed'))]).toEqual([401, undefined]);
    expect(stage.facts('access.offered')).toEqual([]);
  });

  test('P7 the same token is offered until one is used; the journal says when, or that it never was', () => {
    const { stage, get } = signedIn(new Stage(SILENT));
    stage.t = 56 * MINUTE;
    const [one, two] = [offered(get('/feed')), offered(get('/profile'))];
    expect(two).toBe(one);
    expect(stage.facts('access.offered')).toMatchObject([
      { at: 'AT-1', newAt: 'AT-2', family: 'f1', user: 'ada', device: 'phone', lifetime: HOUR },
    ]);
    expect(stage.facts('access.adopted')).toEqual([]);
    for (let i = 0; i < 2; i++) stage.api('/feed', `Bearer ${one ?? ''}`);
    expect(stage.facts('access.adopted')).toEqual([{ type: 'access.adopted', at: 'AT-1', newAt: 'AT-2', family: 'f1' }]);
    expect(stage.server.selfCheck()).toEqual([]);
  });

  test('P7 an offered token leads to the next in its turn', () => {
    const { stage, get } = signedIn(new Stage(SILENT));
    stage.t = 56 * MINUTE;
    const second = offered(get('/feed')) ?? '';
    stage.t = 112 * MINUTE;
    expect(offered(stage.api('/feed', `Bearer ${second}`))).toBeDefined();
  });

  test('P7 what was offered dies with its session, and is bound to the key of the token before', () => {
    const { stage, at, family, get } = signedIn(new Stage(SILENT));
    stage.t = 56 * MINUTE;
    const next = offered(get('/feed')) ?? '';
    stage.api(`/sessions/${family}`, `Bearer ${at}`, { method: 'DELETE' });
    expect(stage.api('/feed', `Bearer ${next}`).status).toBe(401);

    const [other, prover] = [new Stage(SILENT), new Prover()];
    const code = other.server.grantCode('ada', 'phone');
    const bound = other.token({ grant_type: 'authorization_code', client_id: 'app', code }, { dpop: prover.proof() });
    other.t = 56 * MINUTE;
    const iat = EPOCH / 1_000 + 56 * 60;
    const successor = offered(other.api('/feed', undefined, { headers: prover.headers(bound.at, '/feed', { iat }) })) ?? '';
    expect(other.api('/feed', `Bearer ${successor}`).status).toBe(401);
    expect(other.api('/feed', undefined, { headers: prover.headers(successor, '/feed', { iat }) }).status).toBe(200);
  });

  test('P7 a token without a session gets nothing, and off is the default', () => {
    const { stage, get } = signedIn();
    stage.t = 59 * MINUTE;
    expect(offered(get('/feed'))).toBeUndefined();
  });
});

describe('rate limits', () => {
  const limits = (limit: number) => ({ resource: { rateLimits: [{ name: 'READS', methods: ['GET'], period: 10_000, limit }] } });

  test('one request too many is 429 with the seconds until the window ends; then the next window opens', () => {
    const { stage, get } = signedIn(new Stage(limits(2)));
    stage.t = 500;
    expect([get('/feed').status, get('/feed').status]).toEqual([200, 200]);
    stage.t = 3_200;
    const reply = get('/feed');
    expect([reply.status, reply.headers['retry-after'], reply.headers['www-authenticate']]).toEqual([429, '8', undefined]);
    expect(stage.facts('api.responded').at(-1)).toMatchObject({ status: 429, reason: 'rate', retryAfter: 7_300 });
    stage.t = 10_500;
    expect(get('/feed').status).toBe(200);
  });

  test('every answer tells what is left, per user and group of methods', () => {
    const { stage, get } = signedIn(new Stage(limits(3)));
    const left = (reply: { headers: Readonly<Record<string, string>> }): unknown => JSON.parse(reply.headers['x-ratelimit'] ?? 'null');
    expect(left(get('/feed'))).toEqual({
      name: 'READS',
      period: 10,
      limit: 3,
      remaining: 2,
      until: new Date(EPOCH + 10_000).toISOString(),
    });
    expect(left(stage.api('/feed', `Bearer ${stage.session('bob').at}`))).toMatchObject({ remaining: 2 });
    expect(left(get('/upload', { method: 'POST', body: '' }))).toBeNull();
  });
});
