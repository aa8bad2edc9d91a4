import { describe, expect, test } from 'vitest';
import { classifyTokenAnswer, refusesToken } from '../../src/engine/classify.ts';

const NOW = Date.UTC(2026, 0, 1);
interface Answer {
  status: number;
  body: string;
  headers: Record<string, string>;
}
const headersOf = (headers: Record<string, string> = {}) => ({ get: (name: string) => headers[name] ?? null });
const read = ({ status = 200, body = '', headers }: Partial<Answer>) =>
  classifyTokenAnswer({ status, headers: headersOf(headers) }, body, NOW);

describe('an answer of the token endpoint', () => {
  test('with an access token is a grant, with what came along', () => {
    const response = { access_token: 'a', refresh_token: 'r', expires_in: '60' };
    expect(read({ body: JSON.stringify(response), headers: { date: 'Thu, 01 Jan 2026 00:00:05 GMT' } })).toEqual({
      kind: 'granted',
      response,
      date: NOW + 5_000,
    });
  });

  test.each([400, 401])('with status %i and invalid_grant ends the session', (status) => {
    expect(read({ status, body: '{"error":"invalid_grant"}' })).toEqual({ kind: 'invalid-grant' });
  });

  test.each<[string, Partial<Answer>]>([
    ['invalid_client', { status: 401, body: '{"error":"invalid_client"}' }],
    ['invalid_request', { status: 400, body: '{"error":"invalid_request"}' }],
    ['a code nobody knows', { status: 400, body: '{"error":"InvalidRefreshTokenError"}' }],
    ['429 without a body', { status: 429 }],
  ])('%s: declined, nothing was done', (_name, over) => {
    expect(read(over)).toEqual({ kind: 'declined', retryAfter: undefined });
  });

  test.each<[string, Partial<Answer>]>([
    ['200 with HTML, a captive portal', { body: '<html>sign in to the wifi</html>' }],
    ['403 with HTML', { status: 403, body: '<html>no</html>' }],
    ['200 with an error in it', { body: '{"error":"bad_refresh_token"}' }],
    ['200 with invalid_grant in it', { body: '{"error":"invalid_grant"}' }],
    ['200 with an empty body', {}],
    ['200 with a list', { body: '[]' }],
    ['200 with a cut body', { body: '{"access_token":"a","refre' }],
    ['200 with an access token that is no text', { body: '{"access_token":7}' }],
    ['200 with an empty access token', { body: '{"access_token":""}' }],
    ['500 with an OAuth error', { status: 500, body: '{"error":"invalid_grant"}' }],
    ['502', { status: 502, body: 'bad gateway' }],
    ['400 without JSON', { status: 400, body: 'bad' }],
    ['307', { status: 307 }],
    ['an opaque redirect of a browser', { status: 0 }],
  ])('%s: unknown, the server may have acted', (_name, over) => {
    expect(read(over)).toEqual({ kind: 'unknown', retryAfter: undefined });
  });

  test("tells how long to wait, in seconds or until a date, by the server's clock where it shows one", () => {
    expect(read({ status: 503, headers: { 'retry-after': '120' } })).toEqual({ kind: 'unknown', retryAfter: 120_000 });
    expect(read({ status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' } })).toEqual({
      kind: 'declined',
      retryAfter: 60_000,
    });
    expect(
      read({ status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 03:01:00 GMT', date: 'Thu, 01 Jan 2026 03:00:00 GMT' } }),
    ).toEqual({
      kind: 'unknown',
      retryAfter: 60_000,
    });
    expect(read({ status: 503, headers: { 'retry-after': 'tomorrow' } })).toEqual({ kind: 'unknown', retryAfter: undefined });
  });
});

test.each<[number, string | null, boolean]>([
  [401, null, true],
  [401, 'Bearer error="invalid_token"', true],
  [401, 'Bearer realm="x"', true],
  [401, 'Bearer error="insufficient_scope"', false],
  [403, 'Bearer error="invalid_token"', false],
  [200, null, false],
])('a %i with the challenge %s refuses the token: %s', (status, challenge, refused) => {
  expect(refusesToken({ status, headers: headersOf(challenge === null ? {} : { 'www-authenticate': challenge }) })).toBe(refused);
});
