// Time as the processes of a device see it: asleep, hidden, launched behind the user's back.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import { eventsOf, play } from '../kit/world.ts';

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };

/** Notes when a timer of one minute ran, and what both clocks said, counted from the request. */
const timing =
  (seen: [wall: number, monotonic: number][], ms = 60_000) =>
  (host: Host): Client => ({
    ...idle,
    request: async () => {
      const [wall, monotonic] = [host.clock.now(), host.clock.monotonic()];
      host.clock.setTimeout(() => seen.push([host.clock.now() - wall, host.clock.monotonic() - monotonic]), ms);
      return { status: 200 };
    },
  });

describe('a device that sleeps', () => {
  it('runs what fell due when it wakes, where its monotonic clock ran on', async () => {
    const seen: [number, number][] = [];
    const record = await play('steps: [{ request: /a }, { sleep: 8h }, { advance: 1s }]', timing(seen));
    expect(seen).toEqual([[8 * 3_600_000, 8 * 3_600_000]]);
    expect([eventsOf(record, 'process.suspend').length, eventsOf(record, 'process.resume').length]).toEqual([1, 1]);
  });

  it('runs it later by the time slept, where its monotonic clock stopped', async () => {
    const seen: [number, number][] = [];
    await play(
      'steps: [{ request: /a }, { sleep: { for: 8h, monotonic: stops } }, { advance: 59s }, { request: /b }, { advance: 2m }]',
      timing(seen),
    );
    expect(seen).toEqual([
      [8 * 3_600_000 + 60_000, 60_000],
      [60_000, 60_000],
    ]);
  });

  it('wakes no process that was frozen before', async () => {
    const record = await play(
      'devices: { phone: { processes: [app, widget] } }\nsteps: [{ on: phone/widget, app: suspend }, { sleep: 1h }]',
      () => idle,
    );
    expect(eventsOf(record, 'process.resume').map(({ actor }) => actor)).toEqual(['phone/app']);
  });
});

describe('a hidden tab', () => {
  const at = async (steps: string, ms?: number): Promise<number[]> => {
    const seen: [number, number][] = [];
    await play(`devices: { web: { platform: web } }\nsteps: ${steps}`, timing(seen, ms));
    return seen.map(([, monotonic]) => monotonic);
  };

  it('runs its timers once a minute, all together', async () => {
    const [first, second] = await at('[{ app: hide }, { request: /a }, { after: 3s, request: /b }, { advance: 5m }]', 10_000);
    expect((first ?? 0) > 10_000 && (first ?? 0) <= 60_000).toBe(true);
    expect((first ?? 0) - (second ?? 0)).toBe(3_000);
  });

  it('runs what was held back when somebody looks again', async () => {
    const [late] = await at('[{ app: hide }, { request: /a }, { advance: 15s }, { app: show }, { advance: 1s }]', 10_000);
    expect(late).toBe(15_000);
  });

  it('forgets a timer that was held back and cancelled', async () => {
    const seen: string[] = [];
    await play('steps: [{ app: hide }, { request: /a }, { advance: 15s }, { request: /b }, { app: show }, { advance: 2m }]', (host) => {
      const timers: (() => void)[] = [];
      return {
        ...idle,
        request: async (path) => {
          if (path === '/a') timers.push(host.clock.setTimeout(() => seen.push('ran'), 10_000));
          else for (const cancel of timers) cancel();
          return { status: 200 };
        },
      };
    });
    expect(seen).toEqual([]);
  });

  it('is told that it went to the background, and came back', async () => {
    const seen: string[] = [];
    await play('steps: [{ app: hide }, { app: show }]', () => ({
      ...idle,
      background: () => void seen.push('background'),
      foreground: () => void seen.push('foreground'),
    }));
    expect(seen).toEqual(['background', 'foreground']);
  });
});

describe('a process that the system launches', () => {
  it('is told that nobody sees it before it starts', async () => {
    const seen: string[] = [];
    const record = await play('devices: { phone: { launched: false } }\nsteps: [{ app: prewarm }, { app: foreground }]', () => ({
      ...idle,
      start: async () => void seen.push('start'),
      background: () => void seen.push('background'),
      foreground: () => void seen.push('foreground'),
    }));
    expect(seen).toEqual(['start', 'background', 'start', 'foreground']);
    expect(eventsOf(record, 'background')).toHaveLength(1);
  });
});
