// Commit-point faults: what a request has changed by each phase, and what happens when another falls in between (R9, R11, atomicity).
import { describe, expect, test } from 'vitest';
import { PHASES } from '../../src/core/server-words.ts';
import type { Phase } from '../../src/core/server-words.ts';
import { OwnBugError } from '../../src/core/errors.ts';
import type { Exchange } from '../../mock-server/contract.ts';
import { Bench, DAY, HOUR, readReply, refreshRequest } from './kit.ts';

function begin(bench: Bench, rt: string, to: Phase = 'received', x = bench.nextX()): Exchange {
  return advance(bench.server.receive(refreshRequest(rt), { x, arrival: 1 }), to);
}

function advance(exchange: Exchange, to: Phase): Exchange {
  while (exchange.phase !== to) exchange.advance();
  return exchange;
}

const statusOf = (exchange: Exchange): number | undefined => advance(exchange, 'flushed').response?.status;

describe('one request', () => {
  test('the phases come in order, and the answer exists from serialised on', () => {
    const bench = new Bench();
    const exchange = begin(bench, bench.session().rt);
    const seen = [[exchange.phase, exchange.response?.status]];
    for (let i = 1; i < PHASES.length; i++) seen.push([exchange.advance(), exchange.response?.status]);
    expect(seen).toEqual([
      ['received', undefined],
      ['validated', undefined],
      ['committed', undefined],
      ['serialised', 200],
      ['flushed', 200],
    ]);
    expect(() => exchange.advance()).toThrow(OwnBugError);
  });

  test('each phase leaves its own fact', () => {
    const bench = new Bench();
    const exchange = begin(bench, bench.session().rt, 'received', 'x7');
    const types = () => bench.journal.map((fact) => fact.type).slice(1);
    expect(types()).toEqual(['token.received']);
    exchange.advance();
    expect(types()).toEqual(['token.received']);
    exchange.advance();
    expect(types()).toEqual(['token.received', 'token.committed']);
    exchange.advance();
    expect(types()).toEqual(['token.received', 'token.committed', 'token.responded']);
    expect(bench.journal.slice(1)).toMatchObject([
      { x: 'x7', rt: 'RT-1', arrival: 1 },
      { x: 'x7', rt: 'RT-1', at: 'AT-2', newRt: 'RT-2' },
      { x: 'x7', kind: 'granted', at: 'AT-2', newRt: 'RT-2', expiresIn: HOUR },
    ]);
  });

  test.each(['received', 'validated'] as const)('a request cut after %s has changed nothing', (phase) => {
    const bench = new Bench();
    const { rt } = bench.session();
    begin(bench, rt, phase);
    expect(bench.refresh(rt).status).toBe(200);
  });

  test.each(['committed', 'serialised'] as const)(
    'a request cut after %s has spent its token: the retry is reuse under strict',
    (phase) => {
      const bench = new Bench();
      const { rt } = bench.session();
      begin(bench, rt, phase);
      expect(bench.refresh(rt).status).toBe(400);
      expect(bench.last('token.refused').reason).toBe('reused');
    },
  );

  test('a lost answer is recovered by the retry under same-successor', () => {
    const bench = new Bench({ refreshToken: { grace: { policy: 'same-successor', window: 10_000 } } });
    const { rt } = bench.session();
    begin(bench, rt, 'committed');
    const retry = bench.refresh(rt);
    expect(bench.labels.of(retry.rt)).toBe('RT-2');
    expect(bench.refresh(retry.rt).status).toBe(200);
  });

  test('reuse found at validated kills nothing before committed', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    const child = bench.refresh(rt).rt;
    const replay = begin(bench, rt, 'validated');
    expect(bench.facts('family.dead')).toEqual([]);
    expect(bench.refresh(child).status).toBe(200);
    replay.advance();
    expect(bench.last('family.dead').reason).toBe('reuse');
  });

  test('a session found expired ends at committed, not before', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    bench.t = 30 * DAY;
    const exchange = begin(bench, rt, 'validated');
    expect(bench.facts('family.dead')).toEqual([]);
    exchange.advance();
    expect(bench.last('family.dead').reason).toBe('idle');
  });

  test('a revocation cut before its commit has revoked nothing', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    const exchange = bench.server.receive(
      { ...refreshRequest(rt), url: 'https://as.example/revoke', body: `client_id=app&token=${rt}` },
      {},
    );
    advance(exchange, 'validated');
    expect(bench.facts('revocation.received')).toEqual([]);
    expect(bench.refresh(rt).status).toBe(200);
  });
});

