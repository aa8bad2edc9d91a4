// An iPhone in the world: registration and submission have their rules, the process lives as the system lets it, secrets have classes.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import type { WorldRecord } from '../../src/sim/world.ts';
import { jobClient } from '../kit/job-client.ts';
import { eventsOf, naiveClient, play } from '../kit/world.ts';

const H = 3_600_000;
const REFRESH = { id: 'refresh', kind: 'app-refresh', earliestBegin: H } as const;
/** A system that takes a request at its first look. */
const EAGER = 'figures: { unknownApp: 1, refreshFullShare: 1 }';

const phone = (steps: string, more = ''): string =>
  `devices: { phone: { os: { name: ios 18${more === '' ? '' : `, ${more}`} } } }\nsteps: [${steps}]`;
const gates = (record: WorldRecord): string[] => eventsOf(record, 'job.held').map(({ gate }) => gate);

describe('a task on iOS', () => {
  it('runs when the system picks it, in a process it launches and suspends again', async () => {
    const record = await play(
      phone('{ phone: leave }, { phone: lock }, { phone: kill }, { advance: 2h }', EAGER),
      jobClient({ requests: [REFRESH] }),
    );
    expect(gates(record).slice(0, 2)).toEqual(['earliestBeginDate', 'app usage']);
    expect(eventsOf(record, 'job.started')).toMatchObject([{ run: 'j1', waited: 'app usage' }]);
    expect(eventsOf(record, 'process.launch')).toHaveLength(2);
    expect(eventsOf(record, 'process.suspend')).toHaveLength(1);
  });

  it('crashes an app that registers after its launch', async () => {
    const record = await play(phone('{ advance: 1s }'), jobClient({ requests: [REFRESH], registers: 'late' }));
    const crash = { kind: 'uncaught-exception', message: expect.stringContaining('late-registration') as string };
    // once when the user signs in, once when the app is opened again
    expect(record.clientFaults).toMatchObject([crash, crash]);
    expect(eventsOf(record, 'process.kill')).toHaveLength(2);
  });

  it('may be registered in the first part of start, and not after', async () => {
    const inStart = (host: Host): Client => ({
      ...naiveClient(host),
      features: ['background'],
      async start() {
        host.background.register('refresh', async () => 'success');
      },
    });
    expect((await play(phone('{ advance: 1s }'), inStart)).clientFaults).toEqual([]);
  });

  it.each([
    ['permitted: [other]', 'false', 'register: BGTaskSchedulerPermittedIdentifiers'],
    ['modes: [processing]', 'notPermitted', 'UIBackgroundModes'],
    ['backgroundAppRefresh: off', 'unavailable', 'backgroundRefreshStatus'],
    ['device: simulator', 'unavailable', 'no scheduler on a simulator'],
  ])('is refused under %s with the code of the platform', async (more, code, why) => {
    const codes: (string | undefined)[] = [];
    const client = jobClient({ requests: [REFRESH], refused: (error) => codes.push(error.code) });
    const record = await play(phone('{ advance: 1s }', more), client);
    expect(eventsOf(record, 'job.refused')[0]).toMatchObject({ job: 'refresh', code, why });
    expect(codes.length).toBeLessThanOrEqual(1);
  });

  it('replaces the pending request of its identifier, and there is one app refresh at a time', async () => {
    const other = { ...REFRESH, id: 'other' };
    const codes: (string | undefined)[] = [];
    const client = jobClient({ requests: [REFRESH, REFRESH, other], refused: (error) => codes.push(error.code) });
    const record = await play(phone('{ advance: 1s }'), client);
    expect(eventsOf(record, 'job.requested').map(({ job, effect }) => [job, effect])).toEqual([
      ['refresh', 'accepted'],
      ['refresh', 'replaced'],
    ]);
    expect(codes).toEqual(['tooManyPendingTaskRequests']);
  });

  it('is told when its time is over, and may still be completed; one that is not costs the process', async () => {
    const good = jobClient({
      requests: [REFRESH],
      handler: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('failure'))),
    });
    const steps = '{ phone: leave }, { phone: lock }, { advance: 3h }';
    const record = await play(phone(steps, EAGER), good);
    expect(eventsOf(record, 'job.stopped')).toMatchObject([{ run: 'j1', reason: 'allowance' }]);
    expect(eventsOf(record, 'job.ended')).toMatchObject([{ run: 'j1', outcome: 'failure' }]);
    expect(eventsOf(record, 'process.kill')).toEqual([]);
    const deaf = await play(phone(steps, EAGER), jobClient({ requests: [REFRESH], handler: () => new Promise(() => undefined) }));
    expect(eventsOf(deaf, 'job.lost')).toMatchObject([{ run: 'j1', by: 'expiration-overrun' }]);
    expect(eventsOf(deaf, 'process.kill')).toHaveLength(1);
  });

  it('is cancelled by a force-quit', async () => {
    const record = await play(phone('{ phone: force-quit }, { advance: 1d }', EAGER), jobClient({ requests: [REFRESH] }));
    expect(eventsOf(record, 'job.cancelled')).toMatchObject([{ job: 'refresh', by: 'force-quit' }]);
    expect(eventsOf(record, 'job.started')).toEqual([]);
  });

  it('of a method client has the identifiers of the Info.plist registered for it', async () => {
    const methodical = (host: Host): Client => ({
      ...naiveClient(host),
      features: ['background'],
      start: async () => void (await host.background.schedule(REFRESH)),
      runBackgroundJob: async () => 'success',
    });
    const record = await play(phone('{ phone: leave }, { phone: lock }, { advance: 3h }', `permitted: [refresh], ${EAGER}`), methodical);
    expect(eventsOf(record, 'job.ended')).toMatchObject([{ outcome: 'success' }]);
  });

  it('can be submitted by an extension, which registers nothing', async () => {
    const submitting = (host: Host): Client => ({
      ...jobClient({ requests: host.name === 'phone/app' ? [REFRESH] : [] })(host),
      async request() {
        await host.background.schedule({ ...REFRESH, id: 'sync', kind: 'processing' });
        return { status: 200 };
      },
    });
    const record = await play(
      'devices: { phone: { os: ios 18, processes: [app, widget] } }\nsteps: [{ on: phone/widget, request: /feed }]',
      submitting,
    );
    expect(eventsOf(record, 'job.requested').map(({ job }) => job)).toEqual(['refresh', 'sync']);
  });
});

