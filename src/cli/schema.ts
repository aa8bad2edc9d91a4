// `tokenwarp schema`: the checked-in JSON schema as it is. Making it takes the schema library; printing it does not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invocation } from './invocation.ts';
import { corpusFolder } from './corpus.ts';
import type { ExitCondition } from './exit.ts';

/** Prints scenario.schema.json. */
export async function schema({ system }: Invocation<unknown>): Promise<ReadonlySet<ExitCondition>> {
  system.out.write(readFileSync(join(corpusFolder(), 'scenario.schema.json'), 'utf8'));
  return new Set();
}
