// What the server says of itself: M1-M3 of the behaviour list, and that every word of it is true of this very server.
import { describe, expect, test } from 'vitest';
import { GRANTS } from '../../mock-server/grants.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import { basic } from './kit.ts';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { answerOf, CALLBACK, claimsOf, ORIGIN, PKCE, Visit } from './visit.ts';

const OIDC = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

describe('M1 discovery paths', () => {
  test('an issuer without path serves the same text at both', () => {
    const visit = new Visit();
    expect(visit.get(OIDC).body).toBe(visit.get(OAUTH).body);
    expect(visit.json(OIDC)['issuer']).toBe(ORIGIN);
  });

  test('RFC 8414 puts the segment before the issuer path, OIDC behind it, and nobody the other way round', () => {
    const visit = new Visit({}, { issuer: `${ORIGIN}/tenant/a` });
    expect(visit.json(`${ORIGIN}${OAUTH}/tenant/a`)['issuer']).toBe(`${ORIGIN}/tenant/a`);
    expect(visit.json(`${ORIGIN}/tenant/a${OIDC}`)['issuer']).toBe(`${ORIGIN}/tenant/a`);
    expect(visit.get(`${ORIGIN}/tenant/a${OAUTH}`).status).toBe(404);
    expect(visit.get(`${ORIGIN}${OIDC}`).status).toBe(404);
  });

  test('M2 an issuer that ends with a slash keeps it, and its addresses have no double one', () => {
    const visit = new Visit({}, { issuer: `${ORIGIN}/` });
    const metadata = visit.json(`${ORIGIN}${OIDC}`);
    expect(metadata['issuer']).toBe(`${ORIGIN}/`);
    expect(metadata['token_endpoint']).toBe(`${ORIGIN}/token`);
    expect(claimsOf(visit.redeem(visit.signIn()).json['access_token'])['iss']).toBe(`${ORIGIN}/`);
  });

  test('GET and HEAD alone; another name of the host changes nothing', () => {
    const visit = new Visit();
    expect(visit.send({ method: 'HEAD', url: `${ORIGIN}${OIDC}`, headers: {}, body: '' })).toMatchObject({ status: 200, body: '' });
    expect(visit.send({ method: 'POST', url: `${ORIGIN}${OIDC}`, headers: {}, body: '' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(visit.json(`http://10.0.2.2:4000${OIDC}`)['issuer']).toBe(ORIGIN);
    expect(visit.get('http://10.0.2.2:4000/authorize').status).toBe(400);
  });

  test('text and head are written out once, the head with the length of the text', () => {
    const visit = new Visit();
    const [first, second] = [visit.get(OIDC), visit.get(OIDC)];
    expect([second.body, second.head]).toEqual([first.body, first.head]);
    expect(second.head).toBe(first.head);
    expect(first.head).toEqual([...Object.entries(first.headers).flat(), 'content-length', String(first.body.length)]);
    visit.app.site.issuers[0]?.server.setPolicy({ authorization: { par: 'required' } });
    expect(JSON.parse(visit.get(OIDC).body)).toMatchObject({ require_pushed_authorization_requests: true });
  });
});

describe('M3 nothing but the truth', () => {
  const metadata = new Visit().json(OIDC);

  test('what OIDC Discovery 3 and RFC 8414 2 require is there', () => {
    const required = [
      'issuer',
      'authorization_endpoint',
      'token_endpoint',
      'jwks_uri',
      'response_types_supported',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
      'userinfo_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
      'device_authorization_endpoint',
      'pushed_authorization_request_endpoint',
      'end_session_endpoint',
    ];
    expect(Object.keys(metadata)).toEqual(expect.arrayContaining(required));
    expect(metadata).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_uri_parameter_supported: false,
    });
    expect(new Set(Object.keys(metadata)).size).toBe(Object.keys(metadata).length);
  });

  test('every address it names is answered', () => {
    const visit = new Visit();
    const addresses = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri');
    expect(addresses.length).toBeGreaterThan(8);
    for (const [name, address] of addresses) expect([name, visit.get(String(address)).status]).not.toEqual([name, 404]);
  });

  test('every grant it names is known to the token endpoint, and every known one is named', () => {
    const grants = metadata['grant_types_supported'] as string[];
    expect(new Set(grants)).toEqual(new Set(GRANTS.keys()));
    for (const grant of grants) {
      const { json } = new Visit().token({ grant_type: grant });
      expect(json['error']).not.toBe('unsupported_grant_type');
    }
  });

  test('every scope it names can be asked for by some client, and every challenge method and prompt is understood', () => {
    const visit = new Visit();
    for (const prompt of metadata['prompt_values_supported'] as string[]) {
      expect(answerOf(visit.authorize({ prompt })).get('error')).not.toBe('invalid_request');
    }
    expect(metadata['scopes_supported']).toEqual(expect.arrayContaining(['openid', 'profile', 'email', 'offline_access', 'api']));
    expect(new Set(metadata['scopes_supported'] as string[]).size).toBe((metadata['scopes_supported'] as string[]).length);
  });

  test('every way to authenticate that it names works, and it names none without a client for it', () => {
    const visit = new Visit();
    const secret = { client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET };
    expect(metadata['token_endpoint_auth_methods_supported']).toEqual(['client_secret_basic', 'client_secret_post', 'none']);
    expect(visit.token({ grant_type: 'client_credentials', ...secret }).status).toBe(200);
    expect(visit.token({ grant_type: 'client_credentials', client_id: 'service' }, basic('service', TEST_ONLY_SERVICE_SECRET)).status).toBe(
      200,
    );
    expect(visit.redeem(visit.signIn()).status).toBe(200);
    const clients = [{ id: 'only', grants: ['authorization_code'], scope: 'openid', redirectUris: [CALLBACK] }];
    expect(new Visit({}, { clients }).json(OIDC)).toMatchObject({
      token_endpoint_auth_methods_supported: ['none'],
      grant_types_supported: ['authorization_code'],
    });
  });

  test('what the policy switches off is neither named nor answered', () => {
    const visit = new Visit({ authorization: { par: 'off', iss: false, challengeMethods: ['S256', 'plain'] }, signing: { alg: 'ES256' } });
    const other = visit.json(OIDC);
    expect(other).not.toHaveProperty('pushed_authorization_request_endpoint');
    expect(other).not.toHaveProperty('require_pushed_authorization_requests');
    expect(visit.post('/par', {}).status).toBe(404);
    expect(other).toMatchObject({
      authorization_response_iss_parameter_supported: false,
      code_challenge_methods_supported: ['S256', 'plain'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
  });
});

describe('several issuers on one server', () => {
  const site = (): Visit =>
    new Visit(
      {},
      {
        moreIssuers: [
          { issuer: `${ORIGIN}/b` },
          { issuer: `${ORIGIN}/b/c`, policy: patchPolicy(DEFAULT_POLICY, { authorization: { par: 'required' } }) },
        ],
      },
    );

  test('each has its own metadata, keys and policy', () => {
    const visit = site();
    for (const issuer of [ORIGIN, `${ORIGIN}/b`, `${ORIGIN}/b/c`]) {
      expect(visit.json(`${issuer}${OIDC}`)).toMatchObject({ issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` });
    }
    expect(new Set([ORIGIN, `${ORIGIN}/b`, `${ORIGIN}/b/c`].map((issuer) => visit.get(`${issuer}/jwks`).body)).size).toBe(3);
    expect(visit.json(`${ORIGIN}${OAUTH}/b/c`)['require_pushed_authorization_requests']).toBe(true);
    expect(visit.json(`${ORIGIN}${OAUTH}/b`)['require_pushed_authorization_requests']).toBe(false);
  });

  test('a sign-in at one is nothing to the others: codes, pages, cookies and tokens stay where they were made', () => {
    const visit = site();
    const query = new URLSearchParams({ client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', ...PKCE });
    const page = visit.get(`${ORIGIN}/b/authorize?${query}`);
    const interaction = /name="interaction" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const form = { interaction, decision: 'approve', user: 'ada' };
    expect(visit.post(`${ORIGIN}/interaction`, form).status).toBe(400);
    const back = visit.post(`${ORIGIN}/b/interaction`, form);
    expect(back.headers['set-cookie']).toContain('; Path=/b;');
    expect(answerOf(back).get('iss')).toBe(`${ORIGIN}/b`);
    expect(visit.redeem(answerOf(back).get('code') ?? '').json['error']).toBe('invalid_grant');
  });

  test('the same seed gives the same keys and pages, whatever the port', () => {
    const [one, two] = [new Visit(), new Visit({}, { origin: 'http://127.0.0.1:5000' })];
    one.app.site.issuers[0]?.rotateKeys();
    two.app.site.issuers[0]?.rotateKeys();
    expect(one.get('/jwks').body).toBe(two.get('/jwks').body);
    const other = new Visit({}, { seed: 2 });
    other.app.site.issuers[0]?.rotateKeys();
    expect(other.get('/jwks').body).not.toBe(one.get('/jwks').body);
  });
});
