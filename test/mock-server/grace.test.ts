// Every grace policy against every way a superseded refresh token can come back (section 1b of the server facts).
import { describe, expect, test } from 'vitest';
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import type { GracePolicyName } from '../../src/core/server-words.ts';
import { Bench, DAY, readReply, refreshRequest } from './kit.ts';

const WINDOW = 30_000;

/** What the second presentation got: a token by its lineage, a plain refusal, or the end of the family. */
type Got = 'first child' | 'another child' | 'grandchild' | 'the same token' | 'refused' | 'family ended';

interface Row {
  inside: Got;
  lastMs: Got;
  outside: Got;
  yearLater: Got;
  twice: Got;
  grandparent: Got;
  firstChildAfter: 'alive' | 'dead';
}

const TABLE: Readonly<Record<GracePolicyName, Row>> = {
  strict: {
    inside: 'family ended',
    lastMs: 'family ended',
    outside: 'family ended',
    yearLater: 'family ended',
    twice: 'family ended',
    grandparent: 'family ended',
    firstChildAfter: 'dead',
  },
  'same-successor': {
    inside: 'first child',
    lastMs: 'first child',
    outside: 'family ended',
    yearLater: 'family ended',
    twice: 'first child',
    grandparent: 'grandchild',
    firstChildAfter: 'alive',
  },
  'new-sibling': {
    inside: 'another child',
    lastMs: 'another child',
    outside: 'family ended',
    yearLater: 'family ended',
    twice: 'another child',
    grandparent: 'family ended',
    firstChildAfter: 'alive',
  },
  'replace-child': {
    inside: 'another child',
    lastMs: 'another child',
    outside: 'refused',
    yearLater: 'refused',
    twice: 'another child',
    grandparent: 'another child',
    firstChildAfter: 'dead',
  },
  'close-on-child-use': {
    inside: 'another child',
    lastMs: 'another child',
    outside: 'refused',
    yearLater: 'refused',
    twice: 'another child',
    grandparent: 'refused',
    firstChildAfter: 'dead',
  },
  'one-step-behind': {
    inside: 'first child',
    lastMs: 'first child',
    outside: 'first child',
    yearLater: 'first child',
    twice: 'first child',
    grandparent: 'family ended',
    firstChildAfter: 'alive',
  },
  'stale-rt-returned': {
    inside: 'the same token',
    lastMs: 'the same token',
    outside: 'refused',
    yearLater: 'refused',
    twice: 'the same token',
    grandparent: 'the same token',
    firstChildAfter: 'alive',
  },
};

interface Exchanged {
  bench: Bench;
  parent: string;
  child: string;
}

/** A session whose refresh token was exchanged once, at 1 s. */
function exchanged(policy: GracePolicyName): Exchanged {
  const bench = new Bench({ refreshToken: { grace: { policy, window: WINDOW }, idle: 1_000 * DAY } });
  const { rt: parent } = bench.session();
  bench.t = 1_000;
  return { bench, parent, child: bench.refresh(parent).rt };
}

function present({ bench, parent, child }: Exchanged, known: Readonly<Record<string, Got>> = {}): Got {
  const { status, rt } = bench.refresh(parent);
  if (status !== 200) return bench.facts('family.dead').length > 0 ? 'family ended' : 'refused';
  if (rt === parent) return 'the same token';
  return rt === child ? 'first child' : (known[rt] ?? 'another child');
}

