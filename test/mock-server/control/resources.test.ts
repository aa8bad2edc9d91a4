// Each resource of the control API, and that what it does is done: seen at the token endpoint, the API and the journal.
import { describe, expect, test } from 'vitest';
import { EPOCH, Desk, ORIGIN } from './kit.ts';

const HOUR = 3_600_000;

describe('the clock', () => {
  test('stands, moves and runs', () => {
    const desk = new Desk();
    desk.pass(500);
    expect(desk.ok('GET', '/clock')).toEqual({ now: 0, time: new Date(EPOCH).toISOString(), frozen: true, devices: {} });
    expect(desk.ok('POST', '/clock/advance', { by: '5m' })['now']).toBe(300_000);
    expect(desk.ok('POST', '/clock/advance', { by: 1_500 })['now']).toBe(301_500);
    expect(desk.ok('POST', '/clock/resume')['frozen']).toBe(false);
    desk.pass(250);
    expect(desk.ok('POST', '/clock/freeze')['now']).toBe(301_750);
  });
  test('is set by date or by duration, and never back', () => {
    const desk = new Desk();
    expect(desk.ok('POST', '/clock/set', { to: new Date(EPOCH + HOUR).toISOString() })['now']).toBe(HOUR);
    expect(desk.ok('POST', '/clock/set', { to: '2h' })['now']).toBe(2 * HOUR);
    expect(desk.call('POST', '/clock/set', { to: '1h' })).toMatchObject({ status: 400, json: { field: 'to' } });
    expect(desk.call('POST', '/clock/set', { to: 'tomorrow' })).toMatchObject({ status: 400, json: { field: 'to' } });
  });
  test('makes tokens expire', () => {
    const desk = new Desk();
    const { at } = desk.signIn();
    expect(desk.api(at).status).toBe(200);
    desk.ok('POST', '/clock/advance', { by: '1h' });
    expect(desk.api(at)).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
  });
  test('a device may have a wrong one', () => {
    const desk = new Desk();
    expect(desk.ok('PUT', '/clock/devices/phone', { offset: '-1h' })['devices']).toEqual({ phone: -HOUR });
    expect(desk.app.clock.deviceOffset('phone')).toBe(-HOUR);
    expect(desk.ok('PUT', '/clock/devices/phone', { offset: 0 })['devices']).toEqual({});
  });
});

