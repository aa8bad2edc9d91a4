// Each key of the live view does to a real server what its label says.
import { expect, test } from 'vitest';
import { KEYS, press } from '../../src/cli/serve-keys.ts';
import { failureOf, mainServer, serve } from '../kit/served.ts';

test('a moves the clock on', async () => {
  const { server } = await serve({ frozen: true });
  expect(press(server, 'a')).toBe('the clock is 5m further');
  expect(server.app.clock.now()).toBe(300_000);
});

test('e lets access tokens meet a 401 while the session can still be refreshed', async () => {
  const { server, signIn, api, refresh } = await serve();
  expect(press(server, 'e')).toBe('no access token is alive');
  const tokens = signIn();
  expect(press(server, 'e')).toContain('1 access token expired');
  expect((await api('/feed', tokens.access)).status).toBe(401);
  expect((await refresh(tokens.refresh)).status).toBe(200);
});

test('k revokes the session that was used last, and no other', async () => {
  const { server, signIn, refresh } = await serve({ frozen: true });
  expect(press(server, 'k')).toBe('no session is alive');
  const first = signIn();
  const second = mainServer(server).grantSession('bob', 'tablet').response.refresh_token ?? '';
  server.app.clock.advance(1_000);
  const next = (await (await refresh(first.refresh)).json()) as { refresh_token: string };
  expect(press(server, 'k')).toContain('session f1 of ada on phone revoked');
  expect([(await refresh(next.refresh_token)).status, (await refresh(second)).status]).toEqual([400, 200]);
});

test('d loses the next token response after its commit; the one after that arrives, and the rule is gone', async () => {
  const { server, signIn, refresh } = await serve();
  const [one, two] = [signIn(), signIn()];
  press(server, 'd');
  expect(await failureOf(refresh(one.refresh))).toBe('ECONNRESET');
  expect(server.app.journal.entries.some(({ type }) => type === 'token.committed')).toBe(true);
  expect(server.app.rules.size).toBe(0);
  expect((await refresh(two.refresh)).status).toBe(200);
});

test('r announces a new signing key', async () => {
  const { server } = await serve();
  expect(press(server, 'r')).toMatch(/^new signing key /);
  expect(server.app.journal.entries.some(({ type }) => type === 'key.rotated')).toBe(true);
});

test('x leaves nothing', async () => {
  const { server, signIn, refresh } = await serve();
  const tokens = signIn();
  press(server, 'd');
  press(server, 'x');
  expect([server.app.journal.entries.length, server.app.rules.size]).toEqual([0, 0]);
  expect((await refresh(tokens.refresh)).status).toBe(400);
});

test('no key has two meanings, and an unknown one does nothing', async () => {
  const { server } = await serve();
  expect(new Set(KEYS.map(({ key }) => key)).size).toBe(KEYS.length);
  expect(press(server, 'z')).toBeUndefined();
});
