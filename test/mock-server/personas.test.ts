// Provider personas: one table of what each does to the same client, as the facts give it, and what makes each its own on the wire.
import { describe, expect, test } from 'vitest';
import { findPersona, PERSONAS } from '../../mock-server/personas/personas.ts';
import { CLIENTS } from '../../mock-server/clients.ts';
import { metadata } from '../../mock-server/metadata.ts';
import { DAY, EPOCH, HOUR, MINUTE } from './kit.ts';
import { Prover, Stage } from './grants-kit.ts';

const play = (name: string): Stage => {
  const persona = findPersona(name);
  if (persona === undefined) throw new Error(`no persona ${name}`);
  return new Stage({}, { policy: persona.policy });
};

/** Signs in, refreshes once, then comes back with the first refresh token after `wait` ms. */
function comeBack(name: string, wait: number) {
  const stage = play(name);
  const first = stage.session();
  const second = stage.refresh(first.rt);
  stage.t = wait;
  const again = stage.refresh(first.rt);
  const child = second.json['refresh_token'] === undefined ? undefined : stage.refresh(second.rt);
  return { stage, second, again, child: child?.status };
}

interface Row {
  name: string;
  lifetime: number;
  /** Second use of the first refresh token at once, and after a minute. */
  atOnce: number;
  later: number;
  /** What then becomes of the child. */
  childAfter: number | undefined;
  /** Ms after which an unused session is over; undefined = never within ten years. */
  idle: number | undefined;
  /** Whether an access token still works after its session was revoked. */
  survives: boolean;
}

const ROWS: readonly Row[] = [
  { name: 'rfc', lifetime: HOUR, atOnce: 400, later: 400, childAfter: 400, idle: 30 * DAY, survives: false },
  { name: 'auth0', lifetime: DAY, atOnce: 403, later: 403, childAfter: 403, idle: 15 * DAY, survives: true },
  { name: 'okta', lifetime: HOUR, atOnce: 200, later: 400, childAfter: 400, idle: 7 * DAY, survives: false },
  { name: 'cognito', lifetime: HOUR, atOnce: 200, later: 200, childAfter: undefined, idle: 30 * DAY, survives: true },
  { name: 'supabase', lifetime: HOUR, atOnce: 200, later: 200, childAfter: 200, idle: undefined, survives: true },
  { name: 'hydra', lifetime: HOUR, atOnce: 401, later: 401, childAfter: 400, idle: 30 * DAY, survives: false },
  { name: 'keycloak', lifetime: 5 * MINUTE, atOnce: 200, later: 200, childAfter: 200, idle: 30 * MINUTE, survives: true },
];

describe.each(ROWS)('$name', ({ name, lifetime, atOnce, later, childAfter, idle, survives }) => {
  test('tells its own lifetime', () => {
    const stage = play(name);
    expect(stage.refresh(stage.session().rt).json['expires_in']).toBe(lifetime / 1_000);
  });

  test('treats a retry with the previous refresh token as the facts say, at once and a minute later', () => {
    expect([comeBack(name, 0).again.status, comeBack(name, MINUTE).again.status, comeBack(name, MINUTE).child]).toEqual([
      atOnce,
      later,
      childAfter,
    ]);
  });

  test('ends an unused session when the facts say', () => {
    const after = (ms: number): number => {
      const stage = play(name);
      const { rt } = stage.session();
      stage.t = ms;
      return stage.refresh(rt).status;
    };
    expect(after((idle ?? 3_650 * DAY) - 1)).toBe(200);
    expect(idle === undefined || after(idle) >= 400).toBe(true);
  });

  test('lets an access token outlive its session, or not', () => {
    const stage = play(name);
    const { at } = stage.session();
    stage.server.revoke('family', {}, 'admin');
    expect(stage.api('/feed', `Bearer ${at}`).status).toBe(survives ? 200 : 401);
  });

  test('keeps the laws of a server and says in the journal what it told', () => {
    const { stage } = comeBack(name, MINUTE);
    expect(stage.server.selfCheck()).toEqual([]);
    expect(stage.facts('token.responded').map(({ status }) => status)).toEqual([
      200,
      later,
      ...(childAfter === undefined ? [] : [childAfter]),
    ]);
  });
});

