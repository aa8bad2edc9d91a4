// What the world does to an app as its user, its system and its backend do: prompts, touches, pushes, the screen, and the sessions of others.
import { describe, expect, it } from 'vitest';
import type { Client, Host, SessionState } from '../../src/core/contract.ts';
import { eventsOf, naiveClient, play } from '../kit/world.ts';

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };

describe('a prompt', () => {
  it('is unavailable until the scenario says otherwise: nothing is shown, and that at once', async () => {
    const outcomes: string[] = [];
    const record = await play('steps: [{ request: /x }]', (host) => ({
      ...idle,
      request: async () => {
        outcomes.push(await host.reauthenticate.biometric('unlock'), await host.reauthenticate.password('sign-in'));
        return { status: 200 };
      },
    }));
    expect(outcomes).toEqual(['unavailable', 'unavailable']);
    expect(eventsOf(record, 'prompt.shown')).toEqual([]);
    const [called] = eventsOf(record, 'request.called');
    expect(eventsOf(record, 'request.settled').map(({ t }) => t)).toEqual([called?.t]);
  });

  it('answers in order, the last answer stays, and a person takes time', async () => {
    const outcomes: [string, number][] = [];
    const record = await play(
      'steps: [{ prompt: { biometric: [failed, ok], takes: 3s } }, { repeat: { times: 3, steps: [{ request: /x }] } }, { expect: { prompts: 3 } }]',
      (host) => ({
        ...idle,
        request: async () => {
          const from = host.clock.monotonic();
          outcomes.push([await host.reauthenticate.biometric('unlock'), host.clock.monotonic() - from]);
          return { status: 200 };
        },
      }),
    );
    expect(outcomes).toEqual([
      ['failed', 3_000],
      ['ok', 3_000],
      ['ok', 3_000],
    ]);
    expect(record.expectations).toEqual([]);
  });

  it('that signs in again has handed over the new tokens before it resolves; one that unlocks brings none', async () => {
    const order: string[] = [];
    const factory = (host: Host): Client => ({
      ...idle,
      signIn: async () => {
        await host.clock.sleep(100);
        order.push('signIn');
      },
      request: async (path) => {
        const outcome = await host.reauthenticate.password(path === '/unlock' ? 'unlock' : 'sign-in');
        order.push(`${path} ${outcome}`);
        return { status: 200 };
      },
    });
    await play('steps: [{ prompt: { password: ok } }, { request: /unlock }, { request: /again }]', factory);
    expect(order).toEqual(['signIn', '/unlock ok', 'signIn', '/again ok']);
  });
});

