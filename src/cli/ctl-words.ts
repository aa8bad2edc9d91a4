// Answers of the control API as people read them. Values are printed as they came; there is no token among them.
import { describe, actorName } from '../core/describe.ts';
import { formatDuration } from '../core/duration.ts';
import type { HistoryEvent } from '../core/events.ts';
import type { Paint } from '../report/screen.ts';

type Json = Readonly<Record<string, unknown>>;
/** One answer as text, with a line break at its end. */
export type CtlText = (json: Json, paint: Paint) => string;

export const CTL_TEXT = {
  clock: ({ now, time, frozen, devices }) => {
    const skews = Object.entries(devices as Record<string, number>).map(
      ([device, by]) => `  ${device} ${by > 0 ? '+' : ''}${formatDuration(by)}\n`,
    );
    return `${String(time)}, ${formatDuration(Number(now))} after the start${frozen === true ? ', frozen' : ''}\n${skews.join('')}`;
  },
  sessions: ({ sessions }, paint) => {
    const rows = (sessions as Json[]).map(({ id, user, device, since, lastActive, alive, ended }) => [
      String(id),
      String(user),
      String(device),
      `since ${String(since)}`,
      `active ${String(lastActive)}`,
      alive === true ? '' : paint('dim', `over${ended === undefined ? '' : `: ${String(ended)}`}`),
    ]);
    return rows.length === 0 ? 'nobody is signed in\n' : columns(rows);
  },
  ended: ({ sessions, tokens }) => {
    const parts = [...(sessions as string[]).map((id) => `session ${id}`), ...(tokens as string[])];
    return parts.length === 0 ? 'nothing was left to end\n' : `ended: ${parts.join(', ')}\n`;
  },
  passwordChanged: ({ ended }) => `${String(ended)} session${ended === 1 ? '' : 's'} ended\n`,
  keys: ({ keys }) => columns((keys as Json[]).map(keyCells)),
  key: (key) => columns([keyCells(key)]),
  policy: (policy) => lines(policy),
  fault: ({ id, text }, paint) => `${paint('bold', String(id))}  ${String(text)}\n`,
  faults: ({ faults }, paint) =>
    (faults as Json[]).length === 0
      ? 'no rules\n'
      : columns(
          (faults as Json[]).map(({ id, text, hits, spent }) => [
            paint('bold', String(id)),
            String(text),
            `fell ${String(hits)} time${hits === 1 ? '' : 's'}${spent === true ? ', spent' : ''}`,
          ]),
        ),
  healed: ({ removed, id }) => (id === undefined ? `${String(removed)} removed\n` : `${String(id)} removed\n`),
  hold: ({ name, text }, paint) => `${paint('bold', String(name))}  ${String(text)}\n`,
  holds: ({ holds }, paint) =>
    (holds as Json[]).length === 0
      ? 'no holds\n'
      : columns(
          (holds as Json[]).map(({ name, text, held, waiting }) => [
            paint('bold', String(name)),
            String(text),
            `held ${String(held)}, ${String(waiting)} waiting`,
          ]),
        ),
  released: ({ released }) => `${String(released)} released\n`,
  journal: ({ entries }, paint) => (entries as Json[]).map((entry) => entryLine(entry, paint)).join(''),
  count: ({ count }) => `${String(count)}\n`,
  marked: ({ entry }) => `entry ${String(entry)}\n`,
  snapshot: ({ name, sessions, entries }, paint) =>
    `${paint('bold', String(name))}  ${String(sessions)} sessions, ${String(entries)} entries\n`,
  snapshots: ({ snapshots }) =>
    (snapshots as Json[]).length === 0
      ? 'no snapshots\n'
      : columns(
          (snapshots as Json[]).map(({ name, now, sessions, entries }) => [
            String(name),
            `at ${formatDuration(Number(now))}`,
            `${String(sessions)} sessions`,
            `${String(entries)} entries`,
          ]),
        ),
  restored: ({ name, now }) => `${String(name)}, the clock at ${formatDuration(Number(now))}\n`,
  reset: () => 'as after the start\n',
  verify: (report, paint) => verdict(report, paint),
  raw: (json) => `${JSON.stringify(json, undefined, 2)}\n`,
} as const satisfies Readonly<Record<string, CtlText>>;

/** `12.345  as  refresh #1 committed RT-1→RT-2, AT-2`; an entry of a newer server is shown as it is. */
export function entryLine(entry: Json, paint: Paint): string {
  const { seq, t, actor } = entry;
  return `${paint('dim', `${String(seq).padStart(4)} ${(Number(t) / 1_000).toFixed(3).padStart(10)}`)}  ${actorName(String(actor))}: ${sentence(entry)}\n`;
}

function sentence(entry: Json): string {
  try {
    return describe(entry as unknown as HistoryEvent);
  } catch {
    return JSON.stringify(entry);
  }
}

function verdict({ findings, judged, notApplicable, laws }: Json, paint: Paint): string {
  const found = findings as Json[];
  const blocks = found.map(({ invariant, clause, message, hint, presumed, witness, folded }) =>
    [
      `${paint('red', '✗')} ${paint('bold', String(invariant))}${clause === undefined ? '' : ` (${String(clause)})`}${presumed === undefined ? '' : paint('yellow', '  presumed')}`,
      `  ${String(message)}`,
      ...(witness as Json[]).map(
        ({ entry, t, actor, text }) =>
          `    ${paint('dim', `${String(entry).padStart(4)} ${(Number(t) / 1_000).toFixed(3)}`)}  ${actorName(String(actor))}: ${String(text)}`,
      ),
      `  hint  ${String(hint)}`,
      ...(presumed === undefined ? [] : [`  presumed  ${String(presumed)}`]),
      ...(folded === 0 ? [] : [`  ${paint('dim', `and ${String(folded)} more that follow from it`)}`]),
    ].join('\n'),
  );
  const broken = (laws as string[]).map((law) => `${paint('red', '✗')} a fault of the server itself: ${law}`);
  const counts = Object.values(judged as Record<string, number>);
  const presumed = found.filter((one) => one['presumed'] !== undefined).length;
  const total =
    `${found.length === 0 ? paint('green', 'no finding') : `${found.length} finding${found.length === 1 ? '' : 's'}${presumed === 0 ? '' : ` (${presumed} presumed)`}`} · ` +
    `${counts.filter((count) => count > 0).length} invariants judged, ${counts.filter((count) => count === 0).length} had nothing to judge, ${(notApplicable as unknown[]).length} need more than a journal`;
  return `${[...blocks, ...broken, total].join('\n\n')}\n`;
}

function keyCells({ kid, alg, listed, signs }: Json): string[] {
  return [String(kid), String(alg), listed === true ? 'listed' : 'not listed', signs === true ? 'may sign' : 'does not sign yet'];
}

/** `accessToken.lifetime  1h` for every member. */
function lines(record: Json, prefix = ''): string {
  return Object.entries(record)
    .map(([name, value]) => {
      const path = `${prefix}${name}`;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return lines(value as Json, `${path}.`);
      return `${path} = ${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
    })
    .join('');
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => bare(row[i] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - bare(cell).length)))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}

function bare(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}
