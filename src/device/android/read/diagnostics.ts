// What WorkManager's DiagnosticsWorker logs: three tables of work. Fields are separated by a tab and a space; Android Studio turns that
// into two spaces; before 2.5 there is no column with the job. A worker's tags may hold spaces, so the columns are counted.
import type { LogLine } from './logcat.ts';

export interface DiagnosticRow {
  readonly work: string;
  readonly worker: string;
  readonly job?: number;
  readonly state: string;
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

export interface Diagnostics {
  readonly completed: readonly DiagnosticRow[];
  readonly running: readonly DiagnosticRow[];
  readonly enqueued: readonly DiagnosticRow[];
}

const TITLES = { 'Recently completed work:': 'completed', 'Running work:': 'running', 'Enqueued work:': 'enqueued' } as const;
const TAG = 'WM-DiagnosticsWrkr';

/** Never throws; undefined when nothing of it is there. A table that is missing is empty: WorkManager logs none for no work. */
export function parseDiagnostics(lines: readonly LogLine[]): Diagnostics | undefined {
  const tables: Record<keyof Diagnostics, DiagnosticRow[]> = { completed: [], running: [], enqueued: [] };
  let into: keyof Diagnostics | undefined;
  let withJob = false;
  for (const { message } of lines.filter(({ tag }) => tag.startsWith(TAG))) {
    const text = message.replaceAll('\\t', '\t').trim();
    const title = TITLES[text as keyof typeof TITLES];
    if (title !== undefined) {
      into = title;
      tables[into] = [];
    } else if (/^Id\s+Class Name\b/.test(text)) withJob = /\b(?:Job|Alarm) Id\b/.test(text);
    else if (into !== undefined) tables[into].push(...rowOf(text, withJob));
  }
  return into === undefined ? undefined : tables;
}

function rowOf(text: string, withJob: boolean): DiagnosticRow[] {
  const fields = text.split(text.includes('\t') ? /\t ?/ : / {2,}/).map((field) => field.trim());
  const [work = '', worker = '', ...rest] = fields;
  if (!/^[\da-f-]{36}$/i.test(work)) return [];
  const [job, state = '', names = '', tags = ''] = withJob ? rest : ['null', ...rest];
  return [{ work, worker, state, ...jobOf(job), names: listOf(names), tags: listOf(tags) }];
}

function jobOf(text = ''): { job?: number } {
  return /^-?\d+$/.test(text) ? { job: Number(text) } : {};
}

function listOf(text: string): string[] {
  return text === 'null' ? [] : text.split(',').filter((name) => name !== '');
}