describe('two requests with one refresh token', () => {
  test('serialize: both were validated, the commit checks again, and only one rotates', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    const [a, b] = [begin(bench, rt, 'validated'), begin(bench, rt, 'validated')];
    expect([a.raceWindow, b.raceWindow]).toEqual([0, 0]);
    expect([statusOf(b), statusOf(a)]).toEqual([200, 400]);
    expect(bench.last('token.refused').reason).toBe('reused');
    expect(bench.last('family.dead').reason).toBe('reuse');
    expect(bench.server.selfCheck()).toEqual([]);
  });

  test('race: both pass the check inside the window, both commit, both children live', () => {
    const bench = new Bench({ atomicity: { race: 40 } });
    const { rt } = bench.session();
    const [a, b] = [begin(bench, rt, 'validated'), begin(bench, rt, 'validated')];
    expect([a.raceWindow, b.raceWindow]).toEqual([40, 40]);
    bench.t = 40;
    expect([statusOf(a), statusOf(b)]).toEqual([200, 200]);
    const children = [a, b].map((exchange) => readReply(exchange.response as NonNullable<Exchange['response']>).rt);
    expect(children[0]).not.toBe(children[1]);
    expect(bench.facts('token.committed').map((fact) => fact.repeated)).toEqual([undefined, undefined]);
    expect(children.map((child) => bench.refresh(child).status)).toEqual([200, 200]);
  });

  test('race: one that is checked after the commit of the other is reuse all the same', () => {
    const bench = new Bench({ atomicity: { race: 40 } });
    const { rt } = bench.session();
    begin(bench, rt, 'committed');
    expect(bench.refresh(rt).status).toBe(400);
    expect(bench.last('token.refused').reason).toBe('reused');
  });

  test.each(['serialize', { race: 40 }] as const)(
    'R9 an exchange in flight that commits after its family ended fails (%o)',
    (atomicity) => {
      const bench = new Bench({ atomicity });
      const { rt } = bench.session();
      const exchange = begin(bench, rt, 'validated');
      bench.server.revoke('user', { user: 'ada' }, 'password');
      expect(statusOf(exchange)).toBe(400);
      expect(bench.last('token.refused')).toMatchObject({ error: 'invalid_grant', reason: 'family-dead' });
      expect(bench.facts('token.committed')).toEqual([]);
      expect(bench.server.selfCheck()).toEqual([]);
    },
  );

  test('race: a child replaced while its refresh was under way is not exchanged', () => {
    const bench = new Bench({ atomicity: { race: 40 }, refreshToken: { grace: { policy: 'replace-child', window: 10_000 } } });
    const { rt } = bench.session();
    const child = begin(bench, bench.refresh(rt).rt, 'validated');
    bench.refresh(rt);
    expect(statusOf(child)).toBe(400);
    expect(bench.last('token.refused').reason).toBe('revoked');
  });

  test('race: the grace window counts from the first exchange, not from the one that lagged behind', () => {
    const bench = new Bench({ atomicity: { race: 40 }, refreshToken: { grace: { policy: 'new-sibling', window: 1_000 } } });
    const { rt } = bench.session();
    const [first, laggard] = [begin(bench, rt, 'validated'), begin(bench, rt, 'validated')];
    statusOf(first);
    bench.t = 40;
    expect(statusOf(laggard)).toBe(200);
    bench.t = 1_000;
    expect(bench.refresh(rt).status).toBe(400);
  });

  test('race: an answer is marked with the grace policy that ruled, whatever the policy is at its commit', () => {
    const bench = new Bench({ atomicity: { race: 40 }, refreshToken: { grace: { policy: 'same-successor', window: 10_000 } } });
    const { rt } = bench.session();
    bench.refresh(rt);
    const repeat = begin(bench, rt, 'validated');
    bench.server.setPolicy({ refreshToken: { grace: { policy: 'strict' } } });
    expect(statusOf(repeat)).toBe(200);
    expect(bench.last('token.committed').repeated).toBe('same-successor');
  });

  test('serialize: a grace window that closes between check and commit is closed', () => {
    const bench = new Bench({ refreshToken: { grace: { policy: 'same-successor', window: 1_000 } } });
    const { rt } = bench.session();
    bench.refresh(rt);
    bench.t = 999;
    const late = begin(bench, rt, 'validated');
    bench.t = 1_000;
    expect(statusOf(late)).toBe(400);
  });

  test('a token that lapses between check and commit is refused', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    bench.t = 30 * DAY - 1;
    const exchange = begin(bench, rt, 'validated');
    bench.t = 30 * DAY;
    expect(statusOf(exchange)).toBe(400);
    expect(bench.last('token.refused').reason).toBe('idle-expired');
  });
});

