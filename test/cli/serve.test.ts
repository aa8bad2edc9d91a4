// `tokenwarp serve` as a process: what it prints and writes, how options and variables reach the server, how it ends.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratch, startTokenwarp, tokenwarp } from '../kit/cli.ts';
import type { Said } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

interface Ready {
  url: string;
  issuer: string;
  api: string;
  pid: number;
  control: string | null;
  ca?: string;
}
interface Running {
  ready: Ready;
  file: string;
  stop(signal?: NodeJS.Signals): Promise<Said>;
}

/** Starts one on a free port and waits for its ready file. */
async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const file = join(scratch(), 'deep/ready.json');
  const { child, ended } = startTokenwarp(['serve', '--port', '0', '--ready-file', file, ...args], { env });
  const early: Said[] = [];
  void ended.then((said) => early.push(said));
  await until(() => existsSync(file) || early.length > 0);
  if (early[0] !== undefined) throw new Error(early[0].stderr);
  return {
    ready: JSON.parse(readFileSync(file, 'utf8')) as Ready,
    file,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** So many refreshes have reached the server. */
async function untilArrived({ control }: Ready, count: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const answer = (await (await fetch(`${control}/journal/count?type=token.received`)).json()) as { count: number };
    if (answer.count >= count) return;
  }
  throw new Error('they never arrived');
}

const refresh = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }),
  });
const service = (url: string): Promise<Response> =>
  fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { authorization: `Basic ${Buffer.from('service:test-only%3A%20not%2Fsecret%2Bat%20100%25').toString('base64')}` },
  });

describe('what it says', () => {
  test('where it is, then a line per request with labels, and never a token', async () => {
    const { ready, stop } = await started(['--access-ttl', '30s', '--grace', 'same-successor:10s']);
    const answer = (await (await service(ready.url)).json()) as { access_token: string };
    await fetch(`${ready.api}/feed?access_token=${answer.access_token}`, { headers: { authorization: `Bearer ${answer.access_token}` } });
    await fetch(`${ready.api}/${answer.access_token}`, { headers: { authorization: `Bearer ${answer.access_token}` } });
    await refresh(ready.url, 'made-up-token-made-up-token-made-up-token');
    const { stdout, stderr } = await stop();
    expect(stderr).toBe('');
    expect(stdout).toContain(`· ${ready.url}\n`);
    expect(stdout).toContain('access tokens 30s (jwt) · rotate · grace same-successor 10s');
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} POST \/token client_credentials →AT-1 200$/m);
    expect(stdout).toMatch(/GET \/api\/feed AT-1 400 invalid_request \(malformed\)/);
    expect(stdout).toMatch(/GET \/api\/….* AT-1 200/);
    expect(stdout).toMatch(/POST \/token refresh_token unknown 400 invalid_grant \(unknown\)/);
    for (let at = 0; at + 12 <= answer.access_token.length; at += 12) expect(stdout).not.toContain(answer.access_token.slice(at, at + 12));
    expect(stdout).not.toContain('made-up');
  });

  test('--json: one JSON object per line and nothing else, from ready to stopped', async () => {
    const { ready, stop } = await started(['--json']);
    await service(ready.url);
    const { stdout, stderr } = await stop();
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { type: 'ready', url: ready.url, pid: ready.pid },
      { type: 'request', method: 'POST', path: '/token', grant: 'client_credentials', status: 200, ending: 'sent' },
      { type: 'stopped', signal: 'SIGTERM' },
    ]);
    expect(stderr).toBe('');
  });

  test('--quiet: nothing at all', async () => {
    const { ready, stop } = await started(['--quiet']);
    await service(ready.url);
    expect(await stop('SIGINT')).toEqual({ code: 130, stdout: '', stderr: '' });
  });
});

describe('the ready file', () => {
  test('names url, pid and control, and is gone when the server is', async () => {
    const { ready, file, stop } = await started(['--no-control']);
    expect(ready).toMatchObject({ issuer: ready.url, api: `${ready.url}/api`, control: null });
    expect(() => process.kill(ready.pid, 0)).not.toThrow();
    expect((await fetch(`${ready.api}/feed`)).status).toBe(401);
    await stop();
    expect(existsSync(file)).toBe(false);
  });

  test('that cannot be written is a usage error', () => {
    const folder = scratch();
    const said = tokenwarp(['serve', '--port', '0', '--ready-file', folder]);
    expect([said.code, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toContain('TW_READY_FILE');
  });
});

describe('the end', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends with %d, after the answers under way', async (signal, code) => {
    const { ready, stop } = await started(['--race', '1s', '--json']);
    const under = Array.from({ length: 20 }, () => refresh(ready.url, 'unknown'));
    await untilArrived(ready, 20);
    const said = await stop(signal);
    expect(said.code).toBe(code);
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 400));
  });
});

