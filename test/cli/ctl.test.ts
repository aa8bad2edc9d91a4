// `tokenwarp ctl` as a process against `tokenwarp serve` as another: what it sends, says and returns.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CTL_ACTIONS } from '../../src/cli/ctl-actions.ts';
import { assignments } from '../../src/cli/ctl-body.ts';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { CTL_OPTIONS } from '../../src/cli/ctl-options.ts';
import { scratch, startTokenwarp, tokenwarp } from '../kit/cli.ts';
import type { Said } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

interface Running {
  url: string;
  file: string;
  ctl(...words: string[]): Said;
  stop(): Promise<Said>;
}

async function serving(...args: string[]): Promise<Running> {
  const file = join(scratch(), 'ready.json');
  const { child, ended } = startTokenwarp(['serve', '--port', '0', '--ready-file', file, '--quiet', ...args]);
  await until(() => existsSync(file));
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
  return {
    url,
    file,
    ctl: (...words) => tokenwarp(['ctl', ...words, '--url', url]),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

const signIn = async (url: string, user = 'ada', device = 'phone'): Promise<{ access_token: string; refresh_token: string }> => {
  const answer = await fetch(`${url}/__tokenwarp/sessions`, { method: 'POST', body: JSON.stringify({ user, device }) });
  return ((await answer.json()) as { response: { access_token: string; refresh_token: string } }).response;
};
const refresh = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'app' }),
  });

