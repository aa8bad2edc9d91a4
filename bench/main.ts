// `npm run bench`: the performance table, each measure beside its floor from the same run. `npm run bench -- --json out.json`
// writes the rows too; words select rows (`npm run bench -- kernel`). A row over its goal is said, it does not fail anything.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatTable, judgeRow, type JudgedRow, type Row } from './table.ts';

/** Group -> its rows; loaded only when asked for. */
const GROUPS: Readonly<Record<string, () => Promise<Row[]>>> = {
  kernel: async () => (await import('./rows/kernel.ts')).kernelRows(),
  world: async () => (await import('./rows/world.ts')).worldRows(),
  engine: async () => (await import('./rows/engine.ts')).engineRows(),
  startup: async () => (await import('./rows/startup.ts')).startupRows(),
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => GROUPS[name] === undefined);
if (unknown.length > 0) throw new Error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}`);

const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
console.log(`tokenwarp bench: ${machine}\n`);
const rows: JudgedRow[] = [];
for (const [name, load] of Object.entries(GROUPS)) {
  if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await load()).map(judgeRow));
}
console.log(formatTable(rows));
const over = rows.filter(({ verdict }) => verdict === 'over');
console.log(
  `\n${rows.length - over.length} of ${rows.length} within their goal${over.length === 0 ? '' : `; over: ${over.map(({ measure }) => measure).join(', ')}`}`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ schema: 'tokenwarp/bench.v1', machine, rows }, null, 2)}\n`);