describe('tokens and sessions', () => {
  test('one access token is revoked by its label, the session lives on', () => {
    const desk = new Desk();
    const { at, rt } = desk.signIn();
    expect(desk.ok('POST', '/revoke', { token: 'AT-1' })).toEqual({ sessions: [], tokens: ['AT-1'] });
    expect(desk.api(at).status).toBe(401);
    expect(desk.tokens(rt)['status']).toBe(200);
  });
  test('a refresh token stands for its session, by label or by value', () => {
    for (const name of ['label', 'value'] as const) {
      const desk = new Desk();
      const { at, rt } = desk.signIn();
      expect(desk.ok('POST', '/revoke', { token: name === 'label' ? 'RT-1' : rt })).toEqual({ sessions: ['f1'], tokens: ['AT-1'] });
      expect([desk.api(at).status, desk.tokens(rt)['error']]).toEqual([401, 'invalid_grant']);
    }
  });
  test('a user is revoked everywhere, a device alone, and nobody else', () => {
    const desk = new Desk();
    const phone = desk.signIn('ada', 'phone');
    desk.signIn('ada', 'tablet');
    const bob = desk.signIn('bob', 'phone');
    expect(desk.ok('POST', '/revoke', { user: 'ada', device: 'phone', reason: 'password' })['sessions']).toEqual(['f1']);
    expect(desk.ok('POST', '/revoke', { user: 'ada' })['sessions']).toEqual(['f2']);
    expect([desk.api(phone.at).status, desk.api(bob.at).status]).toEqual([401, 200]);
    expect(desk.ok('GET', '/journal?type=family.dead').entries.map((entry: { reason: string }) => entry.reason)).toEqual([
      'password',
      'admin',
    ]);
  });
  test('access tokens of a session alone', () => {
    const desk = new Desk();
    const { at, rt } = desk.signIn();
    expect(desk.ok('POST', '/revoke', { session: 'f1', what: 'access-token' })).toEqual({ sessions: [], tokens: ['AT-1'] });
    expect([desk.api(at).status, desk.tokens(rt)['status']]).toEqual([401, 200]);
  });
  test('expire: the API takes the token for one that ran out, and a refresh helps', () => {
    const desk = new Desk();
    const { at, rt } = desk.signIn();
    expect(desk.ok('POST', '/expire', { user: 'ada' })['tokens']).toEqual(['AT-1']);
    expect(desk.api(at).status).toBe(401);
    expect(desk.ok('GET', '/journal?type=api.responded').entries[0].reason).toBe('expired');
    const { access_token: next } = desk.tokens(rt);
    expect(desk.api(next).status).toBe(200);
    expect(desk.ok('POST', '/expire', { session: 'f1', what: 'session' })['sessions']).toEqual(['f1']);
    expect(desk.api(next).status).toBe(200);
  });
  test.each([
    [{}, 400, undefined],
    [{ token: 'AT-1', user: 'ada' }, 400, 'token'],
    [{ token: 'AT-9' }, 404, 'token'],
    [{ user: 'eve' }, 404, 'user'],
    [{ session: 'f9' }, 404, 'session'],
    [{ user: 'ada', reason: 'whim' }, 400, 'reason'],
    [{ usr: 'ada' }, 400, 'usr'],
  ])('%j is refused with %i, naming %s', (body, status, field) => {
    const desk = new Desk();
    desk.signIn();
    const { status: got, json } = desk.call('POST', '/revoke', body);
    expect([got, json['field']]).toEqual([status, field]);
    expect(json['hint']).toEqual(expect.any(String));
  });
  test('sessions are listed without their tokens, and ended', () => {
    const desk = new Desk();
    const { at, rt } = desk.signIn();
    desk.signIn('bob', 'tablet');
    desk.ok('POST', '/clock/advance', { by: '1m' });
    desk.api(at);
    const { sessions } = desk.ok('GET', '/sessions?user=ada');
    expect(sessions).toMatchObject([
      {
        id: 'f1',
        user: 'ada',
        device: 'phone',
        client: 'app',
        alive: true,
        since: new Date(EPOCH).toISOString(),
        lastActive: new Date(EPOCH + 60_000).toISOString(),
      },
    ]);
    expect(JSON.stringify(sessions)).not.toContain(rt);
    expect(desk.ok('DELETE', '/sessions/f1?reason=user')).toEqual({ ended: true });
    expect(desk.ok('GET', '/sessions').sessions.map(({ id }: { id: string }) => id)).toEqual(['f2']);
    expect(desk.ok('GET', '/sessions?all=true').sessions[0]).toMatchObject({ id: 'f1', alive: false, ended: 'user' });
    expect(desk.call('DELETE', '/sessions/f1')).toMatchObject({ status: 404, json: { field: 'id' } });
  });

  test('with several issuers a session has one name on the whole server: ending it ends no other, and no issuer need be named', () => {
    const desk = new Desk({ moreIssuers: [{ issuer: `${ORIGIN}/one` }, { issuer: `${ORIGIN}/two` }] });
    const names = [ORIGIN, '/one', '/two', ORIGIN].map(
      (issuer) => desk.ok('POST', '/sessions', { user: 'ada', device: 'phone', issuer }).session,
    );
    expect(names).toEqual(['f1', 'f2', 'f3', 'f4']);
    expect(desk.ok('POST', '/revoke', { session: 'f2' })).toMatchObject({ sessions: ['f2'] });
    expect(desk.ok('PATCH', '/sessions/f3/policy', { accessToken: { lifetime: '1m' } })).toEqual({ accessToken: { lifetime: 60_000 } });
    expect(desk.ok('DELETE', '/sessions/f3/policy')).toEqual({ removed: true });
    expect(desk.ok('DELETE', '/sessions/f3')).toEqual({ ended: true });
    expect(desk.ok('GET', '/sessions').sessions.map(({ id }: { id: string }) => id)).toEqual(['f1', 'f4']);
    const { findings } = desk.ok('POST', '/verify', {});
    expect(findings).toEqual([]);
  });

  test('all sessions of a user but one are ended, as from a list of sessions', () => {
    const desk = new Desk();
    for (const device of ['phone', 'tablet', 'tv']) desk.signIn('ada', device);
    desk.signIn('bob');
    expect(desk.ok('POST', '/revoke', { user: 'ada', except: 'f2', reason: 'user' })).toMatchObject({ sessions: ['f1', 'f3'] });
    expect(desk.ok('GET', '/sessions').sessions.map(({ id }: { id: string }) => id)).toEqual(['f2', 'f4']);
    expect(desk.call('POST', '/revoke', { session: 'f2', except: 'f2' })).toMatchObject({ status: 400, json: { field: 'except' } });
  });
});

