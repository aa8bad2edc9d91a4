// docs/device-runs.md tells in its own words; what each step becomes on a device is put in from the table that refuses steps.
import { STEP_TABLE } from '../../src/live/needs.ts';
import { table } from './markdown.ts';

const STEPS = /<!-- steps -->\n\n(?:(?:\|[^\n]*\n)+)?/;

/** The page with its table as it should be. */
export function refreshDeviceRuns(page: string): string {
  return page.replace(STEPS, `<!-- steps -->\n\n${table(['step', 'on a device'], rows()).join('\n')}\n`);
}

function rows(): string[][] {
  return Object.entries(STEP_TABLE).map(([verb, { becomes, needs }]) => {
    if (becomes !== 'refused') return [`\`${verb}\``, becomes];
    const lack = (needs as () => object)();
    return [`\`${verb}\``, 'what' in lack && 'fix' in lack ? `refused: ${String(lack.what)}. Instead: ${String(lack.fix)}` : 'refused'];
  });
}
