// SIGTERM under load: what the server has begun it finishes, what it answered was received, and it ends with 143.
import { existsSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratch, startTokenwarp } from '../kit/cli.ts';
import type { Said } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

interface Running {
  url: string;
  signal(name: NodeJS.Signals): Promise<Said>;
}

async function started(): Promise<Running> {
  const file = join(scratch(), 'ready.json');
  const { child, ended } = startTokenwarp(['serve', '--port', '0', '--json', '--ready-file', file]);
  await until(() => existsSync(file));
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
  return {
    url,
    signal(name) {
      child.kill(name);
      return ended;
    },
  };
}

interface Answer {
  status: number;
  body: string;
}

/** Resolves with a whole answer; rejects when none came or it broke off. */
function post(url: string, body: string, agent: Agent, type = 'application/x-www-form-urlencoded'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': type, 'content-length': body.length } }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          text += chunk;
        })
        .on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject).end(body);
  });
}

function keptConnections(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

async function signIn(url: string, agent: Agent): Promise<string> {
  const { body } = await post(`${url}/__tokenwarp/sessions`, '{"user":"ada","device":"phone"}', agent, 'application/json');
  return (JSON.parse(body) as { response: { refresh_token: string } }).response.refresh_token;
}

const refreshBody = (token: string): string => `grant_type=refresh_token&client_id=app&refresh_token=${token}`;
const linesOf = ({ stdout }: Said): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('SIGTERM', () => {
  test('while 50 answers are held up after their commit: all 50 arrive whole', async () => {
    const { url, signal } = await started();
    const agent = keptConnections();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => signIn(url, agent)));
    const rule = await post(
      `${url}/__tokenwarp/faults`,
      JSON.stringify({ delay: '500ms', of: 'token', at: 'committed' }),
      agent,
      'application/json',
    );
    expect(rule).toMatchObject({ status: 200 });
    const asked = tokens.map((token) => post(`${url}/token`, refreshBody(token), agent));
    expect((await fetch(`${url}/__tokenwarp/journal/wait?type=token.committed&count=${tokens.length}`)).status).toBe(200);
    const said = await signal('SIGTERM');
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
    for (const { body } of answers) expect(JSON.parse(body)).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });
    expect(said).toMatchObject({ code: 143, stderr: '' });
    expect(linesOf(said).at(-1)).toMatchObject({ type: 'stopped' });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s in the middle of refreshes on 16 kept connections: no rotation is lost, every answer the server logged was received',
    async (name) => {
      const { url, signal } = await started();
      const agent = keptConnections();
      const tokens = await Promise.all(Array.from({ length: 16 }, () => signIn(url, agent)));
      const received = { good: 0, other: 0 };
      const load = Promise.all(
        tokens.map(async (first) => {
          let token = first;
          for (let i = 0; i < 100_000; i++) {
            const answer = await post(`${url}/token`, refreshBody(token), agent).catch(() => undefined);
            if (answer === undefined) return;
            if (answer.status !== 200) return void (received.other += 1);
            received.good += 1;
            token = (JSON.parse(answer.body) as { refresh_token: string }).refresh_token;
          }
        }),
      );
      await until(() => received.good > 300);
      const said = await signal(name);
      await load;
      const logged = linesOf(said).filter(({ type, path }) => type === 'request' && path === '/token');
      expect(logged.filter(({ ending }) => ending !== 'sent')).toEqual([]);
      expect([logged.length, received.other]).toEqual([received.good, 0]);
      expect(said).toMatchObject({ code: name === 'SIGTERM' ? 143 : 130, stderr: '' });
    },
  );
});
