// Processes of one computer that share one session, as command line tools do: real processes, a real store, a real lock, a real server.
// Strict rotation: a refresh token that is shown twice ends the session of all, so one refresh too many is seen at once.
import { expect, test } from 'vitest';
import { createStreams } from '../../src/core/streams.ts';
import { serve, type Served } from '../kit/served.ts';
import { Fleet, type Member } from './kit/fleet.ts';
import { appProgram } from './kit/program.ts';
import { countRefreshes, expireEarly, grant, LIFETIME, MINUTE } from './kit/refreshes.ts';

const APP = appProgram();

async function openFleet(served: Served, size: number): Promise<{ fleet: Fleet; members: Member[] }> {
  const fleet = new Fleet(served.server, APP);
  const members = await Promise.all(Array.from({ length: size }, () => fleet.launch()));
  const [first, ...others] = members;
  await first?.ask({ do: 'sign-in', tokens: grant(served) });
  await Promise.all(others.map((member) => member.ask({ do: 'start', time: 0 })));
  return { fleet, members };
}

test('eight processes and a thousand expiries: one refresh each, and nobody is signed out', { timeout: 300_000 }, async () => {
  const EXPIRIES = 1_000;
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME } } });
  const { members } = await openFleet(served, 8);
  const { granted, refused } = countRefreshes(served);
  const draw = createStreams(5).stream('who');
  const answers: Record<string, number> = {};
  let time = 0;
  for (let expiry = 1; expiry <= EXPIRIES; expiry++) {
    // Those who ask see the expiry coming; or, every eighth time, the API is the first to know and all of them meet a 401.
    const early = expiry % 8 === 0;
    const passes = early ? MINUTE : LIFETIME;
    time += passes;
    served.server.app.clock.advance(passes);
    if (early) await expireEarly(served);
    // All of them; or some, and the others sleep over it with a token that is older and older.
    const some = expiry % 4 === 0 ? [] : members.filter(() => draw.oneIn(2));
    const asking = some.length === 0 ? members : some;
    const told = await Promise.all(asking.map((member) => member.ask({ do: 'request', time, path: '/me' })));
    for (const { value, error, state } of told) {
      const answer = `${value ?? error} ${state}`;
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
    expect(granted.size).toBe(expiry);
  }
  expect(Object.keys(answers)).toEqual(['200 active']);
  expect(answers['200 active']).toBeGreaterThan(4 * EXPIRIES);
  expect([...granted.values()].every((times) => times === 1)).toBe(true);
  expect(refused).toEqual([]);
});