describe('policy', () => {
  test('a patch takes durations as people write them and leaves the rest alone', () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    const before = desk.ok('GET', '/policy');
    const after = desk.ok('PATCH', '/policy', {
      accessToken: { lifetime: '90s' },
      refreshToken: { grace: { policy: 'same-successor', window: '10s' } },
    });
    expect(after).toEqual({
      ...before,
      accessToken: { ...before['accessToken'], lifetime: 90_000 },
      refreshToken: { ...before['refreshToken'], grace: { policy: 'same-successor', window: 10_000 } },
    });
    const first = desk.tokens(rt);
    expect([first['expires_in'], desk.tokens(rt)['refresh_token']]).toEqual([90, first['refresh_token']]);
  });
  test('every member of the policy can be patched with its own value: the shapes know them all', () => {
    const desk = new Desk();
    const policy = desk.ok('GET', '/policy');
    expect(desk.ok('PATCH', '/policy', policy)).toEqual(policy);
  });
  test.each([
    [{ accessToken: { lifetime: 'soon' } }, 'accessToken.lifetime', '5m'],
    [{ accessToken: { lifetime: 0 } }, 'accessToken.lifetime', 'at least'],
    [{ accessToken: { ttl: '5m' } }, 'accessToken.ttl', 'lifetime'],
    [{ refreshToken: { grace: { policy: 'strickt' } } }, 'refreshToken.grace.policy', 'did you mean "strict"?'],
    [{ resource: { leeway: -1 } }, 'resource.leeway', 'duration'],
    [{ atomicity: 'race' }, 'atomicity', 'JSON object'],
    [[], '', 'JSON object'],
    ['{"accessToken":', '', 'JSON'],
    [{ accesToken: {} }, 'accesToken', 'accessToken'],
  ])('%j is refused at %s', (body, field, hint) => {
    const { status, json } = new Desk().call('PATCH', '/policy', body);
    expect([status, json['field'] ?? '']).toEqual([400, field]);
    expect(json['hint']).toContain(hint);
  });
  test('members that the default policy leaves out can be set as well', () => {
    const desk = new Desk();
    const patch = { authorization: { browserSession: '30m' }, sessionsPerUser: 2, refreshToken: { absolute: 'never' } };
    expect(desk.ok('PATCH', '/policy', patch)).toMatchObject({ authorization: { browserSession: 1_800_000 }, sessionsPerUser: 2 });
  });

  test('one session may have its own, from the token endpoint to the API', () => {
    const desk = new Desk();
    const ada = desk.signIn();
    const bob = desk.signIn('bob', 'tablet');
    desk.ok('PATCH', '/sessions/f1/policy', { accessToken: { lifetime: '10s' } });
    desk.ok('PATCH', '/sessions/f1/policy', { resource: { challenge: 'forbidden' } });
    expect(desk.ok('GET', '/sessions').sessions[0].policy).toEqual({
      accessToken: { lifetime: 10_000 },
      resource: { challenge: 'forbidden' },
    });
    const mine = desk.tokens(ada.rt);
    expect([mine['expires_in'], desk.tokens(bob.rt)['expires_in']]).toEqual([10, 3_600]);
    desk.ok('POST', '/clock/advance', { by: '11s' });
    expect([desk.api(mine['access_token']).status, desk.api(bob.at).status]).toEqual([403, 200]);
    expect(desk.ok('DELETE', '/sessions/f1/policy')).toEqual({ removed: true });
    expect(desk.tokens(mine['refresh_token'])['expires_in']).toBe(3_600);
    expect(desk.call('PATCH', '/sessions/f9/policy', { codeLifetime: '1m' }).status).toBe(404);
  });
});

