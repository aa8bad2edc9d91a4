// The floor of a scenario: a toy client and a toy server with the traffic of a real run (five facts per exchange, two per request,
// a refresh every fifth request) on any loop that can wait. No engine, no invariants, no signatures; one hash at the end.
import { hash } from 'node:crypto';
import { Heap } from '../src/sim/heap.ts';
import { drain } from '../src/sim/settle.ts';
import { inMacrotask } from './measure.ts';

/** The least a simulation needs: the time, and to be called later. */
export interface Loop {
  now(): number;
  after(delay: number, run: () => void): void;
}

const PHASES = ['received', 'committed', 'responded', 'delivered'];
const LATENCY = 40;
const LIFETIME = 300_000;

/** Makes requests until `facts` facts are recorded; resolves with the digest. */
export async function playToy(loop: Loop, facts: number): Promise<string> {
  const history: string[] = [];
  const session = { token: 1, expires: LIFETIME, refreshing: undefined as Promise<void> | undefined };
  const record = (what: string, detail: number): void => void history.push(`${loop.now()} ${what} ${detail}`);
  const exchange = async (name: string): Promise<number> => {
    record(`${name}.sent`, session.token);
    const status = name === 'token' || loop.now() < session.expires ? 200 : 401;
    for (const phase of PHASES) {
      await new Promise<void>((resolve) => loop.after(phase === 'received' || phase === 'delivered' ? LATENCY : 0, resolve));
      record(`${name}.${phase}`, status);
    }
    return status;
  };
  const refresh = async (): Promise<void> => {
    await exchange('token');
    session.token += 1;
    session.expires = loop.now() + LIFETIME;
    session.refreshing = undefined;
  };
  const request = async (n: number): Promise<void> => {
    record('request.called', n);
    if ((await exchange('api')) === 401) {
      await (session.refreshing ??= refresh());
      await exchange('api');
    }
    record('request.settled', n);
  };
  for (let n = 1; history.length < facts; n++) {
    await request(n);
    await new Promise<void>((resolve) => loop.after(LIFETIME / 5, resolve));
  }
  return hash('sha256', history.join('\n'));
}

/** The toy on a bare heap with the in-place drain. */
export function toyOnHeap(facts: number): Promise<string> {
  const result = { digest: '' };
  return inMacrotask(() => {
    const heap = new Heap<{ id: number; earliest: number; run: () => void }>();
    const state = { now: 0, id: 0 };
    const loop: Loop = { now: () => state.now, after: (delay, run) => heap.push({ id: state.id++, earliest: state.now + delay, run }) };
    void playToy(loop, facts).then((digest) => { result.digest = digest; });
    for (;;) {
      drain((_kind, error) => { throw error; });
      const item = heap.pop();
      if (item === undefined) return;
      state.now = item.earliest;
      item.run();
    }
  }).then(() => result.digest);
}
