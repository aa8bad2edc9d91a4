// What the app hands over and gets back: bodies that can be read once, whole answers, its sessions on other devices, what it may watch.
import { describe, expect, test } from 'vitest';
import type { HostResponse } from '../../src/core/contract.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Transition } from '../../src/engine/machine.ts';
import type { EngineEvent } from '../../src/engine/runtime.ts';
import { createSessions, type SessionInfo } from '../../src/engine/sessions.ts';
import { runEngine } from './kit.ts';

const UPLOAD = '{ request: { path: /upload, method: POST, body: hello, oneShot: true } }';

describe('a body that can be read once', () => {
  test('is sent like any other', async () => {
    const run = await runEngine(`steps: [${UPLOAD}]`);
    expect(run.outcomes).toEqual({ n1: 201 });
    expect(run.of('api.sent').map(({ bodyLength }) => bodyLength)).toEqual([5]);
  });

  test('is not sent again after a 401: the app hears that, and the next request goes with a new token', async () => {
    const run = await runEngine(`steps: [{ revoke: access-token }, ${UPLOAD}, ${UPLOAD}]`);
    expect(run.outcomes).toEqual({ n1: 'not-replayable', n2: 201 });
    expect(run.of('api.sent').map(({ n, bodyLength }) => [n, bodyLength])).toEqual([
      ['n1', 5],
      ['n2', 5],
    ]);
    expect(run.findings).toEqual([]);
  });

  test('waits unread for the network and for a refresh', async () => {
    const run = await runEngine(
      `devices: { phone: { session: { state: active, expiresIn: 5s } } }
steps: [{ network: offline }, { request: { path: /upload, method: POST, body: hello, oneShot: true }, wait: false }, { advance: 1m }, { network: online }, { advance: 2s }]`,
    );
    expect(run.outcomes).toEqual({ n1: 201 });
    expect(run.of('api.sent').map(({ at, bodyLength }) => [at, bodyLength])).toEqual([['AT-2', 5]]);
    expect(run.findings).toEqual([]);
  });
});

/** Plays the steps and hands the engine to `use` before its first start. */
async function withEngine(steps: string, use: (engine: Engine) => Promise<void> | void): Promise<Awaited<ReturnType<typeof runEngine>>> {
  const uses: unknown[] = [];
  const run = await runEngine(`steps: [${steps}]`, { seen: (engine) => void uses.push(use(engine)) });
  await Promise.all(uses.slice(0, 1));
  return run;
}