describe('keys', () => {
  test('the next one signs, the old one stays listed', () => {
    const desk = new Desk();
    const { at } = desk.signIn();
    const [first] = desk.ok('GET', '/keys').keys;
    const next = desk.ok('POST', '/keys/rotate', {});
    expect(next).toMatchObject({ alg: 'EdDSA', listed: true, signs: true });
    expect(next['kid']).not.toBe(first.kid);
    expect(desk.ok('GET', '/keys').keys.map(({ listed }: { listed: boolean }) => listed)).toEqual([true, true]);
    expect(desk.api(at).status).toBe(200);
    expect(desk.ok('GET', '/journal/count?type=key.rotated')).toEqual({ count: 1 });
  });
  test('a bad way has to be asked for', () => {
    const desk = new Desk();
    desk.signIn();
    expect(desk.ok('POST', '/keys/rotate', { how: 'sign-before-publish', lead: '1m' })).toMatchObject({ listed: false, signs: true });
    expect(desk.call('POST', '/keys/rotate', { how: 'badly' })).toMatchObject({ status: 400, json: { field: 'how' } });
  });
});

describe('faults and holds', () => {
  test('a rule falls as often as it says, tells so, and is removed', async () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    const rule = desk.ok('POST', '/faults', { drop: 'response', of: 'token', times: 1 });
    expect(rule).toEqual({ id: 'fault-1', text: 'drop the next token response', hits: 0, spent: false });
    expect(await desk.refresh(rt)).toMatchObject({ kind: 'drop', how: 'reset', point: 'response' });
    expect(desk.ok('GET', '/faults').faults).toEqual([{ ...rule, hits: 1, spent: true }]);
    expect(desk.ok('DELETE', '/faults/fault-1')['hits']).toBe(1);
    expect(desk.app.rules.size).toBe(0);
  });
  test('a rule ends when the virtual clock says so', async () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    desk.ok('POST', '/faults', { reply: 503, for: '1m', retryAfter: '30s' });
    expect(await desk.refresh(rt)).toMatchObject({ response: { status: 503, headers: { 'retry-after': '30' } } });
    desk.ok('POST', '/clock/advance', { by: '1m' });
    expect(await desk.refresh(rt)).toMatchObject({ response: { status: 200 } });
    expect(desk.ok('DELETE', '/faults')).toEqual({ removed: 1 });
  });
  test.each([
    [{}, undefined],
    [{ drop: 'response', cut: 'committed' }, 'cut'],
    [{ drop: 'answer' }, 'drop'],
    [{ delay: '1s', how: 'reset' }, 'how'],
    [{ reply: 700 }, 'reply'],
    [{ drop: 'response', retryAfter: '1s' }, 'retryAfter'],
    [{ reply: 503, location: '/x' }, 'location'],
    [{ drop: 'response', of: 'tokn' }, 'of'],
    [{ drop: 'response', times: 0 }, 'times'],
    [{ drop: 'response', path: 'feed' }, 'path'],
    [{ drop: 'response', how: 'short' }, 'how'],
  ])('%j is refused, naming %s', (body, field) => {
    const { status, json } = new Desk().call('POST', '/faults', body);
    expect([status, json['field']]).toEqual([400, field]);
  });
  test('a request is held at its commit: the state has changed, no answer is there until it is released', async () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    expect(desk.ok('POST', '/holds', { name: 'kill-here', from: 'phone' })).toEqual({
      name: 'kill-here',
      text: 'hold the next token request of phone once committed',
      held: 0,
      waiting: 0,
    });
    const answer = desk.refresh(rt);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(desk.ok('GET', '/holds').holds).toMatchObject([{ held: 1, waiting: 1 }]);
    expect(desk.ok('GET', '/journal/count?type=token.committed')).toEqual({ count: 1 });
    expect(desk.ok('GET', '/journal/count?type=token.responded')).toEqual({ count: 0 });
    expect(desk.ok('POST', '/holds/kill-here/release')).toEqual({ released: 1 });
    expect(await answer).toMatchObject({ kind: 'answer', response: { status: 200 } });
    expect(desk.call('POST', '/holds/kill-here/release').status).toBe(404);
  });
  test('two holds cannot share a name, and all are released at once', () => {
    const desk = new Desk();
    desk.ok('POST', '/holds', { name: 'a' });
    expect(desk.call('POST', '/holds', { name: 'a' })).toMatchObject({ status: 409, json: { field: 'name' } });
    desk.ok('POST', '/holds', { of: 'any', at: 'request', times: 3 });
    expect(desk.ok('DELETE', '/holds')).toEqual({ released: 0 });
    expect(desk.app.rules.size).toBe(0);
  });
});

