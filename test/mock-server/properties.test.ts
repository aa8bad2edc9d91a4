// Whatever is done to the server, in whatever order: its laws hold, and an independent reading of the wire agrees with its journal.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTokenResponse } from '../../src/core/http.ts';
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import type { Exchange } from '../../mock-server/contract.ts';
import { Bench, DAY, HOUR, refreshRequest } from './kit.ts';

type Operation =
  | { do: 'sign in'; user: number }
  | { do: 'begin'; rt: number; scope?: string }
  | { do: 'advance'; which: number }
  | { do: 'fork'; which: number }
  | { do: 'api'; at: number }
  | { do: 'revoke'; what: 'access-token' | 'refresh-token' | 'family' | 'user'; user: number }
  | { do: 'sign out'; rt: number }
  | { do: 'wait'; ms: number }
  | { do: 'policy'; grace: number; rotation: 'rotate' | 'same' | 'omit'; race: boolean };

const index = fc.nat(50);
const begin: fc.Arbitrary<Operation> = fc.record({ do: fc.constant('begin' as const), rt: index });
const advance: fc.Arbitrary<Operation> = fc.record({ do: fc.constant('advance' as const), which: index });
const fork: fc.Arbitrary<Operation> = fc.record({ do: fc.constant('fork' as const), which: index });
const others: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('sign in' as const), user: fc.nat(2) }),
  fc.record({ do: fc.constant('begin' as const), rt: index, scope: fc.constantFrom('openid', 'openid admin') }),
  fc.record({ do: fc.constant('api' as const), at: index }),
  fc.record({
    do: fc.constant('revoke' as const),
    what: fc.constantFrom('access-token', 'refresh-token', 'family', 'user'),
    user: fc.nat(2),
  }),
  fc.record({ do: fc.constant('sign out' as const), rt: index }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 29_999, HOUR, 9 * DAY, 12 * DAY) }),
);
const policy: fc.Arbitrary<Operation> = fc.record({
  do: fc.constant('policy' as const),
  grace: fc.nat(GRACE_POLICIES.length - 1),
  rotation: fc.constantFrom('rotate', 'rotate', 'same', 'omit'),
  race: fc.boolean(),
});

/** A user agent that owns every token it ever saw and throws them at the server. */
class Player {
  readonly bench = new Bench({ refreshToken: { idle: 10 * DAY, absolute: 15 * DAY, grace: { window: 30_000 } }, sessionsPerUser: 3 });
  readonly refreshTokens: string[] = [];
  readonly accessTokens: string[] = [];
  readonly open: Exchange[] = [];
  /** Where the journal and the wire disagree. */
  readonly breaches: string[] = [];

  constructor() {
    this.signIn('u0');
  }

  play(operation: Operation): void {
    const { bench } = this;
    switch (operation.do) {
      case 'sign in':
        return this.signIn(`u${operation.user}`);
      case 'begin':
        return this.begin(pick(this.refreshTokens, operation.rt) ?? '', operation.scope);
      case 'advance':
        return this.advance(pick(this.open, operation.which));
      case 'fork':
        return this.fork(pick(this.open, operation.which));
      case 'api':
        return void bench.api(pick(this.accessTokens, operation.at));
      case 'revoke':
        return bench.server.revoke(operation.what, { user: `u${operation.user}` }, 'admin');
      case 'sign out':
        return void bench.revocation({ token: pick(this.refreshTokens, operation.rt) ?? '' });
      case 'wait':
        return void (bench.t += operation.ms);
      case 'policy':
        return bench.server.setPolicy({
          refreshToken: { rotation: operation.rotation, grace: { policy: GRACE_POLICIES[operation.grace] } },
          atomicity: operation.race ? { race: 20 } : 'serialize',
        });
    }
  }

  signIn(user: string): void {
    const { at, rt } = this.bench.session(user, `${user}-phone`);
    this.accessTokens.push(at);
    this.refreshTokens.push(rt);
  }

  begin(rt: string, scope: string | undefined): void {
    const request = refreshRequest(rt);
    const body = scope === undefined ? request.body : `${request.body}&scope=${encodeURIComponent(scope)}`;
    this.open.push(this.bench.server.receive({ ...request, body }, { x: this.bench.nextX(), arrival: 1 }));
  }

  fork(exchange: Exchange | undefined): void {
    if (exchange !== undefined) this.open.push(exchange.fork(2));
  }

  advance(exchange: Exchange | undefined): void {
    if (exchange === undefined) return;
    if (exchange.advance() === 'serialised') this.check(exchange);
    if (exchange.phase === 'flushed') this.open.splice(this.open.indexOf(exchange), 1);
  }

  /** What the wire says, read by the strict reader, must be what the journal says was answered. */
  check(exchange: Exchange): void {
    if (exchange.response === undefined) throw new Error('serialised without a response');
    const read = readTokenResponse(exchange.response);
    const fact = this.bench.last('token.responded');
    const { labels } = this.bench;
    const said = [
      read.kind,
      read.error,
      read.accessToken && labels.of(read.accessToken),
      read.refreshToken && labels.of(read.refreshToken),
      read.expiresIn,
    ];
    const noted = [fact.kind, fact.error, fact.at, fact.newRt, fact.expiresIn];
    if (String(said) !== String(noted)) this.breaches.push(`${fact.x}: the wire says ${String(said)}, the journal ${String(noted)}`);
    if (read.accessToken !== undefined) this.accessTokens.push(read.accessToken);
    if (read.refreshToken !== undefined && !this.refreshTokens.includes(read.refreshToken)) this.refreshTokens.push(read.refreshToken);
  }

