// Client authentication methods as the registry and the policy allow them: T6-T10, at every endpoint of the authorization server.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import type { ClientAuthMethod, RegisteredClient } from '../../mock-server/clients.ts';
import { basic } from './kit.ts';
import { DEVICE_GRANT, Stage } from './grants-kit.ts';

const SECRET = 'a secret: with/reserved+characters %';
const WAYS: Readonly<Record<ClientAuthMethod, { params: Record<string, string>; headers: Record<string, string> }>> = {
  none: { params: { client_id: 'c' }, headers: {} },
  client_secret_basic: { params: {}, headers: basic('c', SECRET) },
  client_secret_post: { params: { client_id: 'c', client_secret: SECRET }, headers: {} },
};
const stageWith = (client: Partial<RegisteredClient>): Stage =>
  new Stage({}, { clients: [{ id: 'c', grants: ['client_credentials', DEVICE_GRANT], scope: 'api', ...client }] });

describe('methods', () => {
  const METHODS = Object.keys(WAYS) as ClientAuthMethod[];

  test.each(METHODS)('a client with a secret that registered %s alone may use no other', (method) => {
    const stage = stageWith({ secret: SECRET, authMethods: [method] });
    for (const way of METHODS.filter((one) => one !== 'none')) {
      const { params, headers } = WAYS[way];
      const { status } = stage.token({ grant_type: 'client_credentials', ...params }, headers);
      expect([way, status]).toEqual([way, way === method ? 200 : 401]);
    }
  });

  test('a client with a secret may use both ways when it registered none, but never go without', () => {
    const stage = stageWith({ secret: SECRET });
    const status = (way: ClientAuthMethod) =>
      stage.token({ grant_type: 'client_credentials', ...WAYS[way].params }, WAYS[way].headers).status;
    expect(METHODS.map(status)).toEqual([401, 200, 200]);
  });

  test('a public client shows its name and nothing else', () => {
    const stage = stageWith({});
    const status = (way: ClientAuthMethod) =>
      stage.token({ grant_type: 'client_credentials', ...WAYS[way].params }, WAYS[way].headers).status;
    expect(METHODS.map(status)).toEqual([200, 401, 401]);
  });

  test('T6 a grant the client may not use is unauthorized_client, the device endpoint included', () => {
    const stage = stageWith({ grants: ['refresh_token'] });
    expect(stage.token({ client_id: 'c', grant_type: DEVICE_GRANT, device_code: 'x' }).json['error']).toBe('unauthorized_client');
    expect(stage.post('/device_authorization', { client_id: 'c' }).json['error']).toBe('unauthorized_client');
  });
});

describe('refusals', () => {
  const ENDPOINTS = ['/token', '/revoke', '/introspect', '/device_authorization', '/par'];

  test.each(ENDPOINTS)('T7 at %s, bad credentials in the header are 401 with a Basic challenge, whatever the policy', (path) => {
    for (const bodyStatus of [400, 401] as const) {
      const reply = new Stage({ clientAuth: { bodyStatus } }).post(
        path,
        { grant_type: 'client_credentials', token: 'x' },
        basic('service', 'wrong'),
      );
      expect([reply.status, reply.json['error'], reply.raw.headers['www-authenticate']]).toEqual([
        401,
        'invalid_client',
        'Basic realm="authorization server"',
      ]);
    }
  });

  test.each(ENDPOINTS)('T8 at %s, bad credentials in the body get the status of the policy', (path) => {
    for (const bodyStatus of [400, 401] as const) {
      const body = { grant_type: 'client_credentials', token: 'x', client_id: 'service', client_secret: 'wrong' };
      const reply = new Stage({ clientAuth: { bodyStatus } }).post(path, body);
      expect([reply.status, reply.json['error']]).toEqual([bodyStatus, 'invalid_client']);
    }
  });

  test.each(ENDPOINTS)('T9 at %s, two methods at once are invalid_request', (path) => {
    const both = { grant_type: 'client_credentials', token: 'x', client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET };
    expect(new Stage().post(path, both, basic('service', TEST_ONLY_SERVICE_SECRET)).json['error']).toBe('invalid_request');
  });

  test.each(ENDPOINTS)('T10 at %s, user and secret of Basic are form-urlencoded', (path) => {
    const raw = { authorization: `Basic ${Buffer.from(`service:${TEST_ONLY_SERVICE_SECRET}`).toString('base64')}` };
    expect(new Stage().post(path, { grant_type: 'client_credentials', token: 'x' }, raw).status).toBe(401);
  });
});