describe('the journal', () => {
  test('is asked by type, token, session, user, device and number', () => {
    const desk = new Desk();
    const ada = desk.signIn();
    desk.signIn('bob', 'tablet');
    desk.tokens(ada.rt);
    const types = (query: string): string[] => desk.ok('GET', `/journal?${query}`).entries.map(({ type }: { type: string }) => type);
    const exchange = ['token.received', 'token.committed', 'token.responded'];
    expect(types('type=token.*')).toEqual(exchange);
    expect(types('type=session.granted,token.committed')).toEqual(['session.granted', 'session.granted', 'token.committed']);
    expect(types('label=RT-1')).toEqual(['session.granted', 'token.received', 'token.committed']);
    expect(types('device=phone')).toEqual(['session.granted', ...exchange]);
    expect(types('session=f2')).toEqual(['session.granted']);
    expect(types('user=ada&since=2')).toEqual(exchange);
    expect(types('limit=1')).toEqual(['token.responded']);
    expect(desk.ok('GET', '/journal')['next']).toBe(5);
    expect(desk.ok('GET', '/journal/count?user=ada')).toEqual({ count: 4 });
    expect(desk.call('GET', '/journal?label=token')).toMatchObject({ status: 400, json: { field: 'label' } });
    expect(desk.call('GET', '/journal?since=1&since=2')).toMatchObject({ status: 400, json: { field: 'since' } });
  });
  test('never holds a token', () => {
    const desk = new Desk();
    const { at, rt } = desk.signIn();
    const next = desk.tokens(rt);
    desk.api(at);
    const text = JSON.stringify([desk.ok('GET', '/journal'), desk.ok('GET', '/sessions'), desk.ok('POST', '/verify', {})]);
    for (const value of [at, rt, next['access_token'], next['refresh_token']]) expect(text).not.toContain(value);
  });
  test('is waited for: what is there counts, what comes ends the wait, and time ends it too', async () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    const answer = async (path: string) => {
      const { status, body } = (await desk.ask('GET', path)) as { status: number; body: string };
      return [status, JSON.parse(body)] as const;
    };
    expect((await answer('/journal/wait?type=session.granted'))[0]).toBe(200);
    const coming = answer('/journal/wait?type=token.committed&device=phone&timeout=5s');
    desk.tokens(rt);
    expect((await coming)[1].entries).toMatchObject([{ type: 'token.committed', newRt: 'RT-2' }]);
    const late = answer('/journal/wait?type=token.committed&count=2&timeout=5s');
    desk.pass(5_000);
    expect(await late).toMatchObject([408, { error: 'timeout', field: 'timeout', message: '1 of 2 came within 5000 ms' }]);
  });
  test('a waiter whose connection dies waits no longer', async () => {
    const desk = new Desk();
    const gone = new AbortController();
    const waiting = desk.ask('GET', '/journal/wait?type=mark', undefined, {}, { signal: gone.signal }) as Promise<{ status: number }>;
    gone.abort();
    expect((await waiting).status).toBe(408);
  });
  test('is followed as server-sent events, from any number on, until the reader goes away', async () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    const response = desk.ask('GET', '/journal/events?since=0&type=session.*,token.committed') as unknown as {
      headers: Record<string, string>;
      stream: { chunks: AsyncIterableIterator<string> };
    };
    expect(response.headers['content-type']).toBe('text/event-stream');
    const { chunks } = response.stream;
    const first = (await chunks.next()).value as string;
    expect(first).toMatch(/^retry: 1000\n\nid: 0\nevent: session\.granted\ndata: \{"seq":0,.*\}\n\n$/);
    const next = chunks.next();
    desk.tokens(rt);
    expect((await next).value).toMatch(/^id: 2\nevent: token\.committed\n/);
    const idle = chunks.next();
    desk.pass(15_000);
    expect((await idle).value).toBe(': still here\n\n');
    const last = chunks.next();
    await chunks.return?.();
    expect(await last).toEqual({ done: true, value: undefined });
    const again = desk.ask('GET', '/journal/events?type=session.*', undefined, { 'last-event-id': '-1' }) as unknown as {
      stream: { chunks: AsyncIterableIterator<string> };
    };
    expect((await again.stream.chunks.next()).value).toBe('retry: 1000\n\n');
  });
});

