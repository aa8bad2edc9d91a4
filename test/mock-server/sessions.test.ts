// Sessions and devices: the app's own Sessions screen over the API, and the pure functions behind it and the control API.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { changePassword, listSessions, terminateSession, terminateSessions } from '../../mock-server/sessions.ts';
import { basic, DAY, EPOCH, MINUTE } from './kit.ts';
import { Stage } from './grants-kit.ts';

const iso = (t: number): string => new Date(EPOCH + t).toISOString();
interface Listed {
  id: string;
  device: string;
  client_id: string;
  created_at: string;
  last_active: string;
  current: boolean;
}

function three() {
  const stage = new Stage();
  const phone = stage.session('ada', 'phone');
  stage.t = MINUTE;
  const tablet = stage.session('ada', 'tablet');
  const bob = stage.session('bob', 'phone');
  const list = (at: string) => (JSON.parse(stage.api('/sessions', `Bearer ${at}`).body) as { sessions: Listed[] }).sessions;
  return { stage, phone, tablet, bob, list };
}

describe('the Sessions screen', () => {
  test('lists where the user is signed in, since when, last used when, and which one this is', () => {
    const { stage, phone, tablet, list } = three();
    stage.t = 5 * MINUTE;
    expect(list(phone.at)).toEqual([
      { id: phone.family, device: 'phone', client_id: 'app', created_at: iso(0), last_active: iso(5 * MINUTE), current: true },
      { id: tablet.family, device: 'tablet', client_id: 'app', created_at: iso(MINUTE), last_active: iso(MINUTE), current: false },
    ]);
  });

  test('last activity follows API requests and refreshes, and no failed attempt', () => {
    const { stage, phone, tablet, list } = three();
    stage.t = 2 * MINUTE;
    const { rt } = stage.refresh(tablet.rt);
    stage.t = 3 * MINUTE;
    stage.api('/feed', `Bearer ${tablet.at}`);
    stage.t = 4 * MINUTE;
    expect(stage.refresh(rt, {}, { scope: 'admin' }).status).toBe(400);
    expect(list(phone.at)[1]?.last_active).toBe(iso(3 * MINUTE));
  });

  test('ends one session: its tokens are dead at once, the others live', () => {
    const { stage, phone, tablet, list } = three();
    expect(stage.api(`/sessions/${tablet.family}`, `Bearer ${phone.at}`, { method: 'DELETE' }).status).toBe(204);
    expect(list(phone.at).map(({ device }) => device)).toEqual(['phone']);
    expect([stage.api('/feed', `Bearer ${tablet.at}`).status, stage.refresh(tablet.rt).json['error']]).toEqual([401, 'invalid_grant']);
    expect(stage.facts('family.dead')).toMatchObject([{ family: tablet.family, reason: 'user', user: 'ada' }]);
  });

  test('cannot end what is not there, is over, or is somebody else’s', () => {
    const { stage, phone, tablet, bob } = three();
    const end = (id: string) => stage.api(`/sessions/${id}`, `Bearer ${phone.at}`, { method: 'DELETE' }).status;
    expect([end(tablet.family), end(tablet.family), end(bob.family), end('f99'), end('x'), end('')]).toEqual([
      204, 404, 404, 404, 404, 404,
    ]);
    expect(stage.api('/feed', `Bearer ${bob.at}`).status).toBe(200);
  });

  test('ends all others and says how many', () => {
    const { stage, phone, tablet, bob } = three();
    const reply = stage.api('/sessions/others', `Bearer ${tablet.at}`, { method: 'DELETE' });
    expect(JSON.parse(reply.body)).toEqual({ ended: 1 });
    expect([phone, tablet, bob].map(({ at }) => stage.api('/feed', `Bearer ${at}`).status)).toEqual([401, 200, 200]);
  });

  test('a session can end itself', () => {
    const { stage, phone } = three();
    expect(stage.api(`/sessions/${phone.family}`, `Bearer ${phone.at}`, { method: 'DELETE' }).status).toBe(204);
    expect(stage.api('/sessions', `Bearer ${phone.at}`).status).toBe(401);
  });

  test('needs a user: no token is 401, a client’s own token 403', () => {
    const { stage } = three();
    const { at } = stage.token({ grant_type: 'client_credentials' }, basic('service', TEST_ONLY_SERVICE_SECRET));
    expect([stage.api('/sessions', undefined).status, stage.api('/sessions', `Bearer ${at}`).status]).toEqual([401, 403]);
    expect(stage.api('/password', `Bearer ${at}`, { method: 'POST' }).status).toBe(403);
  });
});

