// The most used authorization server library on npm: rotation with reuse detection, EdDSA JWTs for the same audience. Its own memory
// adapter forgets after 1,000 records, so its records are kept in a plain Map. Sessions are put into its store directly, as ours are.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
// oxlint-disable-next-line import/no-named-as-default -- its declarations here name the default export only
import Provider from 'oidc-provider';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { report } from './report.ts';

type Payload = Record<string, unknown> & { grantId?: string; consumed?: number };

/** Remembers all, as ours does; the same work per record as theirs. */
class MapAdapter {
  static readonly records = new Map<string, Payload>();
  static readonly grants = new Map<string, Set<string>>();
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    MapAdapter.records.set(`${this.#model}:${id}`, payload);
    const { grantId } = payload;
    if (grantId === undefined || this.#model === 'Grant') return;
    const members = MapAdapter.grants.get(grantId);
    if (members === undefined) MapAdapter.grants.set(grantId, new Set([`${this.#model}:${id}`]));
    else members.add(`${this.#model}:${id}`);
  }

  async find(id: string): Promise<Payload | undefined> {
    return MapAdapter.records.get(`${this.#model}:${id}`);
  }

  async consume(id: string): Promise<void> {
    const record = MapAdapter.records.get(`${this.#model}:${id}`);
    if (record !== undefined) record.consumed = Math.floor(Date.now() / 1_000);
  }

  async destroy(id: string): Promise<void> {
    MapAdapter.records.delete(`${this.#model}:${id}`);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of MapAdapter.grants.get(grantId) ?? []) MapAdapter.records.delete(key);
    MapAdapter.grants.delete(grantId);
  }

  async findByUid(): Promise<undefined> {
    return undefined;
  }
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }
}

const SCOPE = 'api offline_access';
const RESOURCE = 'http://127.0.0.1/api';
const jwk = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' };
const provider = new Provider('http://127.0.0.1', {
  adapter: MapAdapter,
  jwks: { keys: [jwk as never] },
  clients: [
    {
      client_id: 'app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['com.example.app:/callback'],
      application_type: 'native',
    },
    {
      client_id: 'service',
      client_secret: TEST_ONLY_SERVICE_SECRET,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  scopes: ['openid', 'offline_access', 'api', 'admin'],
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'EdDSA'] },
  clientDefaults: { id_token_signed_response_alg: 'EdDSA' },
  rotateRefreshToken: true,
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: { Grant: 86_400, RefreshToken: 86_400, AccessToken: 3_600, ClientCredentials: 3_600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'api admin',
        audience: RESOURCE,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'EdDSA' } },
        accessTokenTTL: 3_600,
      }),
    },
  },
});

async function sessionOf(accountId: string): Promise<string> {
  const client = await provider.Client.find('app');
  if (client === undefined) throw new Error('the client is registered');
  const grant = new provider.Grant({ accountId, clientId: 'app' });
  grant.addOIDCScope(SCOPE);
  grant.addResourceScope(RESOURCE, 'api');
  const grantId = await grant.save();
  const token = new provider.RefreshToken({
    accountId,
    client,
    grantId,
    gty: 'authorization_code',
    scope: SCOPE,
    resource: RESOURCE,
    expiresWithSession: false,
  } as never);
  return token.save();
}

const tokens: string[] = [];
for (let i = 0; i < 32; i++) tokens.push(await sessionOf(`user-${i}`));
const server = createServer(provider.callback());
server.listen(0, '127.0.0.1', () => report({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tokens }));
