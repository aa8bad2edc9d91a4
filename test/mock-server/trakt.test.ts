// Trakt's own dialect: facts 1c, one test per line of the table.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_TV_SECRET } from '../../fixtures/keys.ts';
import { decideDevice } from '../../mock-server/device-grant.ts';
import { TRAKT } from '../../mock-server/personas/trakt.ts';
import { DAY, EPOCH, ISSUER, MINUTE } from './kit.ts';
import { Stage } from './grants-kit.ts';

const ME = { client_id: 'tv', client_secret: TEST_ONLY_TV_SECRET };
const BACK = { ...ME, redirect_uri: 'urn:ietf:wg:oauth:2.0:oob' };
const stageOf = (): Stage => new Stage({}, { policy: TRAKT.policy });

function begun(stage = stageOf()) {
  const { json } = stage.json('/oauth/device/code', { client_id: 'tv', device: 'living room' });
  const code = String(json['device_code']);
  const poll = () => stage.json('/oauth/device/token', { code, ...ME });
  const wait = (seconds: number) => void (stage.t += seconds * 1_000);
  return {
    stage,
    json,
    code,
    poll,
    wait,
    decide: (allowed: boolean) => decideDevice(stage.desk, String(json['user_code']), 'ada', allowed),
  };
}

/** Tokens of a device that was let in. */
function letIn() {
  const { stage, poll, decide } = begun();
  decide(true);
  const { at, rt, json } = poll();
  return { stage, at, rt, json };
}
const refreshBody = (rt: string) => ({ grant_type: 'refresh_token', refresh_token: rt, ...BACK });

describe('the device flow', () => {
  test('begins with a client id in JSON and tells a verification_url', () => {
    const { json } = begun();
    expect(json).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/) as string,
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/) as string,
      verification_url: `${ISSUER}/device`,
      expires_in: 600,
      interval: 5,
    });
    expect(stageOf().json('/oauth/device/code', { client_id: 'nobody' }).status).toBe(403);
  });

  test('400 while pending, with a body that is no JSON', () => {
    const { raw } = begun().poll();
    expect([raw.status, raw.body]).toEqual([400, '']);
  });

  test('404 for a code nobody knows', () => {
    expect(stageOf().json('/oauth/device/token', { code: 'made-up', ...ME }).raw).toMatchObject({ status: 404, body: '' });
  });

  test('409 for a code that was used', () => {
    const { poll, decide, wait } = begun();
    decide(true);
    expect(poll().status).toBe(200);
    wait(5);
    expect(poll().status).toBe(409);
  });

  test('410 for a code that is over', () => {
    const { poll, wait } = begun();
    wait(600);
    expect(poll().raw).toMatchObject({ status: 410, body: '' });
  });

  test('418 when the user denied', () => {
    const { poll, decide } = begun();
    decide(false);
    expect(poll().status).toBe(418);
  });

  test('429 when polled too fast, and the interval grows', () => {
    const { poll, wait } = begun();
    expect(poll().status).toBe(400);
    wait(1);
    expect(poll().status).toBe(429);
    wait(6);
    expect(poll().status).toBe(429);
  });

  test('200 with tokens, created_at and the scope public; the journal knows the device', () => {
    const { stage, json } = letIn();
    expect(json).toMatchObject({ token_type: 'bearer', expires_in: 604_800, scope: 'public', created_at: EPOCH / 1_000 });
    expect(stage.facts('session.granted')).toMatchObject([{ device: 'living room', grant: 'device_code' }]);
  });

  test('a wrong or missing secret is 401, whatever the code', () => {
    const { stage, code } = begun();
    expect(stage.json('/oauth/device/token', { code, client_id: 'tv', client_secret: 'wrong' }).status).toBe(401);
    expect(stage.json('/oauth/device/token', { code, client_id: 'tv' }).status).toBe(401);
  });
});

