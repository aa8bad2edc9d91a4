// The floor of a scenario: a toy client and a toy server with the traffic of a real run (five facts per exchange, two per request,
// a refresh when the token is refused) on any loop that can wait. It does what no simulation of HTTP can leave out: header and body
// records, forms and JSON both ways, a store, a cancel signal per request, facts as objects, one hash. No engine, no rules, no judge.
import { hash } from 'node:crypto';
import { Heap } from '../src/sim/heap.ts';
import { drain } from '../src/sim/settle.ts';
import { inMacrotask } from './measure.ts';

/** The least a simulation needs: the time, and to be called later. */
export interface Loop {
  now(): number;
  after(delay: number, run: () => void): void;
}

interface Message {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}
interface Reply {
  status: number;
  body: string;
}
interface Fact {
  seq: number;
  t: number;
  actor: string;
  cause: number | undefined;
  type: string;
  n: number;
  label: string;
  status?: number;
}

const LATENCY = 40;
const LIFETIME = 300_000;

/** Makes requests until `facts` facts are recorded; resolves with the digest. */
export async function playToy(loop: Loop, facts: number): Promise<string> {
  const history: Fact[] = [];
  const record: Note = (actor, type, n, label, status) => {
    history.push({
      seq: history.length,
      t: loop.now(),
      actor,
      cause: history.length === 0 ? undefined : history.length - 1,
      type,
      n,
      label,
      ...(status === undefined ? {} : { status }),
    });
  };
  const client = toyClient(loop, record, toyServer(loop));
  for (let n = 1; history.length < facts; n++) {
    await client(n);
    await wait(loop, LIFETIME / 3);
  }
  return hash('sha256', history.map((fact) => JSON.stringify(fact)).join('\n'));
}

type Note = (actor: string, type: string, n: number, label: string, status?: number) => void;
type Server = (message: Message) => Reply;

function toyServer(loop: Loop): Server {
  const issued = new Map<string, number>([['access-1', LIFETIME]]);
  return ({ url, headers, body }) => {
    if (url.endsWith('/token')) {
      const form = new URLSearchParams(body);
      if (form.get('grant_type') !== 'refresh_token') return { status: 400, body: '{"error":"unsupported_grant_type"}' };
      const token = `access-${issued.size + 1}`;
      issued.set(token, loop.now() + LIFETIME);
      return {
        status: 200,
        body: JSON.stringify({
          access_token: token,
          token_type: 'Bearer',
          expires_in: LIFETIME / 1_000,
          refresh_token: `refresh-${issued.size}`,
        }),
      };
    }
    const token = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
    return (issued.get(token) ?? 0) > loop.now()
      ? { status: 200, body: '{"ok":true}' }
      : { status: 401, body: '{"error":"invalid_token"}' };
  };
}

function toyClient(loop: Loop, record: Note, serve: Server): (n: number) => Promise<void> {
  const store = new Map<string, string>();
  const session = { access: 'access-1', refresh: 'refresh-1', refreshing: undefined as Promise<void> | undefined };
  const exchange = async (kind: string, n: number, message: Message): Promise<Reply> => {
    const abort = new AbortController();
    record('phone/app', `${kind}.sent`, n, session.access);
    await wait(loop, LATENCY);
    record('server', `${kind}.received`, n, session.access);
    await wait(loop, 0);
    const reply = serve(message);
    record('server', `${kind}.committed`, n, session.access, reply.status);
    record('server', `${kind}.responded`, n, session.access, reply.status);
    await wait(loop, LATENCY);
    if (!abort.signal.aborted) record('phone/app', `${kind}.delivered`, n, session.access, reply.status);
    return reply;
  };
  const refresh = async (n: number): Promise<void> => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: session.refresh, client_id: 'app' }).toString();
    const reply = await exchange('token', n, {
      url: 'https://as.example/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    const granted = JSON.parse(reply.body) as { access_token: string; refresh_token: string };
    store.set('session', JSON.stringify(granted));
    await wait(loop, 0);
    Object.assign(session, { access: granted.access_token, refresh: granted.refresh_token, refreshing: undefined });
  };
  return async (n) => {
    const send = (): Promise<Reply> =>
      exchange('api', n, {
        url: 'https://api.example/feed',
        headers: { 'x-request-id': `n${n}`, authorization: `Bearer ${session.access}` },
        body: '',
      });
    record('phone/app', 'request.called', n, session.access);
    if ((await send()).status === 401) {
      await (session.refreshing ??= refresh(n));
      await send();
    }
    record('phone/app', 'request.settled', n, session.access);
  };
}

function wait(loop: Loop, delay: number): Promise<void> {
  return new Promise((resolve) => loop.after(delay, resolve));
}

/** The toy on a bare heap with the in-place drain. */
export function toyOnHeap(facts: number): Promise<string> {
  const result = { digest: '' };
  return inMacrotask(() => {
    const heap = new Heap<{ id: number; earliest: number; run: () => void }>();
    const state = { now: 0, id: 0 };
    const loop: Loop = { now: () => state.now, after: (delay, run) => heap.push({ id: state.id++, earliest: state.now + delay, run }) };
    void playToy(loop, facts).then((digest) => {
      result.digest = digest;
    });
    for (;;) {
      drain((_kind, error) => {
        throw error;
      });
      const item = heap.pop();
      if (item === undefined) return;
      state.now = item.earliest;
      item.run();
    }
  }).then(() => result.digest);
}
