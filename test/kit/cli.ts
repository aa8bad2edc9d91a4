// Runs the real command line as a child process and keeps what it said on each stream.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BIN = join(ROOT, 'bin/tokenwarp.js');
export const FIXTURES = 'test/fixtures/cli';

export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}
export interface CliOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  node?: readonly string[];
  /** In a process group of its own, as a terminal has it: `process.kill(-pid)` reaches its children too. */
  group?: true;
}

/** One command line, to its end; two minutes at most. */
export function tokenwarp(args: readonly string[], options: CliOptions = {}): Said {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...(options.node ?? []), BIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 2 ** 27,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** Starts one and hands out the child, for signals and closed pipes. */
export function startTokenwarp(args: readonly string[], options: CliOptions = {}): { child: ChildProcess; ended: Promise<Said> } {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group === true,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    ended: new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, ...said }));
    }),
  };
}

/** A folder that is gone when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Nothing of the machine that steers output: no CI, no colour, no TOKENWARP_*. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...extra };
}
