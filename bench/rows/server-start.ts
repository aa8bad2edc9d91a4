// What waits for `tokenwarp serve`: from the start of the process to the first token, as the published package, against a bare node:http
// server that answers the same request with a constant.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { median } from '../measure.ts';
import type { Row } from '../table.ts';
import { asPublished } from './startup.ts';

const ROUNDS = 15;
const FLOOR = `import { createServer } from 'node:http';
const server = createServer((req, res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"a"}'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));`;

export async function serverStartRows(): Promise<Row[]> {
  return asPublished(rowsOf);
}

async function rowsOf(bin: string): Promise<Row[]> {
  const commands = { floor: ['--input-type=module', '-e', FLOOR], ours: [bin, 'serve', '--port', '0', '--json'] } as const;
  const samples: Record<keyof typeof commands, number[]> = { floor: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['floor', 'ours'] as const) {
      const spent = await firstTokenMs(commands[name]);
      // The first fills caches.
      if (round > 0) samples[name].push(spent);
    }
  }
  const [floor, ours] = [median(samples.floor), median(samples.ours)];
  return [
    {
      measure: 'serve, start to first token',
      value: ours - floor,
      unit: 'ms',
      goal: { value: 60 },
      note: `${ours.toFixed(0)} ms; node:http with a constant ${floor.toFixed(0)} ms`,
    },
  ];
}

async function firstTokenMs(args: readonly string[]): Promise<number> {
  const before = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await urlOf(child);
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET });
    const answer = (await (await fetch(`${url}/token`, { method: 'POST', body })).json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`${args.join(' ')} gave no token`);
    return performance.now() - before;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** Its first line of standard output is JSON with a `url`. */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end >= 0) return (JSON.parse(text.slice(0, end)) as { url: string }).url;
  }
  throw new Error('it ended without a word');
}