test('an answer is handed over whole, its body unread', async () => {
  const bodies: string[] = [];
  await withEngine('{ request: /a }, { revoke: access-token }, { request: /b }', (engine) => {
    const { request } = engine;
    engine.request = async (path, init): Promise<HostResponse> => {
      const answer = await request.call(engine, path, init);
      bodies.push(`${answer.status} ${answer.ok} ${answer.headers.get('content-type')} ${await answer.text()}`);
      return answer;
    };
  });
  expect(bodies).toHaveLength(2);
  for (const body of bodies) expect(body).toMatch(/^200 true application\/json.* \{/);
});

describe("the user's sessions", () => {
  test('are listed, and others are ended', async () => {
    const seen: unknown[] = [];
    const lists: SessionInfo[][] = [];
    const run = await runEngine(
      'devices: { phone: {}, tablet: {}, tv: {} }\nsteps: [{ on: phone, request: /a }, { on: tablet, request: /b }, { on: tv, request: /c }]',
      {
        seen: (engine, { name }) => {
          if (name !== 'phone/app') return;
          const { request } = engine;
          engine.request = async (path, init) => {
            if (path !== '/a') return await request.call(engine, path, init);
            const sessions = createSessions({ request: (at, how) => request.call(engine, at, how) });
            const list = await sessions.list();
            lists.push(list);
            const tablet = list.find(({ device }) => device === 'tablet')?.id ?? '';
            seen.push(await sessions.terminate(tablet), await sessions.terminate('no/such'), await sessions.terminateOthers());
            lists.push(await sessions.list());
            return await request.call(engine, path, init);
          };
        },
      },
    );
    expect(lists.map((list) => list.map(({ device, current }) => `${device}${current ? ' *' : ''}`))).toEqual([
      ['phone *', 'tablet', 'tv'],
      ['phone *'],
    ]);
    expect(seen).toEqual([true, false, undefined]);
    expect(run.outcomes).toEqual({ n1: 200, n2: 'reauthentication-required', n3: 'reauthentication-required' });
  });

  test('an answer that says nothing useful is an error', async () => {
    const answering = (status: number, body = ''): ReturnType<typeof createSessions> => {
      const answer: HostResponse = {
        status,
        ok: status < 300,
        headers: { get: () => null },
        text: async () => body,
        json: async () => JSON.parse(body) as unknown,
      };
      return createSessions({ request: async () => answer });
    };
    const unexpected = (status: number): object => ({ code: 'TW_UNEXPECTED_ANSWER', fields: { status } });
    await expect(answering(500).list()).rejects.toMatchObject(unexpected(500));
    await expect(answering(404).list()).rejects.toMatchObject(unexpected(404));
    await expect(answering(200, '<html>').list()).rejects.toMatchObject(unexpected(200));
    await expect(answering(200, '{"devices":[]}').list()).rejects.toMatchObject(unexpected(200));
    await expect(answering(500).terminate('a')).rejects.toMatchObject(unexpected(500));
    await expect(answering(404).terminateOthers()).rejects.toMatchObject(unexpected(404));
  });
});

describe('transitions', () => {
  test('are heard in order by whoever loops over them, until it is told to stop', async () => {
    const heard: Transition[][] = [[], [], []];
    const stop = new AbortController();
    const listen = async (engine: Engine): Promise<void> => {
      const all = engine.transitions();
      const some = engine.transitions(stop.signal);
      const one = engine.transitions();
      await Promise.all([
        (async () => {
          for await (const transition of all) heard[0]!.push(transition);
        })(),
        (async () => {
          for await (const transition of some) {
            heard[1]!.push(transition);
            if (transition.reason === 'signed-in') stop.abort();
          }
        })(),
        (async () => {
          for await (const transition of one) {
            heard[2]!.push(transition);
            break;
          }
        })(),
      ]);
    };
    await withEngine('{ signOut: {} }, { signIn: bob }, { app: stop }', listen);
    expect(heard.map((list) => list.map(({ reason }) => reason))).toEqual([
      ['store-empty', 'signed-in', 'user', 'signed-in'],
      ['store-empty', 'signed-in'],
      ['store-empty'],
    ]);
  });
});

describe('watchers', () => {
  const told = async (yaml: string, options: object, wrap?: object): Promise<EngineEvent[]> => {
    const events: EngineEvent[] = [];
    await runEngine(yaml, { options, seen: (engine) => void engine.watch((event) => events.push(event)), ...wrap });
    return events.filter(({ type }) => type !== 'session-state');
  };

  test('hear the ages of the session that were asked for, once each, over relaunches', async () => {
    const events = await told('steps: [{ advance: 30m }, { app: relaunch }, { advance: 2h }, { app: relaunch }, { advance: 10h }]', {
      sessionAges: [3_600_000, 600_000, 36_000_000],
    });
    expect(events).toEqual([
      { type: 'session-age', age: 600_000 },
      { type: 'session-age', age: 3_600_000 },
      { type: 'session-age', age: 36_000_000 },
    ]);
  });

  test('hear that a session nears the end that the server told', async () => {
    const wrap = {
      wrap: (host: Parameters<NonNullable<Parameters<typeof runEngine>[1]>['wrap'] & {}>[0]) => ({
        ...host,
        fetch: async (...[url, init]: Parameters<typeof host.fetch>) => {
          const answer = await host.fetch(url, init);
          if (url !== host.config.tokenEndpoint) return answer;
          const text = (await answer.text()).replace('{', '{"refresh_token_expires_in":"7200",');
          return { status: answer.status, ok: answer.ok, headers: answer.headers, text: async () => text, json: async () => ({}) };
        },
      }),
    };
    const events = await told('steps: [{ advance: past-expiry }, { request: /a }, { advance: 3h }]', {}, wrap);
    expect(events).toEqual([{ type: 'near-expiry', in: 300_000 }]);
  });

  test('hear it of a session that cannot be renewed, half of its life before at most', async () => {
    const events: EngineEvent[] = [];
    await runEngine('server: { accessToken: { ttl: 4m } }\nsteps: [{ advance: 10m }]', {
      seen: (engine) => {
        const signIn = engine.signIn.bind(engine);
        engine.signIn = ({ refresh_token: _dropped, ...rest }) => signIn(rest);
        engine.watch((event) => events.push(event));
      },
    });
    const near = events.filter(({ type }) => type === 'near-expiry');
    expect(near).toEqual([{ type: 'near-expiry', in: 120_000 }]);
  });

  test('hear nothing of an end that nobody told', async () => {
    expect(await told('steps: [{ advance: 100d }]', {})).toEqual([]);
  });
});