describe('marks', () => {
  test('are entries of the journal', () => {
    const desk = new Desk();
    expect(desk.ok('POST', '/marks', { what: 'sign-out', device: 'phone/app', note: 'tapped' })).toEqual({ entry: 0 });
    expect(desk.ok('GET', '/journal').entries).toEqual([
      { seq: 0, t: 0, actor: 'world', type: 'mark', what: 'sign-out', device: 'phone', note: 'tapped' },
    ]);
    expect(desk.call('POST', '/marks', { what: 'clock-moved', device: 'phone' })).toMatchObject({ status: 400, json: { field: 'by' } });
    expect(desk.call('POST', '/marks', { what: 'sign-out', device: 'phone', by: '1h' })).toMatchObject({
      status: 400,
      json: { field: 'by' },
    });
    expect(desk.call('POST', '/marks', { what: 'sign-off', device: 'phone' }).json['hint']).toContain('did you mean "sign-out"?');
  });
  test('hold no token', () => {
    const desk = new Desk();
    const { at } = desk.signIn();
    expect(desk.call('POST', '/marks', { what: 'sign-out', device: 'phone', note: at.slice(-20) })).toMatchObject({
      status: 400,
      json: { field: 'note' },
    });
  });
});

describe('snapshots', () => {
  test('bring back sessions, tokens, policy, keys, clock and journal, as often as wanted', () => {
    const desk = new Desk();
    const { rt, at } = desk.signIn();
    desk.ok('POST', '/clock/advance', { by: '10m' });
    expect(desk.ok('POST', '/snapshots', { name: 'signed-in' })).toEqual({ name: 'signed-in', now: 600_000, entries: 1, sessions: 1 });
    for (let i = 0; i < 3; i++) {
      const next = desk.tokens(rt);
      expect(next['status']).toBe(200);
      expect(desk.tokens(rt)['error']).toBe('invalid_grant');
      desk.signIn('bob', 'tablet');
      desk.ok('PATCH', '/policy', { accessToken: { lifetime: '1s' } });
      desk.ok('PATCH', '/sessions/f1/policy', { codeLifetime: '1s' });
      desk.ok('POST', '/keys/rotate', {});
      desk.ok('POST', '/clock/advance', { by: '1d' });
      expect(desk.api(at).status).toBe(401);
      desk.ok('POST', '/snapshots/signed-in/restore');
      expect([desk.api(at).status, desk.api(next['access_token']).status]).toEqual([200, 401]);
      expect(desk.ok('GET', '/clock')['now']).toBe(600_000);
      expect(desk.ok('GET', '/policy').accessToken.lifetime).toBe(3_600_000);
      expect(desk.ok('GET', '/keys').keys).toHaveLength(1);
      expect(desk.ok('GET', '/sessions?all=true').sessions).toMatchObject([{ id: 'f1', alive: true }]);
      expect(desk.ok('POST', '/verify', {})).toMatchObject({ laws: [] });
      desk.ok('POST', '/snapshots/signed-in/restore');
    }
    expect(desk.ok('GET', '/journal')['next']).toBe(1);
  });
  test('survive what they were taken of, chains of 20,000 rotations included', () => {
    const desk = new Desk();
    let { rt } = desk.signIn();
    for (let i = 0; i < 20_000; i++) rt = desk.tokens(rt)['refresh_token'];
    desk.ok('POST', '/snapshots', {});
    const next = desk.tokens(rt)['refresh_token'];
    desk.ok('POST', '/snapshots/snapshot-1/restore');
    expect([desk.tokens(next)['error'], desk.tokens(rt)['status']]).toEqual(['invalid_grant', 200]);
  });
  test('are listed, deleted, and missed by name', () => {
    const desk = new Desk();
    desk.ok('POST', '/snapshots', { name: 'a' });
    expect(desk.ok('GET', '/snapshots').snapshots).toHaveLength(1);
    expect(desk.call('POST', '/snapshots/b/restore')).toMatchObject({ status: 404, json: { field: 'name', hint: 'there is a' } });
    expect(desk.ok('DELETE', '/snapshots/a')).toEqual({ removed: true });
  });
  test('reset empties everything but the clock', () => {
    const desk = new Desk();
    const { at } = desk.signIn();
    desk.ok('POST', '/faults', { drop: 'response' });
    desk.ok('POST', '/clock/advance', { by: '1m' });
    desk.ok('PATCH', '/policy', { codeLifetime: '1s' });
    expect(desk.ok('POST', '/reset')).toEqual({ reset: true });
    expect(desk.api(at).status).toBe(401);
    expect([
      desk.ok('GET', '/clock')['now'],
      desk.ok('GET', '/faults').faults,
      desk.ok('GET', '/sessions?all=true').sessions,
      desk.ok('GET', '/policy').codeLifetime,
    ]).toEqual([60_000, [], [], 600_000]);
  });
});