describe('against a running server', () => {
  test('moves the clock, ends sessions, installs faults, marks, and never prints a token', async () => {
    const { url, ctl } = await serving('--virtual-time');
    const { access_token, refresh_token } = await signIn(url);
    expect(ctl('advance', '5m')).toMatchObject({ code: 0, stdout: expect.stringMatching(/, 5m after the start, frozen\n$/), stderr: '' });
    expect(ctl('sessions').stdout).toMatch(/^f1 {3}ada {3}phone {3}since 20/);
    expect(ctl('fault', 'drop-response', '--endpoint', 'token', '--times', '1').stdout).toBe('fault-1  drop the next token response\n');
    await expect(refresh(url, refresh_token)).rejects.toThrow(/fetch failed|aborted/);
    expect(ctl('faults').stdout).toBe('fault-1   drop the next token response   fell 1 time, spent\n');
    expect(ctl('heal').stdout).toBe('1 removed\n');
    expect(ctl('mark', 'sign-out', '--device', 'phone', '--note', 'tapped').code).toBe(0);
    expect(ctl('revoke', '--user', 'ada').stdout).toContain('session f1');
    const journal = ctl('journal');
    expect(journal.stdout).toContain(
      'authorization server: refresh #1 lost after the server committed'.replace('authorization server', 'world'),
    );
    expect(journal.stdout).toContain('world: marked on phone: sign-out, tapped\n');
    for (const token of [access_token, refresh_token]) expect(journal.stdout).not.toContain(token);
    expect(ctl('count', '--type', 'family.dead').stdout).toBe('1\n');
  });

  test('a negative duration is a word like any other, also as the value of an option', async () => {
    const { ctl } = await serving('--virtual-time');
    expect(ctl('skew', 'phone', '-1h')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('  phone -1h\n') });
    expect(ctl('mark', 'clock-moved', '--device', 'phone', '--by', '-30m')).toMatchObject({ code: 0, stderr: '' });
    expect(ctl('skew', 'phone', '-x')).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '-x'") });
  });

  test('sessions end one by one, all but one, and by a change of the password', async () => {
    const { url, ctl } = await serving('--more-issuers', '/second');
    for (const device of ['phone', 'tablet', 'tv']) await signIn(url, 'ada', device);
    expect(ctl('revoke', '--user', 'ada', '--except', 'f2').stdout).toContain('ended: session f1, session f3');
    expect(ctl('revoke', '--session', 'f2').stdout).toContain('ended: session f2');
    await signIn(url);
    expect(ctl('password', '--user', 'ada').stdout).toBe('1 session ended\n');
  });

  test('keeps, resets and restores', async () => {
    const { url, ctl } = await serving('--virtual-time');
    const { refresh_token } = await signIn(url);
    expect(ctl('snapshot', 'in').stdout).toBe('in  1 sessions, 1 entries\n');
    expect(ctl('policy', 'accessToken.lifetime=90s', 'refreshToken.grace.policy=same-successor').stdout).toContain(
      'accessToken.lifetime = 90000\n',
    );
    expect(await (await refresh(url, refresh_token)).json()).toMatchObject({ expires_in: 90 });
    expect(ctl('restore', 'in').code).toBe(0);
    expect(await (await refresh(url, refresh_token)).json()).toMatchObject({ expires_in: 3_600 });
    expect(ctl('reset').stdout).toBe('as after the start\n');
    expect(ctl('sessions').stdout).toBe('nobody is signed in\n');
  });

  test('verify returns 1 for a client that broke an invariant, and 0 for one that did not', async () => {
    const { url, ctl } = await serving('--virtual-time');
    const { refresh_token } = await signIn(url);
    expect(ctl('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('no finding') });
    ctl('advance', '1h');
    const { access_token } = (await (await refresh(url, refresh_token)).json()) as { access_token: string };
    await fetch(`${url}/api/feed`, { headers: { authorization: `Bearer ${access_token}` } });
    await refresh(url, refresh_token);
    const found = ctl('verify');
    expect(found).toMatchObject({ code: 1, stderr: '' });
    expect(found.stdout).toContain('✗ no-lost-rotation (b)\n  phone presented RT-1');
    expect(ctl('verify', '--json')).toMatchObject({ code: 1 });
    expect(JSON.parse(ctl('verify', '--json').stdout)).toMatchObject({ passed: false, findings: [{ invariant: 'no-lost-rotation' }] });
  });

  test('holds a refresh at its commit until it is released', async () => {
    const { url, ctl } = await serving();
    const { refresh_token } = await signIn(url);
    ctl('hold', 'committed', '--name', 'here');
    const answer = refresh(url, refresh_token);
    // Not in this process: a call that waits for a child would keep the request from leaving.
    const waiting = startTokenwarp(['ctl', 'wait', '--type', 'token.committed', '--url', url]);
    expect((await waiting.ended).code).toBe(0);
    expect(ctl('holds').stdout).toBe('here   hold the next token request once committed   held 1, 1 waiting\n');
    expect(ctl('release', 'here').stdout).toBe('1 released\n');
    expect((await answer).status).toBe(200);
  });

  test('wait returns 1 when nothing comes', async () => {
    const { ctl } = await serving();
    expect(ctl('wait', '--type', 'mark', '--timeout', '50ms')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'tokenwarp: 0 of 1 came within 50 ms\n',
    });
  });

  test('follows the journal until it is interrupted', async () => {
    const { url, ctl } = await serving();
    const { child, ended } = startTokenwarp(['ctl', 'journal', '--follow', '--since', '0', '--url', url]);
    const seen: string[] = [];
    child.stdout?.on('data', (text: string) => seen.push(text));
    await signIn(url);
    await until(() => seen.join('').includes('ada signed in on phone'));
    ctl('mark', 'background', '--device', 'phone');
    await until(() => seen.join('').includes('marked on phone: background'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stderr: '' });
  });

  test('stops following when nobody reads it any more, as behind `| head -1`', async () => {
    const { url, ctl } = await serving();
    const { child, ended } = startTokenwarp(['ctl', 'journal', '--follow', '--since', '0', '--url', url]);
    const first = new Promise((resolve) => void child.stdout?.once('data', resolve));
    await signIn(url);
    await first;
    child.stdout?.destroy();
    let over = false;
    void ended.then(() => (over = true));
    await until(() => {
      ctl('mark', 'background', '--device', 'phone');
      return over;
    });
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('ends quietly when the server it follows stops', async () => {
    const { url, stop } = await serving();
    const { child, ended } = startTokenwarp(['ctl', 'journal', '--follow', '--since', '0', '--url', url]);
    const seen: string[] = [];
    child.stdout?.on('data', (text: string) => seen.push(text));
    await signIn(url);
    await until(() => seen.length > 0);
    await stop();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(['nonsense', 'localhost:7357', 'ftp://127.0.0.1', 'http://'])('an address that is none is wrong usage: --url %s', (url) => {
    const said = tokenwarp(['ctl', 'journal', '--url', url]);
    expect([said.code, said.stdout, said.stderr]).toEqual([
      2,
      '',
      expect.stringContaining(`"${url}" is no address of a server   TW_USAGE`),
    ]);
  });

  test('finds the server by its ready file and by TOKENWARP_URL', async () => {
    const { url, file } = await serving();
    expect(tokenwarp(['ctl', 'clock', '--ready-file', file]).code).toBe(0);
    expect(tokenwarp(['ctl', 'clock'], { env: { TOKENWARP_URL: url, TOKENWARP_TIMEOUT: '1m' } }).code).toBe(0);
  });

  test('says what the server refused, and where', async () => {
    const { ctl } = await serving();
    expect(ctl('advance', 'soon')).toMatchObject({ code: 2, stderr: expect.stringContaining('"by" is "soon"') });
    expect(ctl('revoke', '--user', 'eve')).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no session of user "eve"') });
    expect(ctl('policy', 'accesToken.lifetime=5m').stderr).toContain('did you mean "accessToken"?');
  });

  test('a server without a control API says so', async () => {
    const { ctl, file } = await serving('--no-control');
    expect(ctl('clock')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no control API') });
    expect(tokenwarp(['ctl', 'clock', '--ready-file', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('without a control API'),
    });
  });

  test('off loopback the key decides, and only the greeting and the ready file tell it', async () => {
    const file = join(scratch(), 'ready.json');
    const { child, ended } = startTokenwarp(['serve', '--port', '0', '--host', '0.0.0.0', '--ready-file', file]);
    await until(() => existsSync(file));
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
    expect(tokenwarp(['ctl', 'clock', '--url', url])).toMatchObject({ code: 2, stderr: expect.stringContaining('TOKENWARP_KEY') });
    expect(tokenwarp(['ctl', 'clock', '--url', url, '--key', 'wrong']).code).toBe(2);
    expect(tokenwarp(['ctl', 'clock', '--ready-file', file]).code).toBe(0);
    child.kill('SIGTERM');
    const { stdout } = await ended;
    const key = /^ +key +(\S+)/m.exec(stdout)?.[1] ?? '';
    expect(key).toMatch(/^[\w-]{32}$/);
    expect(stdout.split(key)).toHaveLength(2);
    expect(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).not.toContain(key);
  });
});

describe('alone', () => {
  test('without a server the exit code is 6, with a hint', () => {
    expect(tokenwarp(['ctl', 'clock', '--url', 'http://127.0.0.1:9'])).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(/TW_UNREACHABLE\n {2}hint {2}start it with `tokenwarp serve`/),
    });
    expect(tokenwarp(['ctl', 'clock', '--ready-file', join(scratch(), 'none.json')])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('TW_UNREACHABLE'),
    });
  });
  test.each([
    [[], 'needs an action'],
    [['advnce', '5m'], 'did you mean "advance"?'],
    [['advance'], 'such as: tokenwarp ctl advance 5m'],
    [['advance', '5m', '6m'], 'one word too many'],
    [['advance', '5m', '--times', '1'], '--times means nothing to "ctl advance"'],
    [['clock', '--retry-after', '1s'], '--retry-after means nothing'],
    [['fault', 'drop-answer-maybe'], ''],
    [['fault', 'explode'], 'there is no fault "explode"'],
    [['policy', 'lifetime'], 'assigns nothing'],
    [['call', 'POST', '/reset', 'now'], 'no JSON object'],
  ])('%j is wrong usage', (words, message) => {
    const { code, stderr } = tokenwarp(['ctl', ...words, '--url', 'http://127.0.0.1:9']);
    expect([code === 2 || message === '', stderr.includes(message)]).toEqual([true, true]);
  });
  test('a stranger on the port is told apart from a server', async () => {
    const file = join(scratch(), 'ready.json');
    writeFileSync(file, 'not json');
    expect(tokenwarp(['ctl', 'clock', '--ready-file', file]).code).toBe(6);
  });
  test('every action is in the help, every option belongs to an action', () => {
    for (const { usage } of Object.values(CTL_ACTIONS)) expect(COMMANDS.ctl.details).toContain(usage.split(' ')[0]);
    const used = new Set(Object.values(CTL_ACTIONS).flatMap(({ options }) => options as readonly string[]));
    expect(Object.keys(CTL_OPTIONS).filter((key) => !used.has(key))).toEqual(['url', 'readyFile', 'key']);
  });
  test('assignments are read as JSON where they can be', () => {
    expect(assignments(['a.b=5m', 'a.c=true', 'd=[1]', 'e='])).toEqual({ a: { b: '5m', c: true }, d: [1], e: '' });
  });
});
