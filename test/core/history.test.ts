import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/core/clock.ts';
import { OwnBugError } from '../../src/core/errors.ts';
import { History } from '../../src/core/history.ts';
import { readRetryAfter, readTokenResponse } from '../../src/core/http.ts';

describe('a history', () => {
  it('numbers its events and has a digest that any change moves', () => {
    const make = (by: number): History => {
      const history = new History();
      history.append({ t: 0, actor: 'phone', cause: undefined, wall: undefined }, { type: 'online' });
      history.append({ t: 5, actor: 'phone', cause: 0, wall: 12 }, { type: 'clock.jump', by });
      return history;
    };
    expect(make(1).events).toEqual([
      { seq: 0, t: 0, actor: 'phone', type: 'online' },
      { seq: 1, t: 5, actor: 'phone', type: 'clock.jump', by: 1, cause: 0, wall: 12 },
    ]);
    expect(make(1).digest()).toBe(make(1).digest());
    expect(make(1).digest()).not.toBe(make(2).digest());
    expect(make(1).digest()).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('the virtual clock', () => {
  it('moves by any distance and never back', () => {
    const clock = createVirtualClock();
    clock.advanceTo(2 ** 31 * 40);
    expect(clock.now()).toBe(2 ** 31 * 40);
    expect(() => clock.advanceTo(5)).toThrow(OwnBugError);
    clock.release();
    expect(createVirtualClock().now()).toBe(0);
  });
});

describe('the strict reading of a token response', () => {
  const read = (status: number, body: string) => readTokenResponse({ status, headers: {}, body }).kind;
  it.each([
    [200, '{"access_token":"a"}', 'granted'],
    [200, '<html>', 'other'],
    [200, '{"error":"invalid_grant"}', 'other'],
    [200, '{"access_token":""}', 'other'],
    [400, '{"error":"invalid_grant"}', 'oauth-error'],
    [401, '{"error":"invalid_client"}', 'oauth-error'],
    [503, '{"error":"invalid_grant"}', 'other'],
    [403, '<html>', 'other'],
    [200, '{"access_token":"a"', 'other'],
    [200, '[]', 'other'],
    [200, 'null', 'other'],
  ] as const)('%d %s is %s', (status, body, kind) => expect(read(status, body)).toBe(kind));

  it('reads Retry-After as seconds or as a date (RFC 9110 10.2.3)', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(readRetryAfter('7', now)).toBe(7_000);
    expect(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(readRetryAfter('soon', now)).toBeUndefined();
  });
});
