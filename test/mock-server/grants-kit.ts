// A server with everything `serve` offers, short ways to ask it, and a client that makes DPoP proofs with real keys.
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { MockServer, ServerContext } from '../../mock-server/contract.ts';
import { Desk } from '../../mock-server/desk.ts';
import { DEFAULT_PEOPLE } from '../../mock-server/people.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import type { PolicyPatch, ServerPolicy } from '../../mock-server/policy.ts';
import { SERVE_ENDPOINTS } from '../../mock-server/serve-endpoints.ts';
import { serverOf } from '../../mock-server/server.ts';
import { createSigner } from '../../mock-server/signer.ts';
import type { ServerFact } from '../../src/core/events.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/http.ts';
import { TokenLabels } from '../../src/core/labels.ts';
import { createStreams } from '../../src/core/streams.ts';
import { EPOCH, ISSUER, readReply, tokenRequest } from './kit.ts';
import type { TokenReply } from './kit.ts';

export const API = `${ISSUER}/api`;
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

type FactOf<T extends ServerFact['type']> = Extract<ServerFact, { type: T }>;

export class Stage {
  t = 0;
  readonly journal: ServerFact[] = [];
  readonly desk: Desk;
  readonly server: MockServer;
  #x = 0;
  #n = 0;

  constructor(patch: PolicyPatch = {}, { policy = DEFAULT_POLICY, ...more }: Partial<ServerContext> & { policy?: ServerPolicy } = {}) {
    const context: ServerContext = {
      issuer: ISSUER,
      resourceOrigin: API,
      now: () => this.t,
      epoch: EPOCH,
      ids: createStreams(1).stream('server'),
      signer: createSigner(),
      labels: new TokenLabels(),
      people: DEFAULT_PEOPLE,
      endpoints: SERVE_ENDPOINTS,
      record: (_actor, fact) => void this.journal.push(fact),
      ...more,
    };
    this.desk = new Desk(context, patchPolicy(policy, patch));
    this.server = serverOf(this.desk);
  }

  facts<T extends ServerFact['type']>(type: T): FactOf<T>[] {
    return this.journal.filter((fact): fact is FactOf<T> => fact.type === type);
  }

  session(user = 'ada', device = 'phone', options: { clientId?: string; scope?: string } = {}): { at: string; rt: string; family: string } {
    const { response, family } = this.server.grantSession(user, device, options);
    return { at: response.access_token, rt: response.refresh_token ?? '', family };
  }

  post(path: string, params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): TokenReply {
    const meta = path === '/token' ? { x: `x${++this.#x}` } : {};
    return readReply(this.server.handle({ ...tokenRequest(params, headers), url: `${ISSUER}${path}` }, meta));
  }

  json(path: string, body: object, headers: Readonly<Record<string, string>> = {}): TokenReply {
    const request = {
      method: 'POST',
      url: `${ISSUER}${path}`,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    return readReply(this.server.handle(request, path.endsWith('/token') ? { x: `x${++this.#x}` } : {}));
  }

  token(params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): TokenReply {
    return this.post('/token', params, headers);
  }

  refresh(rt: string, headers: Readonly<Record<string, string>> = {}, more: Readonly<Record<string, string>> = {}): TokenReply {
    return this.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: rt, ...more }, headers);
  }

  api(path: string, authorization: string | undefined, more: Partial<HttpRequest> = {}): HttpResponse {
    const headers: Record<string, string> = { ...(authorization === undefined ? {} : { authorization }), ...more.headers };
    return this.server.handle({ method: 'GET', url: `${API}${path}`, body: '', ...more, headers }, { n: `n${++this.#n}`, k: 1 });
  }
}

export type ProofAlg = 'ES256' | 'EdDSA' | 'RS256';
export interface ProofOptions {
  htm?: string;
  htu?: string;
  iat?: number;
  jti?: string;
  nonce?: string;
  token?: string;
  header?: Readonly<Record<string, unknown>>;
  claims?: Readonly<Record<string, unknown>>;
}

/** A holder of one key. `t` is added to the epoch for `iat`. */
export class Prover {
  readonly alg: ProofAlg;
  readonly key: KeyObject;
  readonly jwk: JsonWebKey;
  #jti = 0;

  constructor(alg: ProofAlg = 'ES256') {
    this.alg = alg;
    this.key = KEYS[alg]();
    this.jwk = createPublicKey(this.key).export({ format: 'jwk' }) as JsonWebKey;
  }

  proof({
    htm = 'POST',
    htu = `${ISSUER}/token`,
    iat = EPOCH / 1_000,
    jti,
    nonce,
    token,
    header = {},
    claims = {},
  }: ProofOptions = {}): string {
    const head = { typ: 'dpop+jwt', alg: this.alg, jwk: this.jwk, ...header };
    const ath = token === undefined ? {} : { ath: hash('sha256', token, 'base64url') };
    const body = { jti: jti ?? `proof-${++this.#jti}`, htm, htu, iat, ...(nonce === undefined ? {} : { nonce }), ...ath, ...claims };
    const input = `${encode(head)}.${encode(body)}`;
    const digest = this.alg === 'EdDSA' ? null : 'sha256';
    return `${input}.${sign(digest, Buffer.from(input), { key: this.key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  /** For a call of the API with a bound token. */
  headers(token: string, path: string, options: ProofOptions = {}): { authorization: string; dpop: string } {
    return { authorization: `DPoP ${token}`, dpop: this.proof({ htm: 'GET', htu: `${API}${path}`, token, ...options }) };
  }
}

interface JsonWebKey {
  kty?: string;
  crv?: string;
  x?: string;
  y?: string;
  e?: string;
  n?: string;
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const KEYS: Readonly<Record<ProofAlg, () => KeyObject>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  RS256: () =>
    createPrivateKey(
      generateKeyPairSync('rsa', {
        modulusLength: 2_048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      }).privateKey,
    ),
};