describe('an app', () => {
  const shown = (state: { now: SessionState }, more: Partial<Client>): Client => ({ ...idle, state: () => state.now, ...more });

  it('shows content in the first frame after it came to the foreground, unless it is locked by then', async () => {
    const state = { now: 'active' as SessionState, times: 0 };
    const foreground = (): void => {
      state.times += 1;
      if (state.times === 2) state.now = 'locked';
    };
    const record = await play(
      'lock: fintech\nsteps: [{ app: background }, { app: foreground }, { app: background }, { advance: 5m }, { app: foreground }]',
      () => shown(state, { features: ['idle-lock'], foreground }),
    );
    const types = record.history.events.filter(({ type }) => ['foreground', 'content', 'state'].includes(type)).map(({ type }) => type);
    expect(types).toEqual(['state', 'foreground', 'content', 'foreground', 'state']);
    expect(eventsOf(record, 'lock.policy')).toMatchObject([{ actor: 'world', idle: 300_000, background: 180_000 }]);
  });

  it('is touched, and pushed at with what the backend wants', async () => {
    const seen: string[] = [];
    const record = await play('steps: [{ interact: {} }, { push: refresh }, { push: ping }, { app: suspend }, { push: ping }]', () => ({
      ...idle,
      interaction: () => void seen.push('touched'),
      push: (payload) => void seen.push(JSON.stringify(payload)),
    }));
    expect(seen).toEqual(['touched', '{"type":"refresh"}', '{"type":"ping"}']);
    expect(eventsOf(record, 'push').map(({ refresh }) => refresh)).toEqual([true, false]);
    expect(eventsOf(record, 'interaction')).toHaveLength(1);
  });

  it.each([
    ['interact: {}', 'the client has no interaction()'],
    ['push: ping', 'the client does not claim push'],
  ])('that lacks the method for `%s` makes the scenario not applicable', async (step, reason) => {
    expect((await play(`steps: [{ ${step} }]`, () => idle)).notApplicable).toBe(reason);
  });

  it('under a lock policy must claim that it locks itself', async () => {
    expect((await play('lock: corporate\nsteps: [{ request: /x }]', () => idle)).notApplicable).toBe('the client does not claim idle-lock');
    expect((await play('lock: consumer\nsteps: [{ request: /x }]', () => idle)).notApplicable).toBeUndefined();
  });

  it('tells why its session changed, and the reason can be expected; what is no word is not taken for one', async () => {
    const factory = (host: Host): Client => {
      const state = { now: 'active' as SessionState };
      return shown(state, {
        request: async (path) => {
          state.now = path === '/a' ? 'locked' : 'expired';
          host.emit({ type: 'session-state', to: state.now, reason: path === '/a' ? 'idle-timeout' : 'Bearer abc.DEF' });
          return { status: 200 };
        },
      });
    };
    const record = await play(
      `steps:
  - request: /a
  - expect: { sessions: { phone: { state: locked, reason: [idle-timeout, background-timeout] } } }
  - expect: { sessions: { phone: { state: locked, reason: cold-start } } }
  - request: /b
  - expect: { sessions: { phone: { state: expired, reason: password-changed } } }`,
      factory,
    );
    expect(eventsOf(record, 'state').map(({ to, reason }) => [to, reason])).toEqual([
      ['active', undefined],
      ['locked', 'idle-timeout'],
      ['expired', undefined],
    ]);
    expect(record.expectations.map(({ message }) => message)).toEqual(['phone/app should be locked for cold-start, but says idle-timeout']);
  });
});

describe('what a client is lent', () => {
  it('has a plain tier that can be read while the device is locked', async () => {
    const seen: unknown[] = [];
    const record = await play('steps: [{ store: lock }, { request: /x }]', (host) => ({
      ...idle,
      signIn: async () => host.plain.set('marker', 'yes'),
      request: async () => {
        seen.push(await host.plain.get('marker'), await host.store.get('marker').catch((error: { code: string }) => error.code));
        return { status: 200 };
      },
    }));
    expect(seen).toEqual(['yes', 'store-locked']);
    expect(eventsOf(record, 'store.end').map(({ tier }) => tier)).toEqual(['plain', 'plain', undefined]);
  });

  it('sends a body that can be read once, once', async () => {
    const bodies: number[] = [];
    const record = await play('steps: [{ request: { path: /upload, method: POST, body: "hello", oneShot: true } }]', (host) => ({
      ...idle,
      request: async (path, { body } = {}) => {
        for (let i = 0; i < 2; i++)
          await host.fetch(host.config.resourceBaseUrl + path, { method: 'POST', ...(body === undefined ? {} : { body }) });
        return { status: 200 };
      },
    }));
    for (const { bodyLength } of eventsOf(record, 'api.sent')) bodies.push(bodyLength);
    expect(bodies).toEqual([5, 0]);
  });

  it('names the header in which the API offers tokens, where it does', async () => {
    const names: unknown[] = [];
    const factory = (host: Host): Client => {
      names.push(host.config.silentRefreshHeader);
      return idle;
    };
    await play('server: { resource: { silentRefresh: { header: x-new-token, window: 5m } } }\nsteps: [{ request: /x }]', factory);
    await play('steps: [{ request: /x }]', factory);
    expect(names).toEqual(['x-new-token', undefined]);
  });
});