describe('verify', () => {
  test('says what a client did wrong, with the entries that show it and no token', () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    desk.ok('POST', '/clock/advance', { by: '1h' });
    expect(desk.ok('POST', '/verify', {})).toMatchObject({ passed: true, findings: [], laws: [] });
    desk.api(desk.tokens(rt)['access_token']);
    desk.tokens(rt);
    const report = desk.ok('POST', '/verify', {});
    expect(report).toMatchObject({ passed: false, findings: [{ invariant: 'no-lost-rotation', clause: 'b' }] });
    expect(report['findings'][0].presumed).toBeUndefined();
    expect(report['findings'][0].witness.map(({ text }: { text: string }) => text)).toEqual([
      'refresh #1 sent with RT-1',
      'refresh #1 brought 200 granted AT-2, RT-2',
      'refresh #2 sent with RT-1, attempt 2',
    ]);
    expect(report['notApplicable'].map(({ invariant }: { invariant: string }) => invariant)).toContain('refresh-ahead-honoured');
    expect(
      desk.ok('POST', '/verify', { refreshAhead: '1m' })['notApplicable'].map(({ invariant }: { invariant: string }) => invariant),
    ).not.toContain('refresh-ahead-honoured');
    expect(
      desk.ok('POST', '/verify', {
        relax: ['no-lost-rotation', 'no-refresh-token-reuse', 'no-duplicate-refresh', 'logout-after-invalid-grant'].map((invariant) => ({
          invariant,
          reason: 'known',
        })),
      })['passed'],
    ).toBe(true);
  });
  test('counts only what the journal proves, when asked to', () => {
    const desk = new Desk();
    const { rt } = desk.signIn();
    desk.ok('POST', '/clock/advance', { by: '1h' });
    desk.tokens(rt);
    desk.ok('POST', '/clock/advance', { by: '5s' });
    desk.tokens(rt);
    const [all, certain] = [desk.ok('POST', '/verify', {}), desk.ok('POST', '/verify', { certain: true })];
    expect(all['findings'][0].presumed).toEqual(expect.any(String));
    expect([all['passed'], certain['passed']]).toEqual([false, true]);
  });
  test('is not available where nobody lent the invariants', () => {
    expect(new Desk({}, {}).call('POST', '/verify', {}).status).toBe(501);
  });
});
