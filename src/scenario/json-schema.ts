// The JSON schema of the scenario format for editors, derived from the zod schema. draft-07, because that is what
// yaml-language-server handles. Written by `npm run docs` and checked in; never needed at run time.
import { z } from 'zod';
import { scenario } from './schema.ts';

/** The schema as a plain object. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(scenario, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'tokenwarp scenario',
    description: 'What happens to login sessions, step by step, and what must be true in the end.',
    ...rest,
  };
}

/** As it stands in scenarios/scenario.schema.json. */
export function scenarioJsonSchemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
}
