// `npm run bench`: the performance table, each measure beside its floor from the same run. `npm run bench -- --json out.json`
// writes the rows too; words select rows (`npm run bench -- kernel`). A row over its goal is said, it does not fail anything.
import { parseArgs } from 'node:util';
import { tell, type Row } from './table.ts';

/** Group -> its rows; loaded only when asked for. */
const GROUPS: Readonly<Record<string, () => Promise<Row[]>>> = {
  kernel: async () => (await import('./rows/kernel.ts')).kernelRows(),
  world: async () => (await import('./rows/world.ts')).worldRows(),
  engine: async () => (await import('./rows/engine.ts')).engineRows(),
  phone: async () => (await import('./rows/phone.ts')).phoneRows(),
  startup: async () => (await import('./rows/startup.ts')).startupRows(),
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => GROUPS[name] === undefined);
if (unknown.length > 0) throw new Error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}`);

const rows: Row[] = [];
for (const [name, load] of Object.entries(GROUPS)) {
  if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await load()));
}
tell('tokenwarp bench', rows, values.json);