describe('options', () => {
  test('a persona, a file on top of it, an option on top of that', async () => {
    const { stop } = await started(['--persona', 'supabase', '--policy', 'test/fixtures/cli/policy.yaml', '--access-ttl', '90s']);
    const { stdout } = await stop();
    expect(stdout).toMatch(/access tokens 1m30s \(opaque\) · rotate · grace/);
  });

  test('the server block of a scenario', async () => {
    const { stop } = await started(['--policy', 'scenarios/expiry/absolute-lifetime-reached.scenario.yaml']);
    expect((await stop()).stdout).toMatch(/access tokens \w+/);
  });

  test('variables: TOKENWARP_ROTATION and TOKENWARP_CONTROL', async () => {
    const { ready, stop } = await started([], { TOKENWARP_ROTATION: 'same', TOKENWARP_CONTROL: '0' });
    expect(ready.control).toBeNull();
    expect((await stop()).stdout).toContain('· same ·');
  });

  test('an issuer of its own name, and further ones below paths', async () => {
    const { ready, stop } = await started(['--issuer', 'http://10.0.2.2:7357', '--more-issuers', '/second']);
    expect([ready.issuer, ready.api]).toEqual(['http://10.0.2.2:7357', 'http://10.0.2.2:7357/api']);
    expect((await refresh(`${ready.url}/second`, 'x')).status).toBe(400);
    await stop();
  });

  test('--virtual-time: the clock stands still', async () => {
    const { ready, stop } = await started(['--virtual-time']);
    const dates = [];
    for (let i = 0; i < 2; i++) {
      dates.push((await fetch(`${ready.api}/feed`)).headers.get('date'));
      await new Promise((resolve) => {
        setTimeout(resolve, 1_100);
      });
    }
    expect(dates[1]).toBe(dates[0]);
    expect((await stop()).stdout).toContain('stands still until it is advanced');
  });

  test.each([
    [['--port', '70000'], '--port: "70000" is not a port'],
    [['--issuer', 'example.com'], '"example.com" is not an issuer'],
    [['--grace', 'strict:5s'], 'strict has no window'],
    [['--grace', 'sibling'], 'is not one of strict'],
    [['--persona', 'auth1'], 'did you mean "auth0"?'],
    [['--more-issuers', 'second'], '"second" is not a path'],
  ] as const)('%j is wrong usage', (args, message) => {
    const said = tokenwarp(['serve', ...args]);
    expect([said.code, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toContain(message);
  });

  test('a policy file with a mistake is refused with its place', () => {
    const said = tokenwarp(['serve', '--port', '0', '--policy', 'test/fixtures/cli/broken-policy.yaml']);
    expect([said.code, said.stdout]).toEqual([3, '']);
    expect(said.stderr).toContain('broken-policy.yaml:3: refreshToken.rotation:');
  });

  test('a port that is taken is wrong usage', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await until(() => taken.listening);
    const said = tokenwarp(['serve', '--port', String((taken.address() as { port: number }).port)]);
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('another process listens there');
  });
});

describe('--tls', () => {
  test('serves https under an authority of its own, tells how to trust it, and keeps keys to itself', async () => {
    const folder = join(scratch(), 'tls');
    const { ready, stop } = await started(['--tls', '--tls-folder', folder]);
    expect(ready.url).toMatch(/^https:/);
    expect(await httpsStatus(`${ready.api}/feed`, readFileSync(ready.ca ?? '', 'utf8'))).toBe(401);
    const { stdout } = await stop();
    expect(stdout).toContain(`xcrun simctl keychain booted add-root-cert ${ready.ca}`);
    expect(stdout).toContain('Android emulator');
    expect([
      statSync(folder).mode & 0o777,
      statSync(join(folder, 'ca.key')).mode & 0o777,
      statSync(join(folder, 'leaf.key')).mode & 0o777,
    ]).toEqual([0o700, 0o600, 0o600]);
  });

  test('a second start uses the same authority, so that phones trust it once', async () => {
    const folder = join(scratch(), 'tls');
    const first = await started(['--tls', '--tls-folder', folder, '--quiet']);
    const authority = readFileSync(first.ready.ca ?? '', 'utf8');
    await first.stop();
    const second = await started(['--tls', 'expired', '--tls-folder', folder, '--quiet']);
    expect(readFileSync(second.ready.ca ?? '', 'utf8')).toBe(authority);
    await expect(httpsStatus(`${second.ready.api}/feed`, authority)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    await second.stop();
  });
});

function httpsStatus(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = request(url, { ca, agent: false }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode));
    });
    req.on('error', reject).end();
  });
}
