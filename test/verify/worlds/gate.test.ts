// The invariants about locks and prompts, judged over histories that the virtual world itself recorded: a right client is left in peace,
// each flaw of it is found by the clause meant for it.
import { expect, test } from 'vitest';
import type { Feature } from '../../../src/core/contract.ts';
import { judge } from '../../../src/verify/verdict.ts';
import { play } from '../../kit/world.ts';
import { Gate, type Flaw } from './gate.ts';

const FEATURES: readonly Feature[] = ['reauthentication', 'idle-lock'];
const JUDGES = ['one-prompt-at-a-time', 'locked-precedes-content'];

/** `invariant clause` of every violation of the two, each once. */
async function said(yaml: string, flaw?: Flaw): Promise<string[]> {
  const record = await play(yaml, (host) => new Gate(host, flaw));
  expect(record.clientFaults).toEqual([]);
  const verdict = judge(record.history.events, { features: FEATURES });
  expect(JUDGES.some((name) => (verdict.judged[name] ?? 0) > 0)).toBe(true);
  const all = verdict.findings.flatMap((finding) => [finding, ...finding.folded]).filter(({ invariant }) => JUDGES.includes(invariant));
  return [...new Set(all.map(({ invariant, clause }) => `${invariant} ${clause}`))].sort();
}

const BACK = `
lock: { background: 1m, idle: 5m }
steps:
  - prompt: { biometric: ok }
  - request: { path: /feed, expect: ok }
  - app: background
  - advance: 10m
  - app: foreground
  - request: { path: /feed, expect: ok }
  - app: background
  - advance: 30s
  - app: foreground
  - request: { path: /feed, expect: ok }`;
const MOVED = `
lock: { background: 10m }
steps:
  - prompt: { biometric: ok }
  - app: background
  - advance: 1m
  - clock: 2h
  - app: foreground
  - request: /feed
  - app: background
  - advance: 30m
  - clock: -2h
  - app: foreground
  - request: /feed`;
const RELAUNCHED = `
lock: { background: 1m }
steps:
  - prompt: { biometric: [failed, ok], password: ok }
  - app: relaunch
  - request: { path: /feed, expect: ok }`;
const IDLE = `
lock: { idle: 2m }
steps:
  - prompt: { biometric: ok, takes: 1s }
  - request: { path: /feed, expect: ok }
  - advance: 3m
  - request: { path: /feed, expect: ok }
  - interact: {}
  - advance: 90s
  - interact: {}
  - advance: 90s
  - request: { path: /feed, expect: ok }`;
const ENDED = `
steps:
  - prompt: { biometric: [failed, failed, failed, failed], password: ok, takes: 3s }
  - revoke: family
  - request: { path: /feed, count: 3 }
  - request: { path: /feed, expect: ok }`;
const AWAY = `
steps:
  - prompt: { biometric: ok }
  - { request: { path: /feed, latency: 3s }, wait: false }
  - revoke: family
  - { after: 1s, app: background }
  - advance: 1m
  - app: foreground
  - advance: 1m`;
const STORIES = { BACK, MOVED, RELAUNCHED, IDLE, ENDED, AWAY };

test.each(Object.entries(STORIES))('a right client is left in peace: %s', async (_, yaml) => expect(await said(yaml)).toEqual([]));

test.each([
  ['locks-after-the-frame', BACK, ['locked-precedes-content a']],
  ['wall-clock', MOVED, ['locked-precedes-content a', 'locked-precedes-content d']],
  ['opens-at-launch', RELAUNCHED, ['locked-precedes-content b']],
  ['works-while-locked', IDLE, ['locked-precedes-content c']],
  ['forgets-to-idle', IDLE, ['locked-precedes-content e']],
  ['prompt-per-caller', ENDED, ['one-prompt-at-a-time a']],
  ['password-first', RELAUNCHED.replace('password: ok', 'password: failed').replace('[failed, ok]', 'ok'), ['one-prompt-at-a-time b']],
  ['prompts-in-background', AWAY, ['one-prompt-at-a-time c']],
] as const)('a client that %s is found', async (flaw, yaml, clauses) => {
  const found = await said(yaml, flaw);
  for (const clause of clauses) expect(found).toContain(clause);
});
