// Load on a server in a process of its own: 16 kept connections on loopback, each with a refresh token of its own where the traffic
// is refreshes, and the next request of a connection made from the answer to the last.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { TEST_ONLY_SERVICE_SECRET } from '../fixtures/keys.ts';
import type { Cost, Ready } from './servers/report.ts';

export const CONNECTIONS = 16;

/** A server and what it is asked for. */
export interface Target {
  /** File in servers/ without its ending, and its arguments. */
  server: string;
  args?: readonly string[];
  traffic: 'refresh' | 'client-credentials' | { get: string };
}

/** One round of one target. */
export interface Load {
  /** Requests per second of wall time. */
  rate: number;
  /** Latencies, ms. */
  p50: number;
  p99: number;
  /** CPU microseconds of the server per request. */
  cpu: number;
  /** Resident bytes before the first request and after the last, and requests between them. */
  rss: { before: number; after: number };
  requests: number;
}

export interface LoadTimes {
  warm: number;
  measured: number;
}

/** Starts the server, warms it up, measures, ends it. Throws when an answer is not 2xx. Times in seconds. */
export async function load({ server, args = [], traffic }: Target, { warm, measured }: LoadTimes): Promise<Load> {
  const child = fork(fileURLToPath(new URL(`servers/${server}.ts`, import.meta.url)), [...args], {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    const [ready] = (await once(child, 'message')) as [Ready];
    const tokens = ready.tokens ?? Array.from({ length: 2 * CONNECTIONS }, () => 'a'.repeat(43));
    // The last answers of the warm-up are not read, and their refresh tokens are used up: the measurement starts with others.
    const [first, second] = [tokens.slice(0, CONNECTIONS), tokens.slice(CONNECTIONS)];
    const start = await costOf(child);
    const before = await fire(ready.url, traffic, { tokens: first, seconds: warm });
    const middle = await costOf(child);
    const result = await fire(ready.url, traffic, { tokens: second, seconds: measured });
    const end = await costOf(child);
    const requests = result['2xx'];
    return {
      rate: requests / result.duration,
      p50: result.latency.p50,
      p99: result.latency.p99,
      cpu: (end.cpu - middle.cpu) / requests,
      rss: { before: start.rss, after: end.rss },
      requests: requests + before['2xx'],
    };
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

async function costOf(child: ChildProcess): Promise<Cost> {
  child.send('cost');
  const [cost] = (await once(child, 'message')) as [Cost];
  return cost;
}

interface Shots {
  tokens: readonly string[];
  seconds: number;
}

async function fire(url: string, traffic: Target['traffic'], { tokens, seconds }: Shots): Promise<autocannon.Result> {
  const common = { connections: CONNECTIONS, duration: seconds, sampleInt: 200 };
  const options =
    typeof traffic === 'object' ? { ...common, url: `${url}${traffic.get}` } : { ...common, ...post(traffic, tokens), url: `${url}/token` };
  const result = await autocannon(options);
  if (result.non2xx + result.errors + result.timeouts > 0 || result['2xx'] === 0) {
    throw new Error(
      `${url}: ${result.non2xx} answers were not 2xx, ${result.errors} errors, ${result.timeouts} time-outs, ${result['2xx']} good`,
    );
  }
  return result;
}

function post(
  traffic: 'refresh' | 'client-credentials',
  tokens: readonly string[],
): Pick<autocannon.Options, 'method' | 'headers' | 'body' | 'setupClient'> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = `grant_type=client_credentials&client_id=service&client_secret=${encodeURIComponent(TEST_ONLY_SERVICE_SECRET)}&scope=api`;
  if (traffic === 'client-credentials') return { method: 'POST', headers, body: asked };
  const next = { connection: 0 };
  return { method: 'POST', headers, setupClient: (client) => chain(client, tokens[next.connection++] ?? '') };
}

/** A connection goes on with the refresh token of its last answer. */
function chain(client: autocannon.Client, token: string): void {
  const use = (next: string): void => client.setBody(`grant_type=refresh_token&client_id=app&refresh_token=${next}`);
  use(token);
  client.on('body', (body) => {
    const next = /"refresh_token":"([^"]+)"/.exec(String(body))?.[1];
    if (next !== undefined) use(next);
  });
}
