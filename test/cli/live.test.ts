// The live view through a real pseudo-terminal: it appears, follows requests, hears keys, gives the terminal back; and nobody else loads it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BIN, ROOT, scratch } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

/** A terminal's control sequences. */
const ESCAPE = new RegExp(`${String.fromCodePoint(27)}\\[[\\d;?]*[A-Za-z]`, 'g');

/** util-linux has the `script` we need; without it there is no way to a pseudo-terminal from here. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

interface Terminal {
  press(keys: string): void;
  /** Everything so far, without control sequences. */
  shown(): string;
  raw(): string;
  ended: Promise<number | null>;
}

function terminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Terminal {
  const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 120; ${command}`, '/dev/null'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return {
    press: (keys) => void child.stdin.write(keys),
    shown: () => said.replaceAll(ESCAPE, ''),
    raw: () => said,
    ended: new Promise((resolve) => {
      child.on('close', resolve);
    }),
  };
}

test.skipIf(!hasScript)('serve on a terminal: requests go by, keys act, q quits with 0 and the cursor is back', async () => {
  const file = join(scratch(), 'ready.json');
  const { press, shown, raw, ended } = terminal(['serve', '--port', '0', '--ready-file', file]);
  await until(() => existsSync(file) && shown().includes('none yet'));
  const { api, url } = JSON.parse(readFileSync(file, 'utf8')) as { api: string; url: string };
  await fetch(`${api}/feed`);
  await until(() => shown().includes('GET /api/feed 401'));
  press('a');
  await until(() => shown().includes('the clock is 5m further'));
  press('d');
  await until(() => shown().includes('the next token response will be lost'));
  await expect(
    fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'app' }),
    }),
  ).rejects.toThrow('fetch failed');
  await until(() => shown().includes('no answer'));
  press('q');
  expect(await ended).toBe(0);
  expect(raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw().lastIndexOf('\u001b[?25l'));
  expect(existsSync(file)).toBe(false);
});

test.skipIf(!hasScript)('Ctrl-C ends it like a signal', async () => {
  const { press, shown, ended } = terminal(['serve', '--port', '0']);
  await until(() => shown().includes('none yet'));
  press('\u0003');
  expect(await ended).toBe(130);
});

test.skipIf(!hasScript).each([
  ['TERM=dumb', [], { TERM: 'dumb' }],
  ['CI', [], { CI: 'true' }],
  ['--view lines', ['--view', 'lines'], {}],
])('%s: plain lines, no cursor movement', async (_name, args, env) => {
  const { press, shown, raw, ended } = terminal(['serve', '--port', '0', ...args], env);
  await until(() => shown().includes('policy'));
  press('\u0003');
  expect(await ended).toBe(130);
  expect(raw()).not.toContain('\u001b[?25l');
});

test.skipIf(!hasScript)(
  'a run that lasts shows how far it is, and leaves only its lines',
  async () => {
    const { shown, raw, ended } = terminal(['run', 'expiry', '--seeds', '80']);
    expect(await ended).toBe(0);
    expect(shown()).toMatch(/█░.* of \d+/);
    const end = raw().slice(raw().lastIndexOf('\u001b[?2026l'));
    expect(end).toContain('passed');
    expect(end).not.toContain('░');
    for (const line of ['two-expiries-in-a-row', 'absolute-lifetime-reached']) expect(shown()).toMatch(new RegExp(`✓ ${line} .* virtual`));
  },
  60_000,
);

test('off a terminal neither ink nor react is loaded', () => {
  const loader = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) { if (name === 'ink' || name === 'react') process.stderr.write('loaded ' + name + '\\n'); return next(name, context); } });`;
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(loader)}`, BIN, 'run', 'expiry'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
    },
  );
  expect(stdout).toContain('passed');
  expect(stderr).toBe('');
});