describe('the rest of an iPhone', () => {
  it('suspends an app that has left the screen, and the answer that was under way is lost to it', async () => {
    const record = await play(
      phone(
        '{ fault: { delay: 8s, of: resource } }, { as: cut, request: /feed, wait: false }, { phone: leave }, { advance: 1m }, { phone: open }, { advance: 1s }',
      ),
      naiveClient,
    );
    expect(eventsOf(record, 'api.responded')).toHaveLength(1);
    expect(eventsOf(record, 'api.lost')).toHaveLength(1);
    expect(eventsOf(record, 'request.settled')).toMatchObject([{ n: 'n1', reason: 'unspecified' }]);
  });

  it.each([
    ['kSecAttrAccessibleWhenUnlocked', true],
    ['kSecAttrAccessibleAfterFirstUnlock', false],
  ])('keeps secrets of %s from an app that runs while it is locked: %s', async (keychain, locked) => {
    const errors: unknown[] = [];
    const reading = jobClient({
      requests: [REFRESH],
      handler: async (_signal, host) => {
        await host.store.get('tokens').catch((error: { code?: string }) => errors.push(error.code));
        await host.store.set('tokens', 'x').catch((error: { code?: string }) => errors.push(error.code));
        return 'success';
      },
    });
    await play(phone('{ phone: leave }, { phone: lock }, { advance: 3h }', `keychain: ${keychain}, ${EAGER}`), reading);
    expect(errors).toEqual(locked ? ['store-locked', 'store-locked'] : []);
  });

  it('shows a prewarmed app neither its secrets nor its files before the first unlock', async () => {
    const seen: unknown[] = [];
    const reading = (host: Host): Client => ({
      ...naiveClient(host),
      async start() {
        seen.push(await host.plain.get('flag'));
        seen.push(await host.store.get('tokens').catch((error: { code?: string }) => error.code));
        await host.plain.set('flag', 'set');
      },
    });
    await play(phone('{ phone: reboot }, { phone: prewarm }, { advance: 1h }, { phone: open }'), reading);
    expect(seen).toEqual([undefined, undefined, undefined, 'store-locked']);
  });

  it('drops a silent push that asks to be seen, and holds one under Low Power Mode', async () => {
    const said = async (...steps: string[]) =>
      eventsOf(await play(phone(['{ phone: leave }', '{ advance: 1m }', ...steps].join(', ')), jobClient({})), 'phone').map(
        ({ what }) => what,
      );
    expect(await said('{ phone: { push: alert } }')).toContain('push dropped');
    expect(await said('{ phone: { push: high } }')).toContain('push dropped');
    expect(await said('{ phone: { low-power-mode: on } }', '{ push: refresh }')).toContain('push held by isLowPowerModeEnabled');
  });

  it.each([
    ['off', 'on', 'unavailable'],
    ['on', 'off', undefined],
  ])('finds Background App Refresh as the plan has it after a reinstall: %s', async (planned, meanwhile, code) => {
    const codes: (string | undefined)[] = [];
    const steps = `{ phone: { background-app-refresh: ${meanwhile} } }, { phone: reinstall }, { phone: open }`;
    const client = jobClient({ requests: [REFRESH], refused: (error) => codes.push(error.code) });
    const record = await play(phone(steps, `backgroundAppRefresh: ${planned}`), client);
    expect(eventsOf(record, 'app.installed')).toHaveLength(1);
    expect(codes.at(-1)).toBe(code);
    const installed = eventsOf(record, 'app.installed')[0]?.seq ?? 0;
    expect(eventsOf(record, 'job.requested').some(({ seq }) => seq > installed)).toBe(code === undefined);
  });

  it.each([
    ['{ phone: { network: none } }', '{ phone: { network: cellular } }'],
    ['{ network: offline }', '{ network: online }'],
  ])('is offline for the app and for the system alike after %s', async (off, on) => {
    const steps = `{ phone: leave }, { phone: lock }, ${off}, { push: refresh }, { advance: 1m }, ${on}, { advance: 1m }`;
    const record = await play(phone(steps), jobClient({}));
    const order = record.history.events.filter(({ type }) => ['offline', 'online', 'push'].includes(type)).map(({ type }) => type);
    expect(order).toEqual(['offline', 'online', 'push']);
  });

  it('wakes the app for a silent push', async () => {
    const record = await play(phone('{ phone: leave }, { advance: 1m }, { push: refresh }, { advance: 1m }'), jobClient({}));
    expect(eventsOf(record, 'push')).toMatchObject([{ refresh: true }]);
    expect(eventsOf(record, 'process.resume')).toHaveLength(1);
    expect(eventsOf(record, 'process.suspend')).toHaveLength(2);
  });

  it('says what means nothing now', async () => {
    const record = await play(phone('{ phone: open }, { phone: shutdown }, { phone: open }'), naiveClient);
    expect(
      eventsOf(record, 'phone')
        .filter(({ what }) => what === 'open means nothing')
        .map(({ by }) => by),
    ).toEqual(['in the foreground already', 'powered off']);
  });
});
