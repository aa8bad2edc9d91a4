// A phone that is used: the days of a profile are lived while time passes, the same ones for the same seed.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import { PROFILES } from '../../src/os/profiles/profiles.ts';
import { jobClient } from '../kit/job-client.ts';
import { eventsOf, naiveClient, planOf, play } from '../kit/world.ts';

const DAY = 86_400_000;
const living = (profile: string, days = 3, os = 'android 14', more = ''): string =>
  `devices: { phone: { os: ${os}, profile: ${profile} } }\n${more}\nsteps: [{ advance: ${days}d }]`;

describe('a usage profile', () => {
  it('is the same life for the same seed, and another for another', async () => {
    const run = async (seed: number) => (await play(living('several-times-a-day'), naiveClient, { seed })).history.digest();
    expect(await run(1)).toBe(await run(1));
    expect(await run(2)).not.toBe(await run(1));
  });

  it.each(PROFILES.flatMap(({ name }) => [[name, 'android 14'] as const, [name, 'ios 18'] as const]))(
    'of %s is lived on %s',
    async (name, os) => {
      const record = await play(living(name, 12, os), jobClient({}), { settle: 'drain' });
      expect(record.ending).toBe('finished');
      expect(record.clientFaults).toEqual([]);
      const opened = eventsOf(record, 'phone').filter(({ what, by }) => what === 'open' && by === name);
      expect(opened.length).toBeGreaterThan(0);
      expect(eventsOf(record, 'request.called').map(({ path }) => path)).toEqual(opened.map(() => '/feed'));
      expect(opened.every(({ t }) => t < 13 * DAY)).toBe(true);
    },
  );

  it('makes the app ask for what the scenario says, or for nothing', async () => {
    const asked = async (profile: string) =>
      new Set(eventsOf(await play(living(profile), naiveClient), 'request.called').map(({ path }) => path));
    expect(await asked('{ name: daily, asks: /inbox }')).toEqual(new Set(['/inbox']));
    expect(await asked('{ name: daily, asks: nothing }')).toEqual(new Set());
  });

  it('signs in when the session is over, or lets it be', async () => {
    const signIns = async (signsIn: boolean) => {
      const more = 'server: { accessToken: { ttl: 2h }, refreshToken: { idle: 4h } }';
      return eventsOf(await play(living(`{ name: daily, signsIn: ${signsIn} }`, 6, 'ios 18', more), naiveClient), 'signIn.called').length;
    };
    expect(await signIns(true)).toBeGreaterThan(3);
    expect(await signIns(false)).toBe(1);
  });

  it('goes on where the clock of the phone stands, whatever came before', async () => {
    const record = await play(
      'devices: { phone: { os: android 14, profile: daily, session: stale } }\nserver: { accessToken: { ttl: 40h } }\nsteps: [{ advance: 2d }]',
      naiveClient,
    );
    const lives = eventsOf(record, 'phone').filter(({ by }) => by === 'daily');
    expect(lives.every(({ t }) => t >= record.originMs)).toBe(true);
    expect(lives.some(({ what }) => what === 'open')).toBe(true);
  });
});

it('lends the client the options of the scenario as they are written', async () => {
  const seen: unknown[] = [];
  const looking = (host: Host): Client => {
    seen.push(host.config.options);
    return naiveClient(host);
  };
  await play('client: { refreshEvery: 6h, often: 3, loud: true }\nsteps: [{ request: /feed }]', looking);
  expect(seen).toEqual([{ refreshEvery: '6h', often: 3, loud: true }]);
});

describe('an update to a version that is lent other options', () => {
  const UPDATED = `client: { refreshEvery: 10d, name: old }
steps: [{ phone: leave }, { phone: { update: { client: { refreshEvery: 6h } } } }, { phone: open }, { phone: update }, { phone: open },
  { phone: { update: { client: { flag: true } } } }, { phone: open }, { on: tablet, phone: kill }, { on: tablet, phone: open }]`;

  it.each(['android 14', 'ios 18'])('reaches every launch that follows on that device, and no other device: %s', async (os) => {
    const lent: [string, Host['config']['options']][] = [];
    const telling = (host: Host): Client => {
      lent.push([host.name, host.config.options]);
      return naiveClient(host);
    };
    const record = await play(`devices: { phone: { os: ${os} }, tablet: { os: ${os} } }\n${UPDATED}`, telling);
    expect(lent.filter(([name]) => name === 'phone/app').map(([, options]) => options)).toEqual([
      { refreshEvery: '10d', name: 'old' },
      { refreshEvery: '6h', name: 'old' },
      { refreshEvery: '6h', name: 'old' },
      { refreshEvery: '6h', name: 'old', flag: true },
    ]);
    expect(lent.filter(([name]) => name === 'tablet/app').map(([, options]) => options?.['refreshEvery'])).toEqual(['10d', '10d']);
    expect(eventsOf(record, 'app.installed').map(({ how, lent: differing }) => [how, differing])).toEqual([
      ['update', { refreshEvery: '6h' }],
      ['update', undefined],
      ['update', { flag: true }],
    ]);
  });

  it('says in its words what is new', () => {
    const texts = planOf(
      `devices: { phone: { os: ios 18 } }\nsteps: [{ phone: { update: { client: { refreshEvery: 6h } } } }, { phone: update }]`,
    );
    expect(texts.steps.map(({ text }) => text)).toEqual(['update on phone, now with refreshEvery 6h', 'update on phone']);
  });
});
