// The same 401 at the API, and different ends of a session: which one it was is for the refresh to say, as far as the server explains it.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const EXPLAINS = 'server: { explainsEnd: true, refreshToken: { idle: 10d }, sessionsPerUser: 2 }\n';
const DEVICES = 'devices: { phone: {}, tablet: {} }\n';

describe('a session that ended on the server', () => {
  test.each([
    ['from another device', '{ on: tablet, request: { path: "/sessions/{session:phone}", method: DELETE } }', 'revoked-elsewhere'],
    ['by signing out everywhere else', '{ on: tablet, request: { path: /sessions/others, method: DELETE } }', 'revoked-elsewhere'],
    ['with the password', '{ on: tablet, request: { path: /password, method: POST, body: "{}" } }', 'password-changed'],
    ['by an administrator', '{ on: phone, revoke: { what: family, reason: admin } }', 'revoked-elsewhere'],
    [
      'because the user signed in on too many devices',
      '{ on: tablet, signIn: ada }, { on: tablet, signIn: ada }',
      'signed-in-on-another-device',
    ],
    ['by not being used', '{ advance: 11d }', 'refresh-token-expired'],
  ])('%s is expired for that reason, told to whoever watches', async (_how, end, reason) => {
    const run = await runEngine(
      `${EXPLAINS}${DEVICES}steps: [${end}, { on: phone, request: /a }, { expect: { sessions: { phone: { state: expired, reason: ${reason} } } } }]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.transitions).toContain(`active > expired (${reason})`);
    expect(Object.values(run.outcomes).at(-1)).toBe('reauthentication-required');
    expect(run.findings).toEqual([]);
  });

  test('is told as no more than that where the server does not explain', async () => {
    const run = await runEngine(
      `${DEVICES}steps: [{ on: tablet, request: { path: /password, method: POST, body: "{}" } }, { on: phone, request: /a }]`,
    );
    expect(run.transitions).toContain('active > expired (invalid-grant)');
  });

  test('keeps its reason over a relaunch and in a sibling', async () => {
    const run = await runEngine(
      `${EXPLAINS}devices: { phone: { processes: [app, widget] }, tablet: {} }
steps: [{ on: tablet, request: { path: /password, method: POST, body: "{}" } }, { on: phone/app, request: /a }, { on: phone/widget, request: /b }, { on: phone/app, app: relaunch }]`,
    );
    expect(run.transitions.filter((line) => line.includes('expired'))).toEqual([
      'active > expired (password-changed)',
      'active > expired (password-changed)',
      'loading > expired (password-changed)',
    ]);
  });

  test('with a refresh token that somebody used before, is told apart from one whose answer was lost', async () => {
    const stealing = (host: Host): Host => ({
      ...host,
      // Somebody has copied the refresh token, and uses it after the app did.
      fetch: async (url, init) => {
        const answer = await host.fetch(url, init);
        if (url === host.config.tokenEndpoint) await host.fetch(url, init);
        return answer;
      },
    });
    const reused = await runEngine(
      'server: { explainsEnd: true, refreshToken: { grace: strict } }\nsteps: [{ advance: past-expiry }, { request: /a }]',
      { wrap: stealing },
    );
    expect(reused.transitions.at(-1)).toBe('active > expired (reused)');
    const lost = await runEngine(
      `server: { explainsEnd: true, refreshToken: { grace: strict } }\nsteps: [{ advance: past-expiry }, { fault: { drop: response, of: token, times: 1 } }, { request: /a }]`,
    );
    expect(lost.transitions).toEqual(['active > expired (lost-response)']);
  });

  test('looks like an expired token until the refresh: one that succeeds is no end', async () => {
    const run = await runEngine(`${EXPLAINS}steps: [{ revoke: access-token }, { request: /a }]`);
    expect(run.transitions).toEqual([]);
    expect(run.outcomes).toEqual({ n1: 200 });
  });
});
