// Whatever a package, a work or an identifier is called: in the device's shell it is one word. Judged by a real POSIX shell.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { line, quote } from '../../src/device/android/quote.ts';
import { jobArguments } from '../../src/device/android/state/stop-job.ts';
import { readPackage } from '../../src/cli/device/values.ts';

const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-quote-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words as a shell sees them; in an empty folder, where a command that broke out could leave something, and without any program. */
function seenBy(script: string): string[] {
  const { stdout, status } = spawnSync('/bin/sh', ['-c', script], { cwd: folder, env: { PATH: folder }, encoding: 'buffer' });
  expect(status).toBe(0);
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

const SPECIAL = fc.string({ unit: fc.constantFrom(...`'"\\\`$(){}[]<>|&;*?~#!%= \t\n-a.é予`), maxLength: 24 });
const WORD = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).filter((word) => !word.includes('\0') && word.isWellFormed()),
  SPECIAL,
  fc.constantFrom(
    '',
    "'",
    "''",
    '; > pwned',
    '$(> pwned)',
    '`> pwned`',
    "'; > pwned; '",
    '"; > pwned; "',
    '\n> pwned\n',
    '&& > pwned',
    '~',
    '~root',
    '-f',
    '--',
    '$?',
    '\\',
    "\\'; > pwned #",
  ),
);

test('one word in, the same word out, and nothing else runs', () => {
  fc.assert(
    fc.property(fc.array(WORD, { minLength: 1, maxLength: 8 }), (words) => {
      expect(seenBy(`printf '%s\\0' ${line(...words)}`)).toEqual(words);
    }),
    { numRuns: 400 },
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a job whose namespace and app a phone made up is three words of the command that fires it', () => {
  fc.assert(
    fc.property(WORD, WORD, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(20), (app, namespace, id, user) => {
      const words = seenBy(`printf '%s\\0' run -f ${jobArguments(app, { id, namespace, user })}`);
      expect(words).toEqual(['run', '-f', ...(user === 0 ? [] : ['-u', String(user)]), '-n', namespace, app, String(id)]);
    }),
    { numRuns: 200 },
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a plain name stays readable, a number is a word', () => {
  expect(line('cmd', 'jobscheduler', 'run', '-n', 'androidx.work.systemjobscheduler', 'com.example.app', 5)).toBe(
    'cmd jobscheduler run -n androidx.work.systemjobscheduler com.example.app 5',
  );
});

test('a NUL, at which adb would end the line, is refused', () => {
  expect(() => quote('a\0b')).toThrow(expect.objectContaining({ code: 'TW_USAGE' }) as Error);
});

test('what is no name of a package never gets so far, so that it cannot be an option either', () => {
  fc.assert(
    fc.property(WORD, (word) => {
      if (/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(word)) expect(readPackage(word)).toBe(word);
      else expect(() => readPackage(word)).toThrow('is not a package name');
    }),
  );
  expect(() => readPackage('--force')).toThrow('is not a package name');
  expect(readPackage('com.example.app_2')).toBe('com.example.app_2');
});
