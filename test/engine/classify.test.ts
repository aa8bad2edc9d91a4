import { describe, expect, test } from 'vitest';
import { type Answer, classifyTokenAnswer, refusesToken } from '../../src/engine/classify.ts';

const NOW = Date.UTC(2026, 0, 1);
const answer = (over: Partial<Answer>): Answer => ({ status: 200, body: '', retryAfter: null, date: null, ...over });
const read = (over: Partial<Answer>) => classifyTokenAnswer(answer(over), NOW);

describe('an answer of the token endpoint', () => {
  test('with an access token is a grant, with what came along', () => {
    expect(read({ body: '{"access_token":"a","refresh_token":"r","expires_in":"60"}', date: 'Thu, 01 Jan 2026 00:00:05 GMT' })).toEqual({
      kind: 'granted',
      accessToken: 'a',
      refreshToken: 'r',
      expiresIn: '60',
      date: NOW + 5_000,
    });
  });

  test.each(['{"access_token":"a"}', '{"access_token":"a","refresh_token":null}', '{"access_token":"a","refresh_token":""}'])(
    '%s brings no refresh token',
    (body) => {
      expect(read({ body })).toMatchObject({ kind: 'granted', refreshToken: undefined });
    },
  );

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
    expect(read({ status: 503, retryAfter: '120' })).toEqual({ kind: 'unknown', retryAfter: 120_000 });
    expect(read({ status: 429, retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT' })).toEqual({ kind: 'declined', retryAfter: 60_000 });
    expect(read({ status: 503, retryAfter: 'Thu, 01 Jan 2026 03:01:00 GMT', date: 'Thu, 01 Jan 2026 03:00:00 GMT' })).toEqual({
      kind: 'unknown',
      retryAfter: 60_000,
    });
    expect(read({ status: 503, retryAfter: 'tomorrow' })).toEqual({ kind: 'unknown', retryAfter: undefined });
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
  expect(refusesToken(status, challenge)).toBe(refused);
});
