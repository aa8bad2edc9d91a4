// A process stopped while it holds the lock: a debugger, a laptop lid, a container that is paused. The kernel does not take a lock from
// the living, so the others wait, and after a while they do without; what keeps them apart then is the look at the store.
import { expect, test } from 'vitest';
import { serve, type Served } from '../kit/served.ts';
import { Fleet, type Member, type MemberOptions } from './kit/fleet.ts';
import { appProgram } from './kit/program.ts';
import { countRefreshes, grant, LIFETIME } from './kit/refreshes.ts';

const APP = appProgram();
/** So long the others wait for the lock, twice. */
const IMPATIENT = { lockTimeout: 150 };
/** Longer than a busy machine stands still by itself: who passes the lock is not to be taken for late. */
const LESS_IMPATIENT = { lockTimeout: 2_000 };

interface Frozen {
  frozen: Member;
  /** Its request, under way. */
  request: ReturnType<Member['ask']>;
  others: readonly Member[];
  /** Asks all the others at once; one line per answer. */
  askOthers(): Promise<string[]>;
}

/** One process stands still where `stopsAt` says, in the refresh of a token that is over for all. */
async function freeze(served: Served, stopsAt: 'lock' | 'sent', size: number, engine: MemberOptions['engine'] = {}): Promise<Frozen> {
  const fleet = new Fleet(served.server, APP);
  const members = Array.from({ length: size }, () => fleet.launch({ engine }));
  const [first, ...others] = await Promise.all([fleet.launch(), ...members]);
  await first?.ask({ do: 'sign-in', tokens: grant(served) });
  await Promise.all(others.map((member) => member.ask({ do: 'start', time: 0 })));
  const frozen = await fleet.launch({ stopsAt });
  await frozen.ask({ do: 'start', time: 0 });
  await frozen.ask({ do: 'request', time: 0, path: '/me' });
  served.server.app.clock.advance(LIFETIME);
  const stops = frozen.when(({ event }) => event === 'stops');
  const request = frozen.ask({ do: 'request', time: LIFETIME, path: '/me' });
  await stops;
  const askOthers = async (): Promise<string[]> => {
    const told = await Promise.all(others.map((member) => member.ask({ do: 'request', time: LIFETIME, path: '/me' })));
    return told.map(({ value, error, state }) => `${value ?? error} ${state}`);
  };
  return { frozen, request, others, askOthers };
}

test('a holder that stands still for a moment is waited for: one refresh, under strict rotation', async () => {
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME } } });
  const { granted, refused } = countRefreshes(served);
  const { frozen, request, askOthers } = await freeze(served, 'lock', 3);
  const answers = askOthers();
  await new Promise((resolve) => void setTimeout(resolve, 300));
  expect(granted.size).toBe(0);
  frozen.signal('SIGCONT');
  expect(await answers).toEqual(['200 active', '200 active', '200 active']);
  expect(await request).toMatchObject({ value: 200, state: 'active' });
  expect([...granted.values()]).toEqual([1]);
  expect(refused).toEqual([]);
});

test('a holder that stands still for long before it has looked at the store is passed by one, and finds the new token there when it goes on', async () => {
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME } } });
  const { granted, refused } = countRefreshes(served);
  const { frozen, request, others, askOthers } = await freeze(served, 'lock', 2, LESS_IMPATIENT);
  expect(await askOthers()).toEqual(['200 active', '200 active']);
  expect(others.flatMap(({ events }) => events)).toContain('lock-bypassed');
  frozen.signal('SIGCONT');
  expect(await request).toMatchObject({ value: 200, state: 'active' });
  expect(refused).toEqual([]);
  expect([...granted.values()]).toEqual([1]);
});

test('a holder that stands still with its refresh under way is passed too, at the price the policy of the server asks', async () => {
  const refreshToken = { grace: { policy: 'same-successor' as const, window: LIFETIME } };
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME }, refreshToken } });
  served.fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'delay', ms: 100 }, times: 1 });
  const { granted, refused } = countRefreshes(served);
  const { frozen, request, askOthers } = await freeze(served, 'sent', 2, IMPATIENT);
  expect(await askOthers()).toEqual(['200 active', '200 active']);
  frozen.signal('SIGCONT');
  expect(await request).toMatchObject({ value: 200, state: 'active' });
  expect(await askOthers()).toEqual(['200 active', '200 active']);
  expect(refused).toEqual([]);
  // The token was shown twice at least, and twice the same successor came of it.
  expect(granted.size).toBe(1);
  expect([...granted.values()][0]).toBeGreaterThan(1);
});