describe('a change of password', () => {
  test.each([
    ['all', 2, [401, 401, 200]],
    ['others', 1, [200, 401, 200]],
    ['none', 0, [200, 200, 200]],
  ] as const)('under the policy %s ends %i of two sessions', (passwordChange, ended, statuses) => {
    const { stage, phone, tablet, bob } = three();
    stage.server.setPolicy({ passwordChange });
    expect(JSON.parse(stage.api('/password', `Bearer ${phone.at}`, { method: 'POST' }).body)).toEqual({ ended });
    expect([phone, tablet, bob].map(({ at }) => stage.api('/feed', `Bearer ${at}`).status)).toEqual(statuses);
    expect(stage.facts('family.dead').map(({ reason }) => reason)).toEqual(Array.from({ length: ended }, () => 'password'));
  });
});

describe('from outside', () => {
  test('an operator ends one session of anybody, or all of a user', () => {
    const { stage, phone, tablet, bob } = three();
    expect(terminateSession(stage.desk, bob.family, 'admin')).toBe(true);
    expect(terminateSessions(stage.desk, 'ada', 'admin')).toBe(2);
    expect([phone, tablet, bob].map(({ rt }) => stage.refresh(rt).status)).toEqual([400, 400, 400]);
    expect(stage.facts('family.dead').map(({ family, reason }) => `${family} ${reason}`)).toEqual(['f3 admin', 'f1 admin', 'f2 admin']);
    expect([
      terminateSessions(stage.desk, 'ada', 'admin'),
      terminateSessions(stage.desk, 'nobody', 'admin'),
      changePassword(stage.desk, 'nobody'),
    ]).toEqual([0, 0, 0]);
  });

  test('the list can tell of sessions that are over, and how they ended', () => {
    const { stage, tablet } = three();
    terminateSession(stage.desk, tablet.family, 'admin');
    expect(listSessions(stage.desk).map(({ id }) => id)).toEqual(['f1', 'f3']);
    expect(listSessions(stage.desk, { all: true }).map(({ id, alive, ended }) => [id, alive, ended])).toEqual([
      ['f1', true, undefined],
      ['f2', false, 'admin'],
      ['f3', true, undefined],
    ]);
    expect(listSessions(stage.desk, { user: 'nobody' })).toEqual([]);
  });

  test('a session that nobody used for too long is over before anyone tries it; one without a refresh token ends with its access token', () => {
    const { stage } = three();
    stage.session('eve', 'kiosk', { scope: 'openid' });
    expect(listSessions(stage.desk, { user: 'eve' })).toHaveLength(1);
    stage.t = 2 * 60 * MINUTE;
    expect([listSessions(stage.desk, { user: 'eve' }), listSessions(stage.desk, { user: 'ada' }).length]).toEqual([[], 2]);
    stage.t = 31 * DAY;
    expect(listSessions(stage.desk)).toEqual([]);
    expect(stage.facts('family.dead')).toEqual([]);
  });

  test('one session per user: a new sign-in ends the one before', () => {
    const stage = new Stage({ sessionsPerUser: 1 });
    const [first, second] = [stage.session('ada', 'phone'), stage.session('ada', 'tablet')];
    expect([first, second].map(({ at }) => stage.api('/feed', `Bearer ${at}`).status)).toEqual([401, 200]);
    expect(stage.facts('family.dead')).toMatchObject([{ family: first.family, reason: 'single-session' }]);
  });

  test('where access tokens outlive their session, ending it still ends its refresh token', () => {
    const { stage, tablet } = three();
    stage.server.setPolicy({ revocation: { refreshKillsAccess: false } });
    terminateSession(stage.desk, tablet.family, 'admin');
    expect([stage.api('/feed', `Bearer ${tablet.at}`).status, stage.refresh(tablet.rt).status]).toEqual([200, 400]);
  });
});