describe('on the wire', () => {
  test('auth0 says 403, which a strict reader does not take for an OAuth error', () => {
    const { stage, again } = comeBack('auth0', 0);
    expect(again.json).toEqual({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' });
    expect(stage.facts('token.responded').at(1)).toMatchObject({ status: 403, kind: 'other' });
    expect(stage.facts('token.refused').at(0)).toMatchObject({ status: 400, error: 'invalid_grant', reason: 'reused' });
  });

  test('auth0 with an overlap forgives the parent and no older one', () => {
    const stage = new Stage({ refreshToken: { grace: { window: 60_000 } } }, { policy: findPersona('auth0')!.policy });
    const first = stage.session();
    const second = stage.refresh(first.rt);
    expect(stage.refresh(first.rt).status).toBe(200);
    expect(stage.refresh(second.rt).status).toBe(200);
    expect(stage.refresh(first.rt).status).toBe(403);
  });

  test('auth0 ends a session 30 days after the sign-in, however active', () => {
    const stage = play('auth0');
    const [{ rt }] = [stage.session()];
    stage.t = 14 * DAY;
    const next = stage.refresh(rt);
    stage.t = 28 * DAY;
    const last = stage.refresh(next.rt);
    stage.t = 30 * DAY;
    expect([next.status, last.status, stage.refresh(last.rt).status]).toEqual([200, 200, 403]);
  });

  test('okta takes all access tokens along when a refresh token is reused', () => {
    const { stage, second } = comeBack('okta', MINUTE);
    expect(stage.api('/feed', `Bearer ${second.at}`).status).toBe(401);
    expect(second.raw.headers['x-okta-request-id']).toBeDefined();
  });

  test('cognito sends no refresh token back, and an error without a description', () => {
    const stage = play('cognito');
    expect(stage.refresh(stage.session().rt).json).not.toHaveProperty('refresh_token');
    expect(stage.refresh('made-up').json).toEqual({ error: 'invalid_grant' });
  });

  test('supabase hands out the active child again, tells expires_at, and names its errors in body and header', () => {
    const { stage, second, again } = comeBack('supabase', HOUR - 1);
    expect(again.rt).toBe(second.rt);
    expect(second.json).toMatchObject({ token_type: 'bearer', expires_at: EPOCH / 1_000 + 3_600, user: { id: 'ada' } });
    const unknown = stage.refresh('made-up');
    expect([unknown.status, unknown.json['error_code'], unknown.raw.headers['x-sb-error-code']]).toEqual([
      400,
      'refresh_token_not_found',
      'refresh_token_not_found',
    ]);
  });

  test('supabase detects the reuse of a grandparent', () => {
    const stage = play('supabase');
    const first = stage.session();
    stage.refresh(stage.refresh(first.rt).rt);
    expect(stage.refresh(first.rt).json).toEqual({
      code: 400,
      error_code: 'refresh_token_already_used',
      msg: 'Invalid Refresh Token: Already Used',
    });
  });

  test('hydra gives opaque tokens and answers a reuse with token_inactive', () => {
    const { second, again } = comeBack('hydra', 0);
    expect([second.at.includes('.'), second.json['token_type'], again.json['error']]).toEqual([false, 'bearer', 'token_inactive']);
  });

  test('keycloak gives a new refresh token each time and keeps the old ones good, until the session is over', () => {
    const stage = play('keycloak');
    const first = stage.session();
    const rts = [first.rt, stage.refresh(first.rt).rt, stage.refresh(first.rt).rt];
    expect(new Set(rts).size).toBe(3);
    expect(rts.map((rt) => stage.refresh(rt).status)).toEqual([200, 200, 200]);
    expect(stage.refresh(first.rt).json).toMatchObject({ refresh_expires_in: 1_800, 'not-before-policy': 0, session_state: first.family });
    stage.server.revoke('family', {}, 'admin');
    expect(stage.refresh(first.rt).json['error_description']).toBe('Session not active');
  });

  test('fapi2 wants a proof with a nonce on every call, does not rotate, and gives a code one minute', () => {
    const stage = play('fapi2');
    const prover = new Prover();
    expect(stage.refresh(stage.session().rt).json['error']).toBe('invalid_dpop_proof');
    const [code, late] = [stage.server.grantCode('ada', 'phone'), stage.server.grantCode('ada', 'phone')];
    const redeem = (value: string, iat: number) => {
      const params = { grant_type: 'authorization_code', client_id: 'app', code: value };
      const nonce = stage.token(params, { dpop: prover.proof({ iat }) }).raw.headers['dpop-nonce'] ?? '';
      return { nonce, reply: stage.token(params, { dpop: prover.proof({ nonce, iat }) }) };
    };
    const { nonce, reply } = redeem(code, EPOCH / 1_000);
    expect([reply.status, reply.json['token_type'], reply.json['expires_in']]).toEqual([200, 'DPoP', 300]);
    for (let i = 0; i < 2; i++) {
      const again = stage.refresh(reply.rt, { dpop: prover.proof({ nonce }) });
      expect([again.status, again.json['refresh_token']]).toEqual([200, undefined]);
    }
    stage.t = MINUTE;
    expect(redeem(late, EPOCH / 1_000 + 60).reply.json['error']).toBe('invalid_grant');
    expect(metadata(stage.desk)['require_pushed_authorization_requests']).toBe(true);
  });
});

test.each([
  ['rfc', false],
  ['okta', false],
  ['hydra', false],
  ['cognito', true],
  ['supabase', true],
  ['keycloak', true],
  ['trakt', true],
])('%s gives a refresh token without offline_access: %s', (name, given) => {
  expect(play(name).session('ada', 'phone', { scope: 'openid' }).rt !== '').toBe(given);
});

describe('the table', () => {
  test('has a name, a client of the registry and sources for each', () => {
    expect(PERSONAS.map(({ name }) => name)).toEqual([
      'rfc',
      'fapi2',
      'auth0',
      'okta',
      'cognito',
      'supabase',
      'hydra',
      'keycloak',
      'trakt',
    ]);
    for (const { client, sources, summary } of PERSONAS) {
      expect(CLIENTS.map(({ id }) => id)).toContain(client);
      expect([sources.length > 0, summary.length > 20]).toEqual([true, true]);
    }
  });

  test('is data: a persona survives JSON', () => {
    for (const { policy } of PERSONAS) expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });

  test('finds a name in any case, and nothing for another', () => {
    expect([findPersona('Okta')?.name, findPersona('nobody')]).toEqual(['okta', undefined]);
  });
});
