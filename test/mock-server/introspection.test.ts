// Introspection (RFC 7662): I1-I5 of the behaviour list.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET, TEST_ONLY_TV_SECRET } from '../../fixtures/keys.ts';
import { metadata } from '../../mock-server/metadata.ts';
import { basic, DAY, EPOCH, HOUR, ISSUER } from './kit.ts';
import { API, Prover, Stage } from './grants-kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);
const TV = basic('tv', TEST_ONLY_TV_SECRET);
const ask = (stage: Stage, token: string, headers: Readonly<Record<string, string>> = SERVICE) =>
  stage.post('/introspect', { token }, headers);
const INACTIVE = { active: false };

describe('who may ask', () => {
  test('I1 a client that proves itself, by header or body', () => {
    const stage = new Stage();
    const { at } = stage.session();
    expect(ask(stage, at).json['active']).toBe(true);
    expect(stage.post('/introspect', { token: at, client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET }).json['active']).toBe(
      true,
    );
  });

  test('I1 nobody, a wrong secret and a public client are 401 invalid_client', () => {
    const stage = new Stage();
    const { at } = stage.session();
    for (const reply of [
      ask(stage, at, {}),
      ask(stage, at, basic('service', 'wrong')),
      stage.post('/introspect', { token: at, client_id: 'app' }),
    ]) {
      expect([reply.status, reply.json]).toEqual([401, { error: 'invalid_client', error_description: expect.any(String) as string }]);
      expect(reply.raw.headers['www-authenticate']).toMatch(/^Basic /);
    }
  });

  test('I1 a resource server may come with a token of its own; a bad one is 401 invalid_token, one of a user is 403', () => {
    const stage = new Stage();
    const { at } = stage.session();
    const own = stage.token({ grant_type: 'client_credentials' }, SERVICE).at;
    expect(ask(stage, at, { authorization: `Bearer ${own}` }).json['active']).toBe(true);
    const bad = ask(stage, at, { authorization: 'Bearer made-up' });
    expect([bad.status, bad.raw.headers['www-authenticate']]).toEqual([401, 'Bearer realm="api", error="invalid_token"']);
    expect(ask(stage, at, { authorization: `Bearer ${at}` }).status).toBe(403);
  });

  test('only a POST of a form with a token is answered', () => {
    const stage = new Stage();
    expect(stage.post('/introspect', {}, SERVICE).json['error']).toBe('invalid_request');
    expect(stage.server.handle({ method: 'GET', url: `${ISSUER}/introspect?token=x`, headers: SERVICE, body: '' }).status).toBe(405);
  });

  test('the metadata does not offer it to public clients', () => {
    expect(metadata(new Stage().desk)).toMatchObject({
      introspection_endpoint: `${ISSUER}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
  });
});

describe('what is told', () => {
  test('I2 of a live access token: everything its JWT says', () => {
    const stage = new Stage();
    const { json } = ask(stage, stage.session().at);
    expect(json).toEqual({
      active: true,
      scope: 'openid profile offline_access',
      client_id: 'app',
      username: 'ada',
      token_type: 'Bearer',
      exp: EPOCH / 1_000 + 3_600,
      iat: EPOCH / 1_000,
      sub: 'ada',
      aud: API,
      iss: ISSUER,
      jti: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
  });

  test('I2 of an opaque token the same, but for the jti it does not have', () => {
    const stage = new Stage({ accessToken: { format: 'opaque' } });
    const { json } = ask(stage, stage.session().at);
    expect(json).toMatchObject({ active: true, sub: 'ada', token_type: 'Bearer' });
    expect(json).not.toHaveProperty('jti');
  });

  test('I2 of a refresh token: the session, without a token_type', () => {
    const stage = new Stage();
    const { json } = ask(stage, stage.session().rt);
    expect(json).toEqual({
      active: true,
      scope: 'openid profile offline_access',
      client_id: 'app',
      username: 'ada',
      sub: 'ada',
      iss: ISSUER,
    });
  });

  test('I4 of a bound token: the type DPoP and the thumbprint of its key', () => {
    const stage = new Stage();
    const { at } = stage.token({ grant_type: 'client_credentials' }, { ...SERVICE, dpop: new Prover().proof() });
    expect(ask(stage, at).json).toMatchObject({ token_type: 'DPoP', cnf: { jkt: expect.stringMatching(/^[\w-]{43}$/) as string } });
  });

  test('I3 unknown, expired, revoked, superseded and foreign tokens are exactly {"active":false} with 200', () => {
    const stage = new Stage();
    const [spent, revoked, live] = [stage.session(), stage.session('bob', 'tablet'), stage.session()];
    stage.refresh(spent.rt);
    stage.server.revoke('family', { device: 'tablet' }, 'admin');
    const replies = [
      ask(stage, 'made-up'),
      ask(stage, revoked.at),
      ask(stage, revoked.rt),
      ask(stage, spent.rt),
      ask(stage, live.at, TV),
      ask(stage, live.rt, TV),
    ];
    stage.t = HOUR;
    replies.push(ask(stage, live.at));
    stage.t = 31 * DAY;
    replies.push(ask(stage, live.rt));
    for (const { status, json } of replies) expect([status, json]).toEqual([200, INACTIVE]);
  });

  test('I3 a client that is no resource server sees its own tokens', () => {
    const stage = new Stage();
    const { at } = stage.session('ada', 'tv', { clientId: 'tv', scope: 'public offline_access' });
    expect(ask(stage, at, TV).json['active']).toBe(true);
  });

  test('I5 with a lag, resource servers see a revoked token alive for so long, and never past its expiry', () => {
    const stage = new Stage({ resource: { revocationLag: 30_000 } });
    const { at } = stage.session();
    const seen = () => [ask(stage, at).json['active'], stage.api('/feed', `Bearer ${at}`).status];
    stage.server.revoke('family', {}, 'admin');
    stage.t = 29_999;
    expect(seen()).toEqual([true, 200]);
    stage.t = 30_000;
    expect(seen()).toEqual([false, 401]);
    const late = stage.session().at;
    stage.t += HOUR - 1_000;
    stage.server.revoke('family', {}, 'admin');
    stage.t += 1_000;
    expect(ask(stage, late).json).toEqual(INACTIVE);
  });

  test('an answer is not cached', () => {
    const stage = new Stage();
    expect(ask(stage, 'x').raw.headers['cache-control']).toBe('no-store');
  });
});
