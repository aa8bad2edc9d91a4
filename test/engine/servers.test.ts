// An app that its user points at another server: what one server issued is nothing to the engine at another, and is left alone.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { judge } from '../../src/verify/verdict.ts';
import { eventsOf, play } from '../kit/world.ts';
import { runEngine } from './kit.ts';

const OTHER = 'otherServer: {}\n';

describe('the session of another server', () => {
  test.each([
    ['in a process that goes on', '{ app: switch-server }'],
    ['at a launch', '{ app: kill }, { app: switch-server }, { app: launch }'],
  ])('is none %s: nothing of it is sent or touched, and it is there on the way back', async (_how, there) => {
    const run = await runEngine(`${OTHER}steps: [${there}, { request: /a }, { app: switch-server }, { request: /b }]`);
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200 });
    expect(run.sent).toEqual(['AT-1 /b']);
    expect(run.transitions).toEqual(['loading > signed-out (store-empty)', 'loading > active (restored)']);
    expect([run.of('store.begin'), run.of('revocation.sent')]).toEqual([[], []]);
    expect(run.findings).toEqual([]);
  });

  test('that has ended asks nobody to sign in again', async () => {
    const run = await runEngine(
      `${OTHER}steps: [{ revoke: family }, { request: /a }, { app: switch-server }, { prompt: { biometric: ok } }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 'signed-out' });
    expect(run.transitions.slice(-1)).toEqual(['loading > signed-out (store-empty)']);
    expect(run.of('prompt.shown')).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('gives way to a sign-in, and an answer that comes late does not bring it back', async () => {
    const run = await runEngine(
      `${OTHER}steps: [{ revoke: access-token }, { fault: { delay: 2s, of: token, times: 1 } }, { request: /a, wait: false }, { after: 500ms, app: switch-server }, { signIn: {} }, { advance: 10s }, { app: relaunch }, { request: /b }]`,
    );
    expect(run.stored).toEqual({ 'tokenwarp.session': ['AT-3', 'RT-3'] });
    expect(run.outcomes).toEqual({ n1: 'aborted', n2: 200 });
    expect(run.findings).toEqual([]);
  });

  test('gives way to a sign-in also where it never reached the store', async () => {
    const run = await runEngine(
      `${OTHER}devices: { phone: { session: signed-out } }\nsteps: [{ signIn: {} }, { request: /a }, { revoke: access-token }, { fault: { delay: 2s, of: token, times: 1 } }, { request: /b, wait: false }, { advance: 500ms }, { app: switch-server }, { signIn: {} }, { request: /c }, { advance: 10s }, { app: relaunch }, { request: /d }]`,
      { wrap: refusesAtFirst },
    );
    expect(run.stored).toEqual({ 'tokenwarp.session': ['AT-3', 'RT-3'] });
    expect(run.outcomes).toEqual({ n1: 200, n2: 'aborted', n3: 200, n4: 200 });
    expect(run.findings).toEqual([]);
  });

  test('has a rotation kept that comes before anybody signs in elsewhere', async () => {
    const run = await runEngine(
      `${OTHER}steps: [{ revoke: access-token }, { fault: { delay: 2s, of: token, times: 1 } }, { request: /a, wait: false }, { after: 500ms, app: switch-server }, { advance: 10s }, { app: switch-server }, { request: /b }]`,
    );
    expect(run.sent.slice(1)).toEqual(['AT-2 /b']);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('is refreshed by no sibling either, with two processes of the app', async () => {
    const run = await runEngine(
      `${OTHER}devices: { phone: { processes: [app, widget] } }\nsteps: [{ app: switch-server }, { on: phone/widget, request: /a }, { signIn: {} }, { advance: past-expiry }, { on: phone/*, request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200, n3: 200 });
    expect(run.sent).toEqual(['AT-3 /b', 'AT-3 /b']);
    expect(run.findings).toEqual([]);
  });
});

test('with an entry for each server, both sessions are kept', async () => {
  const record = await play(
    `${OTHER}steps: [{ app: switch-server }, { signIn: {} }, { app: switch-server }, { request: /a }, { app: switch-server }, { request: /b }]`,
    (host) => createEngine(host, { storeKey: `session ${host.config.issuer}` }),
  );
  expect(eventsOf(record, 'api.sent').map(({ at, origin }) => [at, origin])).toEqual([
    ['AT-1', 'https://api.example'],
    ['AT-2', 'https://api.other.example'],
  ]);
  expect(judge(record.history.events).findings).toEqual([]);
});

/** The first server's app finds a store that takes nothing for a second. */
function refusesAtFirst(host: Host): Host {
  const { store, clock, config } = host;
  const begun = clock.monotonic();
  const isRefused = (): boolean => config.issuer === 'https://as.example' && clock.monotonic() < begun + 1_000;
  return {
    ...host,
    store: {
      get: (key) => store.get(key),
      set: (key, value) => (isRefused() ? Promise.reject(new Error('refused')) : store.set(key, value)),
      delete: (key) => store.delete(key),
    },
  };
}
