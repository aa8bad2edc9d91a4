// Processes killed while they hold the lock, at any moment of a refresh. Killed after the server's commit and before the write, a
// rotation is lost with its process: the token that is left has been used. What that costs is the server's decision, so both are tried.
import { expect, test } from 'vitest';
import { createStreams, type Stream } from '../../src/core/streams.ts';
import { serve, type Served } from '../kit/served.ts';
import { Fleet, type Member } from './kit/fleet.ts';
import { appProgram } from './kit/program.ts';
import { countRefreshes, grant, LIFETIME } from './kit/refreshes.ts';

const APP = appProgram();

/** What a kill waits for; then it waits a little longer. */
const MOMENTS = ['held', 'token.received', 'token.committed', 'token.responded', 'written'] as const;
interface Moment {
  after: (typeof MOMENTS)[number];
  /** Ms. */
  delay: number;
}

function drawMoment(draw: Stream): Moment {
  return { after: MOMENTS[draw.integer(0, MOMENTS.length - 1)] ?? 'held', delay: draw.integer(0, 6) };
}

/** Kills whoever takes the lock next, at that moment of its refresh. It may have left the lock by then. */
async function killHolder({ server }: Served, members: readonly Member[], { after, delay }: Moment): Promise<Member> {
  const held = Promise.race(members.map((member) => member.when(({ lock }) => lock === 'held').then(() => member)));
  const written = Promise.race(members.map((member) => member.when(({ event }) => event === 'written')));
  const come = new Promise<void>((resolve) => {
    const end = server.app.journal.subscribe(({ type }) => {
      if (type !== after) return;
      end();
      resolve();
    });
  });
  await (after === 'held' ? held : after === 'written' ? written : come);
  if (delay > 0) await new Promise((resolve) => void setTimeout(resolve, delay));
  const victim = await held;
  await victim.kill();
  return victim;
}

/** A server that takes its time after the commit. */
async function slowServer(policy: 'same-successor' | 'strict'): Promise<Served> {
  const refreshToken = { grace: { policy, window: LIFETIME } };
  const served = await serve({ policy: { accessToken: { lifetime: LIFETIME }, refreshToken } });
  served.fault({ endpoint: 'token', point: 'committed', verdict: { kind: 'delay', ms: 3 } });
  return served;
}

/** Processes over one store of which one can be replaced at once: the next is always being started. */
class Line {
  readonly #fleet: Fleet;
  #spare: Promise<Member>;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#spare = this.#launch();
  }

  async next(): Promise<Member> {
    const member = await this.#spare;
    this.#spare = this.#launch();
    return member;
  }

  #launch(): Promise<Member> {
    return this.#fleet.launch({ tellsLock: true });
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

test(
  '200 holders killed under a server that repeats a lost answer: nobody is signed out, nobody waits for the dead',
  {
    timeout: 300_000,
  },
  async () => {
    const served = await slowServer('same-successor');
    const { granted, refused } = countRefreshes(served);
    const line = new Line(new Fleet(served.server, APP));
    const draw = createStreams(11).stream('kills');
    let members = [await line.next(), await line.next()];
    await members[0]?.ask({ do: 'sign-in', tokens: grant(served) });
    await members[1]?.ask({ do: 'start', time: 0 });
    const answers: Record<string, number> = {};
    let kills = 0;
    let time = 0;
    while (kills < 200) {
      time += LIFETIME;
      served.server.app.clock.advance(LIFETIME);
      const killed = killHolder(served, members, drawMoment(draw));
      const asked = members.map(async (member) => ({ member, told: await member.ask({ do: 'request', time, path: '/me' }) }));
      const victim = await killed;
      if (victim.holds) kills += 1;
      for (const { member, told } of await Promise.all(asked)) {
        if (member !== victim || told.error !== 'gone') count(answers, `${told.value ?? told.error} ${told.state}`);
      }
      const next = await line.next();
      await next.ask({ do: 'start', time });
      members = [...members.filter((member) => member !== victim), next];
    }
    expect(Object.keys(answers)).toEqual(['200 active']);
    expect(refused).toEqual([]);
    expect(served.server.app.journal.entries.filter(({ type }) => type === 'family.dead')).toEqual([]);
    // Lost answers were among them: the server was asked again for what it had granted already.
    expect([...granted.values()].filter((times) => times > 1).length).toBeGreaterThan(20);
  },
);

test(
  'under strict rotation a session is lost with its holder if the server had its token and the store not the answer, and never else',
  {
    timeout: 300_000,
  },
  async () => {
    const served = await slowServer('strict');
    let arrived = 0;
    served.server.app.journal.subscribe(({ type }) => void (arrived += type === 'token.received' ? 1 : 0));
    const fleet = new Fleet(served.server, APP);
    const line = new Line(fleet);
    const draw = createStreams(12).stream('kills');
    const survivor = await line.next();
    const outcomes: Record<string, number> = {};
    let kills = 0;
    let time = 0;
    while (kills < 60) {
      arrived = 0;
      const tokens = grant(served);
      await survivor.ask({ do: 'sign-in', tokens });
      const victim = await line.next();
      await victim.ask({ do: 'start', time });
      time += LIFETIME;
      served.server.app.clock.advance(LIFETIME);
      const killed = killHolder(served, [victim], drawMoment(draw));
      void victim.ask({ do: 'request', time, path: '/me' });
      await killed;
      const old = (await fleet.stored())?.includes(String(tokens.refresh_token)) === true;
      const told = await survivor.ask({ do: 'request', time, path: '/me' });
      if (!victim.holds) continue;
      kills += 1;
      // The survivor shows the old token too, once, if that is what it finds.
      const used = arrived - (old ? 1 : 0) === 1;
      count(outcomes, `${old ? 'old' : 'new'} token in the store, ${used ? 'used' : 'unused'}: ${told.value ?? told.error}, ${told.state}`);
    }
    expect(Object.keys(outcomes).toSorted()).toEqual([
      'new token in the store, used: 200, active',
      'old token in the store, unused: 200, active',
      'old token in the store, used: reauthentication-required, expired',
    ]);
  },
);
