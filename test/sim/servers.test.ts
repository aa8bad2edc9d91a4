// A world with two authorization servers: what an app is told when it is pointed at the other one, what stays, and what the history says
// of a token that goes to the wrong place.
import { describe, expect, it } from 'vitest';
import type { Client, Host, HostConfig, TokenResponse } from '../../src/core/contract.ts';
import { eventsOf, naiveClient, play } from '../kit/world.ts';

const OTHER = 'otherServer: {}';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('an app pointed at the other server', () => {
  it('gets a new client with the configuration of that one, on the same store, and the way back too', async () => {
    const told: HostConfig[] = [];
    const kept: (string | undefined)[] = [];
    const factory = (host: Host): Client => {
      told.push(host.config);
      return {
        start: async () => void kept.push(await host.store.get('k')),
        signIn: async () => undefined,
        request: async () => host.store.set('k', 'kept').then(() => ({ status: 200 })),
      };
    };
    const record = await play(`${OTHER}\nsteps: [{ request: /a }, { app: switch-server }, { app: switch-server }]`, factory);
    expect(told.map(({ issuer, resourceBaseUrl }) => [issuer, resourceBaseUrl])).toEqual([
      ['https://as.example', 'https://api.example'],
      ['https://as.other.example', 'https://api.other.example'],
      ['https://as.example', 'https://api.example'],
    ]);
    expect(told[1]).toMatchObject({
      tokenEndpoint: 'https://as.other.example/token',
      revocationEndpoint: 'https://as.other.example/revoke',
    });
    expect(kept).toEqual([undefined, 'kept', 'kept']);
    expect(eventsOf(record, 'server.switched').map(({ actor, issuer }) => [actor, issuer])).toEqual([
      ['phone', 'https://as.other.example'],
      ['phone', 'https://as.example'],
    ]);
  });

  it('has its former client told to stop and not waited for; what that had begun goes on, at its own server', async () => {
    const seen: string[] = [];
    const factory = (host: Host): Client => ({
      ...naiveClient(host),
      signIn: async () => void seen.push(`${host.config.issuer} signed in`),
      stop: async () => {
        seen.push(`${host.config.issuer} stops`);
        await host.clock.sleep(5_000);
        seen.push(`${host.config.issuer} stopped`);
      },
    });
    const record = await play(
      `${OTHER}\nsteps: [{ request: /a, wait: false }, { after: 10ms, app: switch-server }, { signIn: {} }, { request: /b }, { advance: 10s }]`,
      factory,
    );
    expect(seen.slice(1, 4)).toEqual(['https://as.example stops', 'https://as.other.example signed in', 'https://as.example stopped']);
    expect(new Set(eventsOf(record, 'api.received').map(({ n }) => n))).toEqual(new Set(['n1', 'n2']));
    expect(eventsOf(record, 'api.sent').map(({ n, origin }) => [n, origin])).toEqual([
      ['n1', 'https://api.example'],
      ['n2', 'https://api.other.example'],
    ]);
  });

  it('finds out at the next launch when nothing runs, and all its processes do', async () => {
    const made: string[] = [];
    const factory = (host: Host): Client => {
      made.push(`${host.name} ${host.config.issuer}`);
      return naiveClient(host);
    };
    await play(
      `${OTHER}\ndevices: { phone: { processes: [app, widget] } }\nsteps:
  - { on: phone/widget, app: kill }
  - { on: phone/*, app: switch-server }
  - { on: phone/widget, app: launch }`,
      factory,
    );
    expect(made.slice(2)).toEqual(['phone/app https://as.other.example', 'phone/widget https://as.other.example']);
  });
});

describe('an app on a phone whose system is modelled', () => {
  it.each(['android 14', 'ios 18'])('of %s finds out when the system launches it next', async (os) => {
    const made: string[] = [];
    const factory = (host: Host): Client => {
      made.push(host.config.issuer);
      return naiveClient(host);
    };
    const kill = os.startsWith('ios') ? 'force-quit' : 'kill';
    await play(
      `${OTHER}\ndevices: { phone: { os: ${os} } }\nsteps: [{ phone: ${kill} }, { app: switch-server }, { phone: open }]`,
      factory,
    );
    expect(made).toEqual(['https://as.example', 'https://as.other.example']);
  });
});

describe('the other server', () => {
  it('has a policy of its own, and names for tokens and families that no other has', async () => {
    const granted: TokenResponse[] = [];
    const factory = (host: Host): Client => ({ ...naiveClient(host), signIn: async (tokens) => void granted.push(tokens) });
    const record = await play(
      'server: { accessToken: { ttl: 5m } }\notherServer: { accessToken: { ttl: 2m } }\nsteps: [{ app: switch-server }, { signIn: {} }]',
      factory,
    );
    expect(granted.map((tokens) => tokens.expires_in)).toEqual([300, 120]);
    expect(eventsOf(record, 'session.granted').map(({ family, at, rt, issuer }) => [family, at, rt, issuer])).toEqual([
      ['f1', 'AT-1', 'RT-1', 'https://as.example'],
      ['f2', 'AT-2', 'RT-2', 'https://as.other.example'],
    ]);
  });

  it('revokes, expires and is told apart: steps about a device mean the server it is pointed at', async () => {
    const record = await play(
      `${OTHER}\nsteps: [{ app: switch-server }, { signIn: {} }, { revoke: family }, { request: /a }, { app: switch-server }, { signIn: {} }, { request: /b }]`,
      naiveClient,
    );
    expect(eventsOf(record, 'family.dead').map(({ family }) => family)).toEqual(['f2']);
    expect(eventsOf(record, 'api.responded').map(({ status }) => status)).toEqual([401, 200]);
  });
});

describe('a token that goes to another server than its own', () => {
  /** Takes whatever is in the store for its own. */
  const careless = (host: Host): Client => ({
    ...naiveClient(host),
    signOut: async () => {
      const { refresh_token: token = '' } = JSON.parse((await host.store.get('tokens')) ?? '{}') as Partial<TokenResponse>;
      await host.fetch(host.config.revocationEndpoint, { method: 'POST', headers: FORM, body: `token=${token}&client_id=app` });
    },
  });

  it('is told of with where it went, at the API, in a refresh and in a revocation', async () => {
    const record = await play(`${OTHER}\nsteps: [{ app: switch-server }, { request: /a }, { signOut: {} }]`, careless);
    expect(eventsOf(record, 'api.sent')[0]).toMatchObject({ at: 'AT-1', origin: 'https://api.other.example', foreign: true });
    expect(eventsOf(record, 'token.sent')[0]).toMatchObject({ rt: 'RT-1', origin: 'https://as.other.example', foreign: true });
    expect(eventsOf(record, 'revocation.sent')[0]).toMatchObject({ token: 'RT-1', origin: 'https://as.other.example', foreign: true });
    expect(eventsOf(record, 'token.refused')[0]).toMatchObject({ reason: 'unknown' });
  });

  it('is no news where it belongs', async () => {
    const record = await play(
      `${OTHER}\nsteps: [{ app: switch-server }, { signIn: {} }, { advance: past-expiry }, { request: /a }, { signOut: {} }]`,
      careless,
    );
    const sent = [...eventsOf(record, 'api.sent'), ...eventsOf(record, 'token.sent'), ...eventsOf(record, 'revocation.sent')];
    expect(sent).toHaveLength(4);
    expect(sent.filter((event) => event.foreign === true)).toEqual([]);
  });
});
