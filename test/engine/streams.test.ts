// Streams that stay open over renewals, and end with their session.
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineEvent } from '../../src/engine/runtime.ts';
import { runEngine } from './kit.ts';

const server = (streams = '', ttl = '5m'): string =>
  `server: { accessToken: { ttl: ${ttl} }, resource: { streams: { interval: 20s${streams} } } }\n`;
const LIVE = '{ as: live, stream: /events }';
const expects = (text: string): string => `{ expect: { streams: { live: ${text} } } }`;

describe('an open stream', () => {
  test('is kept open over many tokens without any request, each renewed ahead, and misses nothing', async () => {
    const run = await runEngine(`${server()}steps: [${LIVE}, { advance: 1h }, ${expects('{ state: open, messages: ">=178", gaps: 0 }')}]`);
    expect(run.record.expectations).toEqual([]);
    expect(run.refreshesAt.length).toBeLessThanOrEqual(30);
    expect(run.findings).toEqual([]);
  });

  test('is told the new token where the server takes it, and never reconnects', async () => {
    const run = await runEngine(`${server(', renewal: true')}steps: [${LIVE}, { advance: 1h }, ${expects('{ state: open, gaps: 0 }')}]`);
    expect(run.record.expectations).toEqual([]);
    expect(run.of('stream.opened')).toHaveLength(1);
    expect(run.of('stream.renewed').length).toBeGreaterThan(10);
    expect(run.of('stream.renewed').every(({ accepted }) => accepted)).toBe(true);
    expect(run.findings).toEqual([]);
  });

  test('goes on from the last message after the network broke, was away, or failed', async () => {
    const run = await runEngine(
      `${server()}steps: [${LIVE}, { advance: 1m }, { network: offline }, { advance: 20m }, { network: online }, { advance: 1m }, { fault: { reply: 503, of: resource, times: 3 } }, { fault: { drop: response, of: stream, times: 1 } }, { advance: 2m }, ${expects('{ state: open, messages: ">=70", gaps: 0 }')}]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('comes back with growing pauses while the server refuses to open it', async () => {
    const run = await runEngine(
      `${server()}steps: [${LIVE}, { fault: { reply: 503, of: resource } }, { fault: { drop: response, of: stream, times: 1 } }, { advance: 10m }]`,
    );
    const tries = run.of('api.sent').map(({ t }) => t);
    const gaps = tries.slice(1).map((t, index) => t - (tries[index] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThan(20_000);
    expect(tries.length).toBeLessThan(40);
  });

  test('ends with its session, also when somebody signs in again', async () => {
    const run = await runEngine(`${server()}steps: [${LIVE}, { advance: 1m }, { signIn: bob }, { advance: 10m }, ${expects('closed')}]`);
    expect(run.record.expectations).toEqual([]);
    expect(new Set(run.of('stream.opened').map(({ at }) => at))).toEqual(new Set(['AT-1']));
    expect(run.findings).toEqual([]);
  });

  test.each([
    ['signed out', '{ signOut: {} }'],
    ['revoked', '{ revoke: family }'],
  ])('of a session that is %s is not opened again', async (_how, end) => {
    const run = await runEngine(`${server()}steps: [${LIVE}, { advance: 1m }, ${end}, { advance: 1h }, ${expects('closed')}]`);
    expect(run.record.expectations).toEqual([]);
    expect(run.of('stream.opened')).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('is silent while the app is locked, asks nobody for the unlock, and then brings what was missed', async () => {
    const run = await runEngine(
      `lock: fintech\n${server()}steps: [${LIVE}, { advance: 20m }, { expect: { prompts: 0, streams: { live: { state: closed, messages: "<=16" } } } }, { prompt: { biometric: ok } }, { app: foreground }, { advance: 1m }, ${expects('{ state: open, messages: ">=60", gaps: 0 }')}]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('waits for the unlock also where requests are refused', async () => {
    const run = await runEngine(
      `lock: fintech\n${server()}steps: [${LIVE}, { advance: 20m }, { prompt: { biometric: ok } }, { app: foreground }, { advance: 1m }, ${expects('{ state: open, gaps: 0 }')}]`,
      { options: { whenLocked: 'refuse' } },
    );
    expect(run.record.expectations).toEqual([]);
  });

  test('is closed by the app, and with it ends the renewal by the clock', async () => {
    const run = await runEngine(
      `${server()}steps: [${LIVE}, { advance: 1m }, { stream: { close: live } }, { advance: 5h }, ${expects('closed')}]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.refreshesAt).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('leaves nothing behind when the app stops', async () => {
    const run = await runEngine(`${server()}steps: [${LIVE}, { advance: 1m }, { app: stop }, { advance: 1h }]`);
    expect(run.findings).toEqual([]);
    expect(run.record.ending).toBe('finished');
  });
});

describe('opening', () => {
  test('with a dead token renews it first', async () => {
    const run = await runEngine(
      `${server()}steps: [{ advance: 1m }, { revoke: access-token }, ${LIVE}, { advance: 10s }, ${expects('open')}]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.of('stream.opened').map(({ at }) => at)).toEqual(['AT-2']);
    expect(run.findings).toEqual([]);
  });

  const outcome = async (steps: string): Promise<{ reasons: unknown[]; events: EngineEvent[]; tries: number }> => {
    const reasons: unknown[] = [];
    const events: EngineEvent[] = [];
    const run = await runEngine(`${server()}steps: [${steps}]`, {
      seen: (engine: Engine) => {
        engine.watch((event) => events.push(event));
        const openStream = engine.openStream.bind(engine);
        engine.openStream = (path, onMessage) =>
          openStream(path, onMessage).catch((error: { reason: string }) => {
            reasons.push(error.reason);
            throw error;
          });
      },
    });
    return { reasons, events: events.filter(({ type }) => type === 'stream-ended'), tries: run.of('api.sent').length };
  };

  test.each([
    ['nobody is signed in', `{ signOut: {} }, ${LIVE}`, 'signed-out', 0],
    ['the session has ended', `{ revoke: family }, ${LIVE}`, 'reauthentication-required', 1],
    ['the server has no such stream', `{ fault: { reply: 404, of: resource } }, ${LIVE}`, 'network', 1],
    ['every token is refused', `{ fault: { reply: 401, of: resource } }, ${LIVE}`, 'network', 3],
    ['the server fails for longer than a request may take', `{ fault: { reply: 503, of: resource } }, ${LIVE}`, 'deadline', 11],
  ])('fails when %s', async (_name, steps, reason, most) => {
    const { reasons, tries, events } = await outcome(`${steps}, { advance: 5m }`);
    expect(reasons).toEqual([reason]);
    expect(tries).toBeLessThanOrEqual(most);
    expect(events).toEqual([]);
  });

  test('again that fails for good is told, without the query', async () => {
    const { events } = await outcome(
      '{ as: live, stream: "/events?private=1" }, { advance: 1m }, { fault: { reply: 403, of: resource } }, { fault: { drop: response, of: stream, times: 1 } }, { advance: 5m }',
    );
    expect(events).toEqual([{ type: 'stream-ended', path: '/events' }]);
  });
});