describe('sessions of a user', () => {
  const TWO = 'devices: { phone: {}, tablet: { platform: android } }\n';

  it('are ended from another device by the id that stands for it in a path', async () => {
    const record = await play(
      `${TWO}steps:
  - { on: phone, request: { path: "/sessions/{session:tablet}", method: DELETE, expect: 204 } }
  - { on: phone, request: { path: "/sessions/{session:tablet}", method: DELETE, expect: 404 } }
  - { on: tablet, request: { path: /feed, expect: reauthentication-required } }
  - { on: phone, request: { path: /feed, expect: ok } }`,
      naiveClient,
    );
    expect(record.expectations).toEqual([]);
    expect(eventsOf(record, 'request.called')[0]?.path).toBe('/sessions/f2');
    expect(eventsOf(record, 'family.dead')).toMatchObject([{ family: 'f2', device: 'tablet', reason: 'user' }]);
  });

  it.each([
    ['all', ['f1', 'f2']],
    ['others', ['f2']],
    ['none', []],
  ])('end with a change of password as the policy says: %s', async (policy, families) => {
    const record = await play(
      `server: { passwordChange: ${policy} }\n${TWO}steps: [{ on: phone, request: { path: /password, method: POST, expect: ok } }]`,
      naiveClient,
    );
    expect(eventsOf(record, 'family.dead').map(({ family }) => family)).toEqual(families);
  });

  it('tell their holder why they ended where the server explains, and only there', async () => {
    const yaml = (server: string): string =>
      `server: { ${server} }\n${TWO}steps: [{ on: phone, request: { path: /password, method: POST } }, { on: tablet, request: /feed }]`;
    const explained = await play(yaml('passwordChange: others, explainsEnd: true'), naiveClient);
    const silent = await play(yaml('passwordChange: others'), naiveClient);
    expect([explained, silent].map((record) => eventsOf(record, 'token.delivered').map(({ error, end }) => [error, end]))).toEqual([
      [['invalid_grant', 'password-changed']],
      [['invalid_grant', undefined]],
    ]);
  });

  it('are renewed by a response header near the end of a token, unasked', async () => {
    const record = await play(
      'server: { accessToken: { ttl: 10m }, resource: { silentRefresh: { header: x-new-token, window: 5m } } }\nsteps: [{ request: /a }, { advance: 6m }, { request: /b }]',
      naiveClient,
    );
    expect(eventsOf(record, 'access.offered')).toMatchObject([{ at: 'AT-1', newAt: 'AT-2' }]);
  });
});

describe('a budget shared by refreshes and sign-ins', () => {
  it('keeps the user from signing in again once a dead client has used it up', async () => {
    const server = 'server: { limits: [{ of: all, limit: 3, per: 15m }] }\n';
    const steps = 'steps: [{ revoke: family }, { request: { path: /feed, count: 2 } }, { signIn: {} }, { advance: 15m }, { signIn: {} }]';
    const record = await play(`${server}${steps}`, naiveClient);
    expect(eventsOf(record, 'token.refused').map(({ reason }) => reason)).toEqual(['family-dead', 'family-dead']);
    expect(eventsOf(record, 'signIn.called').map(({ family }) => family)).toEqual(['f1', 'f2']);
    expect(eventsOf(record, 'signIn.called')[1]?.t).toBeGreaterThan(15 * 60_000);
  });

  it('makes a prompt for the password fail as well', async () => {
    const outcomes: string[] = [];
    await play('server: { limits: [{ of: all, limit: 1, per: 15m }] }\nsteps: [{ prompt: { password: ok } }, { request: /x }]', (host) => ({
      ...idle,
      request: async () => {
        outcomes.push(await host.reauthenticate.password('sign-in'));
        return { status: 200 };
      },
    }));
    expect(outcomes).toEqual(['failed']);
  });
});