  /** The journal read from scratch, without the audit: what was issued after the end of its family, or accepted after its own. */
  afterDeath(): string[] {
    const dead = new Set<string>();
    const found: string[] = [];
    let asked = '';
    for (const fact of this.bench.journal) {
      if (fact.type === 'family.dead') dead.add(fact.family);
      if (fact.type === 'access.dead') dead.add(fact.at);
      if ((fact.type === 'token.committed' || fact.type === 'session.granted') && dead.has(fact.family))
        found.push(`${fact.at} in ${fact.family}`);
      if (fact.type === 'api.received') asked = fact.at;
      if (fact.type === 'api.responded' && fact.status === 200 && dead.has(asked)) found.push(`200 for ${asked}`);
    }
    return found;
  }
}

function pick<T>(from: readonly T[], at: number): T | undefined {
  return from.length === 0 ? undefined : from[at % from.length];
}

const RUNS = 300;

describe('random operations', () => {
  test('whatever the policies and their changes, the laws hold and the journal agrees with the wire', () => {
    const operations = fc.array(
      fc.oneof({ weight: 4, arbitrary: begin }, { weight: 12, arbitrary: advance }, fork, { weight: 5, arbitrary: others }, policy),
      { minLength: 20, maxLength: 120, size: 'max' },
    );
    fc.assert(
      fc.property(operations, (list) => {
        const player = new Player();
        for (const operation of list) player.play(operation);
        expect(player.bench.server.selfCheck()).toEqual([]);
        expect([...player.breaches, ...player.afterDeath()]).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20_260_105 },
    );
  });

  test('under strict and serialize no refresh token ever gets two 200s', () => {
    const operations = fc.array(
      fc.oneof({ weight: 4, arbitrary: begin }, { weight: 12, arbitrary: advance }, fork, { weight: 3, arbitrary: others }),
      { minLength: 20, maxLength: 120, size: 'max' },
    );
    fc.assert(
      fc.property(operations, (list) => {
        const player = new Player();
        for (const operation of list) player.play(operation);
        const spent = player.bench.facts('token.committed').map((fact) => fact.rt);
        expect(new Set(spent).size).toBe(spent.length);
        expect(player.bench.server.selfCheck()).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20_260_105 },
    );
  });

  test('the operations reach every policy, every refusal and many commits', () => {
    const reasons = new Set<string>();
    const repeated = new Set<string>();
    let commits = 0;
    const operations = fc.array(
      fc.oneof({ weight: 4, arbitrary: begin }, { weight: 12, arbitrary: advance }, fork, { weight: 5, arbitrary: others }, policy),
      { minLength: 20, maxLength: 120, size: 'max' },
    );
    for (const list of fc.sample(operations, { numRuns: RUNS, seed: 20_260_105 })) {
      const player = new Player();
      for (const operation of list) player.play(operation);
      for (const fact of player.bench.facts('token.refused')) reasons.add(fact.reason);
      for (const fact of player.bench.facts('token.committed')) {
        commits += 1;
        if (fact.repeated !== undefined) repeated.add(fact.repeated);
      }
    }
    expect([...reasons].sort()).toEqual(
      expect.arrayContaining(['absolute-expired', 'bad-scope', 'family-dead', 'idle-expired', 'reused', 'revoked', 'superseded']),
    );
    expect([...repeated].sort()).toEqual(GRACE_POLICIES.filter((name) => name !== 'strict').sort());
    expect(commits).toBeGreaterThan(RUNS);
  });
});

describe('N requests with one refresh token, in any interleaving', () => {
  const race = fc.record({ count: fc.integer({ min: 2, max: 6 }), turns: fc.array(fc.nat(5), { minLength: 0, maxLength: 40 }) });

  /** Statuses of all, after the given turns and then each to its end; and how many were checked before the first commit. */
  function interleave(bench: Bench, count: number, turns: readonly number[]): { granted: number; statuses: number[]; early: number } {
    const { rt } = bench.session();
    const exchanges = Array.from({ length: count }, () => bench.server.receive(refreshRequest(rt), { x: bench.nextX(), arrival: 1 }));
    const order: string[] = [];
    const step = (exchange: Exchange | undefined): void => {
      if (exchange !== undefined && exchange.phase !== 'flushed') order.push(exchange.advance());
    };
    for (const turn of turns) step(exchanges[turn % count]);
    for (const exchange of exchanges) while (exchange.phase !== 'flushed') step(exchange);
    const statuses = exchanges.map((exchange) => exchange.response?.status ?? 0);
    const early = order.slice(0, order.indexOf('committed')).filter((phase) => phase === 'validated').length;
    return { granted: statuses.filter((status) => status === 200).length, statuses, early };
  }

  test('strict serialize: exactly one 200, and the family is over', () => {
    fc.assert(
      fc.property(race, ({ count, turns }) => {
        const bench = new Bench();
        expect(interleave(bench, count, turns).granted).toBe(1);
        expect(bench.facts('family.dead')).toHaveLength(1);
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });

  test('same-successor: all of them succeed with the same refresh token', () => {
    fc.assert(
      fc.property(race, ({ count, turns }) => {
        const bench = new Bench({ refreshToken: { grace: { policy: 'same-successor', window: 1_000 } } });
        expect(new Set(interleave(bench, count, turns).statuses)).toEqual(new Set([200]));
        expect(new Set(bench.facts('token.committed').map((fact) => fact.newRt))).toEqual(new Set(['RT-2']));
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });

  test('race: at least one 200, and never more than were checked before the first commit', () => {
    fc.assert(
      fc.property(race, ({ count, turns }) => {
        const bench = new Bench({ atomicity: { race: 20 } });
        const { granted, early } = interleave(bench, count, turns);
        expect(granted).toBeGreaterThanOrEqual(1);
        expect(granted).toBeLessThanOrEqual(early);
        expect(bench.server.selfCheck()).toEqual([]);
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });
});
