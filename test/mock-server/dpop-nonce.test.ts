// Nonces for DPoP proofs (RFC 9449 8 and 9): X1, X2, X6 and X8 of the behaviour list.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { basic, EPOCH, MINUTE } from './kit.ts';
import { Prover, Stage } from './grants-kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);
const NONCE = { dpop: { nonce: 'both' } } as const;
const credentials = (stage: Stage, headers: Record<string, string>) =>
  stage.token({ grant_type: 'client_credentials' }, { ...SERVICE, ...headers });

describe('nonces', () => {
  const prover = new Prover();
  const nonceOf = ({ raw }: { raw: { headers: Readonly<Record<string, string>> } }): string => raw.headers['dpop-nonce'] ?? '';

  test('X1 without one: 400 use_dpop_nonce with a nonce; with it the same request is granted', () => {
    const stage = new Stage(NONCE);
    const refused = credentials(stage, { dpop: prover.proof() });
    expect([refused.status, refused.json['error']]).toEqual([400, 'use_dpop_nonce']);
    expect(nonceOf(refused)).toMatch(/^[\w-]{43}$/);
    expect(credentials(stage, { dpop: prover.proof({ nonce: nonceOf(refused) }) }).status).toBe(200);
    expect(credentials(stage, { dpop: prover.proof({ nonce: 'invented' }) }).json['error']).toBe('use_dpop_nonce');
  });

  test('X2 the API asks with 401, a DPoP challenge and a nonce; X8 which is not that of the token endpoint', () => {
    const stage = new Stage(NONCE);
    const nonce = nonceOf(credentials(stage, { dpop: prover.proof() }));
    const { at } = credentials(stage, { dpop: prover.proof({ nonce }) });
    const refused = stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      'DPoP realm="api", error="use_dpop_nonce", algs="ES256 EdDSA Ed25519 RS256"',
    ]);
    const own = refused.headers['dpop-nonce'] ?? '';
    expect(own).not.toBe(nonce);
    expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed', { nonce }) }).status).toBe(401);
    expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed', { nonce: own }) }).status).toBe(200);
    expect(credentials(stage, { dpop: prover.proof({ nonce: own }) }).json['error']).toBe('use_dpop_nonce');
  });

  test('X6 a nonce that was replaced is still good for a while, and the answer brings the new one', () => {
    const stage = new Stage(NONCE);
    const first = nonceOf(credentials(stage, { dpop: prover.proof() }));
    expect(nonceOf(credentials(stage, { dpop: prover.proof({ nonce: first }) }))).toBe('');
    stage.t = 5 * MINUTE;
    const late = credentials(stage, { dpop: prover.proof({ nonce: first }) });
    expect(late.status).toBe(200);
    expect(nonceOf(late)).not.toBe(first);
    const at = late.at;
    const own = stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') }).headers['dpop-nonce'] ?? '';
    stage.t = 10 * MINUTE;
    expect(credentials(stage, { dpop: prover.proof({ nonce: first }) }).json['error']).toBe('use_dpop_nonce');
    const reply = stage.api('/feed', undefined, { headers: prover.headers(at, '/feed', { nonce: own }) });
    expect([reply.status, reply.headers['dpop-nonce'] === own]).toEqual([200, false]);
    expect(reply.headers['dpop-nonce']).toMatch(/^[\w-]{43}$/);
  });

  test('a good nonce says when the proof was made, whatever the clock of the device thinks', () => {
    const stage = new Stage({ dpop: { nonce: 'as' } });
    const nonce = nonceOf(credentials(stage, { dpop: prover.proof() }));
    expect(credentials(stage, { dpop: prover.proof({ nonce, iat: EPOCH / 1_000 - 86_400 }) }).status).toBe(200);
  });

  test('a client that shows nothing where a proof is required learns the nonce at once', () => {
    const refused = credentials(new Stage({ dpop: { use: 'required', nonce: 'as' } }), {});
    expect([refused.json['error'], nonceOf(refused) === '']).toEqual(['invalid_dpop_proof', false]);
  });

  test('a browser may read the nonce', () => {
    expect(credentials(new Stage(NONCE), { dpop: prover.proof() }).raw.headers['access-control-expose-headers']).toContain('DPoP-Nonce');
  });
});