describe.each(GRACE_POLICIES)('R8 %s', (policy) => {
  const row = TABLE[policy];

  test.each([
    ['inside', 10_000],
    ['lastMs', WINDOW - 1],
    ['outside', WINDOW],
    ['yearLater', 365 * DAY],
  ] as const)('a parent that comes back %s of the window (%i ms) gets what the table says', (when, after) => {
    const state = exchanged(policy);
    state.bench.t += after;
    expect(present(state)).toBe(row[when]);
  });

  test('a refusal tells the journal by how much a grace was missed, where one would have helped', () => {
    const state = exchanged(policy);
    state.bench.t += WINDOW + 7_000;
    present(state);
    const told = row.outside === row.inside ? [] : [7_000];
    expect(state.bench.facts('token.refused').flatMap(({ late }) => late ?? [])).toEqual(told);
  });

  test('a parent that comes back twice inside the window gets what the table says, each time', () => {
    const state = exchanged(policy);
    expect([present(state), present(state)]).toEqual([row.twice, row.twice]);
  });

  test('a grandparent inside the window, its child already used, gets what the table says', () => {
    const state = exchanged(policy);
    const grandchild = state.bench.refresh(state.child).rt;
    expect(present(state, { [grandchild]: 'grandchild' })).toBe(row.grandparent);
  });

  test('the first child afterwards is as the table says', () => {
    const state = exchanged(policy);
    present(state);
    expect(state.bench.refresh(state.child).status).toBe(row.firstChildAfter === 'alive' ? 200 : 400);
  });

  test('an answer of the grace policy is marked in the journal and carries a fresh access token', () => {
    const state = exchanged(policy);
    state.bench.t += 1_000;
    const reply = readReply(state.bench.server.handle(refreshRequest(state.parent), { x: 'again' }));
    const repeats = state.bench.facts('token.committed').filter((fact) => fact.x === 'again');
    expect(repeats.map((fact) => fact.repeated)).toEqual(row.inside === 'family ended' ? [] : [policy]);
    expect(state.bench.api(reply.at).status).toBe(row.inside === 'family ended' ? 400 : 200);
    expect(state.bench.server.selfCheck()).toEqual([]);
  });
});

test('replace-child: a replaced child is refused without ending the session, and the newest works', () => {
  const state = exchanged('replace-child');
  const newest = state.bench.refresh(state.parent).rt;
  expect(state.bench.refresh(state.child).status).toBe(400);
  expect(state.bench.last('token.refused').reason).toBe('revoked');
  expect(state.bench.refresh(newest).status).toBe(200);
});

test('replace-child: a replaced child takes its own children along, so one line stays', () => {
  const state = exchanged('replace-child');
  const grandchild = state.bench.refresh(state.child).rt;
  const newest = state.bench.refresh(state.parent).rt;
  expect(state.bench.refresh(grandchild).status).toBe(400);
  expect(state.bench.refresh(newest).status).toBe(200);
});

test('new-sibling: several children live side by side and each goes on', () => {
  const state = exchanged('new-sibling');
  const siblings = [state.child, state.bench.refresh(state.parent).rt, state.bench.refresh(state.parent).rt];
  expect(new Set(siblings).size).toBe(3);
  expect(siblings.map((rt) => state.bench.refresh(rt).status)).toEqual([200, 200, 200]);
});

test('stale-rt-returned: outside the window the token it handed out is a dead end', () => {
  const state = exchanged('stale-rt-returned');
  const kept = state.bench.refresh(state.parent).rt;
  state.bench.t += WINDOW;
  expect(state.bench.refresh(kept).status).toBe(400);
});

test('same-successor: a repeat counts as use of the child, whose idle lifetime starts anew', () => {
  const state = exchanged('same-successor');
  state.bench.server.setPolicy({ refreshToken: { idle: 60_000 } });
  state.bench.t += 20_000;
  state.bench.refresh(state.parent);
  state.bench.t += 59_999;
  expect(state.bench.refresh(state.child).status).toBe(200);
});

test('R10 a parent is as idle as the token it leads to', () => {
  const state = exchanged('same-successor');
  state.bench.server.setPolicy({ refreshToken: { idle: 20_000 } });
  state.bench.t += 15_000;
  const grandchild = state.bench.refresh(state.child).rt;
  state.bench.t += 10_000;
  expect(present(state, { [grandchild]: 'grandchild' })).toBe('grandchild');
  state.bench.server.setPolicy({ refreshToken: { idle: 3_000 } });
  state.bench.t += 3_000;
  expect(state.bench.refresh(state.parent).status).toBe(400);
  expect(state.bench.last('token.refused').reason).toBe('idle-expired');
});

test('R10 a sibling that idled out is refused and leaves the family to the one in use', () => {
  const state = exchanged('new-sibling');
  state.bench.server.setPolicy({ refreshToken: { idle: DAY } });
  const used = state.bench.refresh(state.parent).rt;
  state.bench.t += DAY / 2;
  const next = state.bench.refresh(used).rt;
  state.bench.t += DAY / 2;
  expect(state.bench.refresh(state.child).status).toBe(400);
  expect(state.bench.last('token.refused').reason).toBe('idle-expired');
  expect(state.bench.refresh(next).status).toBe(200);
});
