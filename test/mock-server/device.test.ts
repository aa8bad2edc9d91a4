// Device authorization grant (RFC 8628): D1-D9 of the behaviour list, and the page where people decide.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { decideDevice } from '../../mock-server/device-grant.ts';
import { metadata } from '../../mock-server/metadata.ts';
import { basic, ISSUER, MINUTE } from './kit.ts';
import { DEVICE_GRANT, Stage } from './grants-kit.ts';

const SECOND = 1_000;

function begun(stage = new Stage(), more: Readonly<Record<string, string>> = {}) {
  const { json } = stage.post('/device_authorization', { client_id: 'app', device: 'tv', ...more });
  const poll = () => stage.token({ grant_type: DEVICE_GRANT, client_id: 'app', device_code: String(json['device_code']) });
  const decide = (allowed: boolean, user = 'ada') => decideDevice(stage.desk, String(json['user_code']), user, allowed);
  return { stage, json, poll, decide, error: () => [poll()].map(({ status, json }) => [status, json['error']])[0] };
}

describe('the device authorization endpoint', () => {
  test('D1 gives a device code, a short user code, both addresses, the life in seconds and the interval', () => {
    const { json } = begun();
    expect(json['user_code']).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(json['device_code']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(json).toMatchObject({ verification_uri: `${ISSUER}/device`, expires_in: 600, interval: 5 });
    expect(json['verification_uri_complete']).toBe(`${ISSUER}/device?user_code=${String(json['user_code'])}`);
  });

  test('D1 the interval may be left out, which means 5 seconds', () => {
    const { json, error, stage } = begun(new Stage({ device: { tellsInterval: false } }));
    expect(json).not.toHaveProperty('interval');
    error();
    stage.t = 4 * SECOND;
    expect(error()).toEqual([400, 'slow_down']);
  });

  test('the answer is not cached, and only a POST of a form by a client that may is answered', () => {
    const stage = new Stage();
    expect(stage.post('/device_authorization', { client_id: 'app' }).raw.headers).toMatchObject({
      'cache-control': 'no-store',
      pragma: 'no-cache',
    });
    expect(stage.post('/device_authorization', {}).status).toBe(401);
    expect(stage.post('/device_authorization', { client_id: 'app', scope: 'admin' }).json['error']).toBe('invalid_scope');
    expect(stage.server.handle({ method: 'GET', url: `${ISSUER}/device_authorization`, headers: {}, body: '' }).status).toBe(405);
    const clients = [{ id: 'app', grants: ['refresh_token'], scope: 'openid' }];
    expect(new Stage({}, { clients }).post('/device_authorization', { client_id: 'app' }).json['error']).toBe('unauthorized_client');
  });

  test('two authorizations never share a code', () => {
    const stage = new Stage();
    const codes = Array.from({ length: 200 }, () => stage.post('/device_authorization', { client_id: 'app' }).json);
    expect(new Set(codes.map((json) => json['user_code'])).size).toBe(200);
    expect(new Set(codes.map((json) => json['device_code'])).size).toBe(200);
  });
});

describe('polling', () => {
  test('D3 before the user decided: authorization_pending', () => {
    expect(begun().error()).toEqual([400, 'authorization_pending']);
  });

  test('D2 after the approval a poll gives the tokens of a session on that device', () => {
    const { stage, poll, decide } = begun();
    expect(decide(true)).toBe('done');
    const { status, json, at } = poll();
    expect([status, json['token_type'], json['scope']]).toEqual([200, 'Bearer', 'openid profile offline_access']);
    expect(JSON.parse(stage.api('/profile', `Bearer ${at}`).body)).toMatchObject({ sub: 'ada' });
    expect(stage.facts('session.granted')).toMatchObject([{ user: 'ada', device: 'tv', grant: 'device_code' }]);
    expect(stage.refresh(String(json['refresh_token'])).status).toBe(200);
  });

  test('D4 an early poll is slow_down and lengthens the interval by 5 s, for this and all later polls', () => {
    const { stage, error } = begun();
    const at = (seconds: number) => {
      stage.t = seconds * SECOND;
      return error()?.[1];
    };
    expect(at(0)).toBe('authorization_pending');
    expect(at(4.9)).toBe('slow_down');
    // 10 s from the last poll now, which was the early one.
    expect(at(9.8)).toBe('slow_down');
    expect(at(20)).toBe('slow_down');
    expect(at(40)).toBe('authorization_pending');
    expect(at(54.9)).toBe('slow_down');
    expect(stage.facts('device.polled').map(({ interval }) => interval / SECOND)).toEqual([5, 10, 15, 15, 15, 20]);
  });

  test.each([1, 2, 5])('D4 a client that missed %i slow_down and obeys the rest is let in all the same', (missed) => {
    const { stage, poll, error, decide } = begun();
    for (let i = 0; i <= missed; i++) error();
    decide(true);
    let wait = 5 * SECOND;
    for (let i = 0; i < 10; i++) {
      stage.t += wait;
      const { status, json } = poll();
      if (status === 200) return;
      expect(json['error']).toBe('slow_down');
      wait += 5 * SECOND;
    }
    expect.unreachable('a client that obeys was chased for ever');
  });

  test('D4 a client that does not back off is told to go slower and slower, and gets nothing', () => {
    const { stage, error, decide } = begun();
    error();
    decide(true);
    for (let i = 1; i < 20; i++) {
      stage.t += 4 * SECOND;
      error();
    }
    expect(
      stage
        .facts('device.polled')
        .slice(1)
        .every(({ outcome }) => outcome === 'slow_down'),
    ).toBe(true);
    expect(stage.facts('device.polled').at(-1)?.interval).toBe(100 * SECOND);
  });

  test('D4 a timer that fires a few milliseconds early is no impatience', () => {
    const { stage, error } = begun();
    error();
    stage.t = 5 * SECOND - 5;
    expect(error()).toEqual([400, 'authorization_pending']);
  });

  test('D4 impatience is told even when the user has approved meanwhile; the next patient poll gets the tokens', () => {
    const { stage, error, poll, decide } = begun();
    error();
    decide(true);
    stage.t = SECOND;
    expect(error()).toEqual([400, 'slow_down']);
    stage.t = 12 * SECOND;
    expect(poll().status).toBe(200);
  });

  test('D5 denied: access_denied, now and ever after', () => {
    const { stage, error, decide } = begun();
    decide(false);
    expect(error()).toEqual([400, 'access_denied']);
    stage.t = 60 * MINUTE;
    expect(error()).toEqual([400, 'access_denied']);
  });

  test('D6 expired at the end of its life to the millisecond, and for ever: a tombstone, not an unknown code', () => {
    const { stage, error, decide } = begun();
    stage.t = 10 * MINUTE - 1;
    expect(error()).toEqual([400, 'authorization_pending']);
    stage.t = 10 * MINUTE;
    expect(error()).toEqual([400, 'expired_token']);
    stage.t = 365 * 24 * 60 * MINUTE;
    expect(error()).toEqual([400, 'expired_token']);
    expect(decide(true)).toBe('expired');
  });

  test('D7 an unknown, foreign or redeemed code is invalid_grant', () => {
    const { stage, json, poll, error, decide } = begun();
    expect(stage.token({ grant_type: DEVICE_GRANT, client_id: 'app', device_code: 'made-up' }).json['error']).toBe('invalid_grant');
    const foreign = stage.token(
      { grant_type: DEVICE_GRANT, device_code: String(json['device_code']) },
      basic('service', TEST_ONLY_SERVICE_SECRET),
    );
    expect(foreign.json['error']).toBe('invalid_grant');
    decide(true);
    expect(poll().status).toBe(200);
    expect(error()).toEqual([400, 'invalid_grant']);
    expect(stage.token({ grant_type: DEVICE_GRANT, client_id: 'app' }).json['error']).toBe('invalid_request');
  });

  test('D8 the journal has every poll with its outcome, so that a client that does not back off can be judged', () => {
    const { stage, error, poll, decide } = begun();
    error();
    error();
    decide(true);
    stage.t = 30 * SECOND;
    poll();
    expect(stage.facts('device.polled').map(({ d, outcome }) => `${d} ${outcome}`)).toEqual([
      'd1 authorization_pending',
      'd1 slow_down',
      'd1 granted',
    ]);
    expect(stage.facts('device.decided')).toEqual([{ type: 'device.decided', d: 'd1', user: 'ada', allowed: true }]);
  });
});

describe('the verification page', () => {
  const page = (stage: Stage, query = '', more = {}) =>
    stage.server.handle({ method: 'GET', url: `${ISSUER}/device${query}`, headers: {}, body: '', ...more });

  test('D9 a code is read in any case, with or without dash and spaces', () => {
    const { stage, json } = begun();
    const code = String(json['user_code']);
    for (const typed of [code, code.toLowerCase(), code.replace('-', ''), ` ${code.slice(0, 2)} ${code.slice(2)} `]) {
      expect(page(stage, `?user_code=${encodeURIComponent(typed)}`).body).toContain(code);
    }
  });

  test('a code in the address is shown and confirmed, never approved by a visit', () => {
    const { stage, json, error } = begun();
    const { status, body } = page(stage, `?user_code=${String(json['user_code'])}`);
    expect(status).toBe(200);
    expect(body).toContain('Sign in on tv');
    expect(error()).toEqual([400, 'authorization_pending']);
  });

  test('approving by the form lets the device in as the person picked; a second answer is told it came too late', () => {
    const { stage, json, poll } = begun();
    const answer = { user_code: String(json['user_code']), user: 'grace', decision: 'approve' };
    expect(stage.post('/device', answer).raw.body).toContain('The device is signed in');
    expect(stage.post('/device', { ...answer, decision: 'deny' }).status).toBe(409);
    expect(poll().status).toBe(200);
    expect(stage.facts('session.granted')).toMatchObject([{ user: 'grace' }]);
  });

  test('denying by the form ends it', () => {
    const { stage, json, error } = begun();
    expect(stage.post('/device', { user_code: String(json['user_code']), decision: 'deny' }).status).toBe(200);
    expect(error()).toEqual([400, 'access_denied']);
  });

  test('unknown and expired codes say so, and a page of another site cannot decide', () => {
    const { stage, json, error } = begun();
    expect(page(stage, '?user_code=ZZZZ-ZZZZ').status).toBe(404);
    const answer = { user_code: String(json['user_code']), user: 'ada', decision: 'approve' };
    expect(stage.post('/device', answer, { 'sec-fetch-site': 'cross-site' }).status).toBe(403);
    expect(error()).toEqual([400, 'authorization_pending']);
    stage.t = 10 * MINUTE;
    expect(page(stage, `?user_code=${String(json['user_code'])}`).status).toBe(410);
    expect(stage.post('/device', answer).status).toBe(410);
  });

  test('without a code it asks for one, and what was typed is never markup', () => {
    const { stage } = begun();
    expect(page(stage).body).toContain('name="user_code"');
    const typed = '<script>alert(1)</script>';
    expect(page(stage, `?user_code=${encodeURIComponent(typed)}`).body).not.toContain(typed);
    expect(page(stage, '', { method: 'DELETE' }).status).toBe(405);
  });

  test('a device name is never markup either', () => {
    const stage = new Stage();
    const { json } = stage.post('/device_authorization', { client_id: 'app', device: '<b>tv</b>' });
    expect(page(stage, `?user_code=${String(json['user_code'])}`).body).not.toContain('<b>tv');
  });
});

test('the metadata names the endpoint and the grant; the grant only while some client may use it', () => {
  const clients = [{ id: 'app', grants: ['refresh_token'], scope: 'openid' }];
  expect(metadata(new Stage().desk)).toMatchObject({ device_authorization_endpoint: `${ISSUER}/device_authorization` });
  expect(metadata(new Stage().desk)['grant_types_supported']).toContain(DEVICE_GRANT);
  expect(metadata(new Stage({}, { clients }).desk)['grant_types_supported']).not.toContain(DEVICE_GRANT);
});
