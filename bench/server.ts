// `npm run bench:server`: the server's table, each measure beside its floor and its peers from the same run. `--quick` takes three short
// rounds; `--json out.json` writes the rows too. A row that misses its goal is said, it does not fail anything.
import { parseArgs } from 'node:util';
import { serverStartRows } from './rows/server-start.ts';
import { serverRows } from './rows/server.ts';
import { tell } from './table.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } } });
const rows = await serverRows(values.quick ? { rounds: 3, warm: 0.5, measured: 1 } : { rounds: 7, warm: 1, measured: 2 });
tell('tokenwarp bench:server', [...rows, ...(await serverStartRows())], values.json);