describe('the token endpoint', () => {
  test('refreshes from JSON; each refresh token is single use, and a reuse harms nobody else', () => {
    const { stage, rt } = letIn();
    const next = stage.json('/oauth/token', refreshBody(rt));
    expect([next.status, next.json['created_at']]).toEqual([200, EPOCH / 1_000]);
    const spent = stage.json('/oauth/token', refreshBody(rt));
    expect([spent.status, spent.json['error']]).toEqual([400, 'invalid_grant']);
    expect(stage.json('/oauth/token', refreshBody(next.rt)).status).toBe(200);
  });

  test('every refresh is in the journal as any other', () => {
    const { stage, rt } = letIn();
    stage.json('/oauth/token', refreshBody(rt));
    stage.json('/oauth/token', refreshBody(rt));
    expect(stage.facts('token.received').map((fact) => fact.rt)).toEqual(['RT-1', 'RT-1']);
    expect(stage.facts('token.responded').map(({ status }) => status)).toEqual([200, 400]);
    expect(stage.server.selfCheck()).toEqual([]);
  });

  test('wants the secret and the redirect_uri also on refresh', () => {
    const { stage, rt } = letIn();
    const { client_secret: _secret, ...noSecret } = refreshBody(rt);
    const { redirect_uri: _uri, ...noUri } = refreshBody(rt);
    expect([stage.json('/oauth/token', noSecret).status, stage.json('/oauth/token', noUri).status]).toEqual([401, 400]);
    expect(stage.json('/oauth/token', refreshBody(rt)).status).toBe(200);
  });

  test('redeems a code from JSON', () => {
    const stage = stageOf();
    const code = stage.server.grantCode('ada', 'phone', { clientId: 'tv', scope: 'public', redirectUri: BACK.redirect_uri });
    expect(stage.json('/oauth/token', { grant_type: 'authorization_code', code, ...BACK }).status).toBe(200);
  });

  test('takes no form, no GET, and no JSON that is not an object of strings', () => {
    const stage = stageOf();
    const { rt } = letIn();
    expect(stage.post('/oauth/token', refreshBody(rt)).status).toBe(400);
    expect(stage.server.handle({ method: 'GET', url: `${ISSUER}/oauth/token`, headers: {}, body: '' }).status).toBe(405);
    for (const body of [[], { ...refreshBody('x'), refresh_token: 7 }, { ...refreshBody('x'), grant_type: ['a'] }])
      expect(stage.json('/oauth/token', body).status).toBeGreaterThanOrEqual(400);
  });

  test('an access token is good for 7 days, a refresh token as long as nobody uses it', () => {
    const { stage, at, rt } = letIn();
    stage.t = 7 * DAY - 1;
    expect(stage.api('/feed', `Bearer ${at}`).status).toBe(200);
    stage.t = 7 * DAY;
    expect(stage.api('/feed', `Bearer ${at}`).status).toBe(401);
    stage.t = 3_650 * DAY;
    expect(stage.json('/oauth/token', refreshBody(rt)).status).toBe(200);
  });

  test('revokes from JSON with 200', () => {
    const { stage, at } = letIn();
    expect(stage.json('/oauth/revoke', { token: at, ...ME }).status).toBe(200);
    expect(stage.api('/feed', `Bearer ${at}`).status).toBe(401);
    expect(stage.json('/oauth/revoke', { token: at, client_id: 'tv' }).status).toBe(401);
  });
});

describe('around it', () => {
  test('one write a second per user, a thousand reads in five minutes, told in X-Ratelimit', () => {
    const { stage, at } = letIn();
    const write = () => stage.api('/upload', `Bearer ${at}`, { method: 'POST', body: 'x' });
    expect(write().status).toBe(201);
    const refused = write();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(refused.headers['x-ratelimit'] ?? '')).toMatchObject({
      name: 'AUTHED_API_POST_LIMIT',
      period: 1,
      limit: 1,
      remaining: 0,
    });
    expect(JSON.parse(stage.api('/feed', `Bearer ${at}`).headers['x-ratelimit'] ?? '')).toMatchObject({
      limit: 1_000,
      remaining: 999,
      period: (5 * MINUTE) / 1_000,
    });
    stage.t += 1_000;
    expect(write().status).toBe(201);
  });

  test('its authorization page is ours: the browser is sent there with everything it brought', () => {
    const reply = stageOf().server.handle({
      method: 'GET',
      url: `${ISSUER}/oauth/authorize?response_type=code&client_id=tv`,
      headers: {},
      body: '',
    });
    expect([reply.status, reply.headers['location']]).toEqual([302, `${ISSUER}/authorize?response_type=code&client_id=tv`]);
  });

  test('under any other persona its paths are not there', () => {
    for (const path of ['/oauth/token', '/oauth/device/code', '/oauth/device/token', '/oauth/revoke'])
      expect(new Stage().json(path, ME).status).toBe(404);
  });
});
