// What the live view of `tokenwarp run` shows while it lasts: how far it is, what did not pass, what runs now.
import { formatDuration } from '../../core/duration.ts';
import { plainRow } from './model.ts';
import type { LiveModel } from './model.ts';

export interface RunFacts {
  /** Scenarios to run, and those that are over. */
  total: number;
  done: number;
  failed: number;
  /** Name of the scenario under way. */
  current?: string;
  /** Real ms since the start. */
  wallMs: number;
}

/** Characters of the bar. */
const BAR = 30;

export function runModel({ total, done, failed, current, wallMs }: RunFacts): LiveModel {
  const filled = total === 0 ? BAR : Math.round((done / total) * BAR);
  return {
    title: [
      { text: ` ${'█'.repeat(filled)}`, style: failed > 0 ? 'red' : 'green' },
      { text: '░'.repeat(BAR - filled), style: 'dim' },
      { text: ` ${done} of ${total}`, style: 'bold' },
      ...(failed === 0 ? [] : [{ text: ` · ${failed} failed`, style: 'red' as const }]),
      { text: ` · ${formatDuration(Math.floor(wallMs / 1_000) * 1_000)}`, style: 'dim' },
    ],
    blocks: current === undefined ? [] : [{ name: 'now', rows: [plainRow(current)] }],
    keys: [],
  };
}