describe('a transport that resends', () => {
  test('a resend after received is one more arrival of the same exchange, and reuse under strict', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    const first = begin(bench, rt, 'received', 'x1');
    const resend = first.fork(2);
    expect([statusOf(first), statusOf(resend)]).toEqual([200, 400]);
    expect(bench.facts('token.received').map((fact) => [fact.x, fact.arrival])).toEqual([
      ['x1', 1],
      ['x1', 2],
    ]);
    expect(bench.last('family.dead').reason).toBe('reuse');
  });

  test('a fork goes on from the phase it was made in, independent of its original', () => {
    const bench = new Bench({ atomicity: { race: 10 } });
    const original = begin(bench, bench.session().rt, 'validated');
    const fork = original.fork(2);
    original.advance();
    expect([original.phase, fork.phase]).toEqual(['committed', 'validated']);
    expect([statusOf(fork), statusOf(original)]).toEqual([200, 200]);
    expect(bench.facts('token.committed')).toHaveLength(2);
  });

  test('a fork after the commit repeats the same answer and commits nothing', () => {
    const bench = new Bench();
    const original = begin(bench, bench.session().rt, 'committed');
    const fork = original.fork(2);
    advance(original, 'flushed');
    advance(fork, 'flushed');
    expect(fork.response?.body).toBe(original.response?.body);
    expect(bench.facts('token.committed')).toHaveLength(1);
  });
});

describe('what is journalled', () => {
  test('a request without a name from its transport gets one of its own', () => {
    const bench = new Bench();
    bench.server.handle(refreshRequest(bench.session().rt));
    expect(bench.last('token.committed').x).toBe('s1');
    expect(bench.last('token.received')).toMatchObject({ x: 's1', arrival: 1 });
  });

  test('the journal and every answer about it hold labels, never a token', () => {
    const bench = new Bench();
    const { rt, at } = bench.session();
    const next = bench.refresh(rt);
    bench.refresh(rt);
    bench.api(at);
    const text = JSON.stringify(bench.journal);
    for (const secret of [rt, at, next.rt, next.at]) expect(text).not.toContain(secret.slice(-20));
    expect(bench.labels.leaks(text)).toEqual([]);
  });

  test('the same seed gives the same journal and the same bytes', () => {
    const play = (seed: number): string => {
      const bench = new Bench({}, seed);
      const { rt } = bench.session();
      const replies = [bench.refresh(rt), bench.refresh(rt)];
      return JSON.stringify([bench.journal, replies.map(({ raw }) => raw)]);
    };
    expect(play(7)).toBe(play(7));
    expect(play(7)).not.toBe(play(8));
  });
});
