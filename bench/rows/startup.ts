// What a user waits for: version, help, first result and the whole corpus, as processes of the published shape (the bundle, no
// sources beside it), against a bare Node that does nothing. Wall time, medians of interleaved runs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/corpus.ts';
import { median } from '../measure.ts';
import type { Row } from '../table.ts';

const ROUNDS = 15;
const ONE_SCENARIO = '^late-401$';

export async function startupRows(): Promise<Row[]> {
  return asPublished(async (bin) => rowsOf(bin));
}

/** Lends `act` the command in a folder that holds what the package holds: beside the sources it would run those. */
export async function asPublished<T>(act: (bin: string) => Promise<T>): Promise<T> {
  await import('../../scripts/build.ts');
  const home = mkdtempSync(join(tmpdir(), 'tokenwarp-bench-'));
  try {
    for (const part of ['package.json', 'bin', 'dist', 'scenarios']) cpSync(join(ROOT, part), join(home, part), { recursive: true });
    return await act(join(home, 'bin/tokenwarp.js'));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function rowsOf(bin: string): Row[] {
  const spent = interleaved({
    bare: ['-e', '0'],
    version: [bin, '--version'],
    help: [bin, '--help'],
    first: [bin, 'run', '-t', ONE_SCENARIO],
    corpus: [bin, 'run'],
  });
  const floor = { name: 'node -e 0', value: spent.bare };
  return [
    { measure: '--version', value: spent.version, unit: 'ms', floor, goal: { ratio: 1.3 } },
    { measure: '--help', value: spent.help, unit: 'ms', floor, goal: { ratio: 2 } },
    { measure: 'first result of one scenario', value: spent.first, unit: 'ms', floor, goal: { ratio: 4 } },
    { measure: 'whole corpus, start included', value: spent.corpus, unit: 'ms', floor, goal: { value: 1_000 } },
  ];
}

function interleaved<Name extends string>(commands: Readonly<Record<Name, readonly string[]>>): Record<Name, number> {
  const names = Object.keys(commands) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of names) {
      const spent = wallOf(commands[name]);
      if (round > 0) samples.get(name)?.push(spent);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<Name, number>;
}

/** Wall ms of one process. The first round fills caches and does not count. */
function wallOf(args: readonly string[]): number {
  const before = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [...args], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const spent = performance.now() - before;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr.slice(0, 500)}`);
  return spent;
}
