// Draws lane rows as aligned text: one column per process, then the two servers, arrows between them.
// Plain characters only; the marked row begins with `▸`. Where the lanes do not fit the width it falls back to one sentence per row.
import { actorName } from '../core/describe.ts';
import { formatDuration } from '../core/duration.ts';
import type { LaneRow, ServerName } from './lanes.ts';

export interface LaneFrame {
  /** Virtual time that is shown as 0, ms. */
  originMs: number;
  /** Characters per line. */
  width: number;
}

/** The drawing, without trailing spaces; empty when there are no rows. */
export function laneText(rows: readonly LaneRow[], frame: LaneFrame): string[] {
  if (rows.length === 0) return [];
  const columns = columnsOf(rows);
  const times = rows.map((row) => formatInstant(row.t - frame.originMs));
  const timeWidth = Math.max(7, ...times.map((time) => time.length));
  const indent = 3 + timeWidth + 3;
  const last = columns.at(-1);
  if (last !== undefined && indent + last.at + last.width > frame.width) return sentences(rows, times, timeWidth);
  const header = `${' '.repeat(3)}${'t'.padStart(timeWidth)}   ${columns.map((column) => column.title.padEnd(column.width + GAP)).join('')}`;
  const lines = rows.flatMap((row, index) => {
    const body = drawRow(row, columns);
    const start = `${row.marked ? ' ▸ ' : '   '}${(times[index] ?? '').padStart(timeWidth)}   ${body}`.trimEnd();
    return withNote(start, row, indent, frame.width);
  });
  return [header.trimEnd(), ...lines];
}

/** `951 ms`, `5m20.401s`, `30d1h0.5s`: exact to the millisecond, so that two close moments stay apart. */
export function formatInstant(ms: number): string {
  if (ms < 0) return `-${formatInstant(-ms)}`;
  if (ms < 10_000) return `${ms} ms`;
  const seconds = ms % 60_000;
  const whole = ms - seconds;
  const rest = Math.floor(seconds / 1_000);
  const millis = ms % 1_000;
  const tail = seconds === 0 && whole > 0 ? '' : `${rest}${millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`}s`;
  return `${longForm(whole)}${tail}`;
}

const GAP = 2;

interface Column { id: string; title: string; at: number; width: number }

/** Days, hours and minutes, all that are not zero. */
function longForm(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const rest = ms - days * 86_400_000;
  return `${days > 0 ? `${days}d` : ''}${rest > 0 ? formatDuration(rest) : ''}`;
}

/** Processes in order of appearance, then the servers that take part. A device alone shares the column of its first process. */
function columnsOf(rows: readonly LaneRow[]): Column[] {
  const lanes = new Set(rows.flatMap((row) => (row.lane === undefined ? [] : [row.lane])));
  const processes = [...lanes].filter((lane) => ![...lanes].some((other) => other.startsWith(`${lane}/`)));
  if (processes.length === 0 && rows.some((row) => row.kind === 'world')) processes.push('scenario');
  const servers = (['as', 'rs'] as const).filter((server) => rows.some((row) => row.server === server));
  const columns: Column[] = [];
  let at = 0;
  for (const id of [...processes, ...servers]) {
    const title = actorName(id);
    const width = Math.max(title.length, ...rows.map((row) => needed(row, id, id === processes[0], processes)));
    columns.push({ id, title, at, width });
    at += width + GAP;
  }
  return columns;
}

/** Characters a row needs in a column: text of the lane leaves room for an arrow, text at a server is its end. */
function needed(row: LaneRow, id: string, first: boolean, processes: readonly string[]): number {
  if (row.server === id) return row.kind === 'server' ? Math.min(row.text.length, 40) : row.kind === 'out' ? Math.min((row.end ?? '').length + 2, 40) : 0;
  if (row.kind === 'world') return 0;
  const inLane = row.lane === id || (row.lane !== undefined && processes.find((process) => process.startsWith(`${row.lane}/`)) === id);
  if (!inLane) return 0;
  const local = row.kind === 'local';
  return local && !first ? row.text.length : local ? Math.min(row.text.length, 36) : row.text.length + 2;
}

function drawRow(row: LaneRow, columns: readonly Column[]): string {
  if (row.kind === 'world') return `· ${row.text}`;
  const server = columns.find((column) => column.id === row.server);
  if (row.kind === 'server') return `${' '.repeat(server?.at ?? 0)}${row.text}`;
  const lane = columns.find((column) => column.id === row.lane) ?? columns.find((column) => column.id.startsWith(`${row.lane}/`));
  const text = `${' '.repeat(lane?.at ?? 0)}${row.text}`;
  if (row.kind === 'local' || server === undefined) return text;
  return row.kind === 'out' ? outLine(row, text, server) : inLine(row, text, server);
}

/** `text ───▶ end`; dotted while the answer is still to come, cut with ✕ where the message never arrived. */
function outLine(row: LaneRow, text: string, server: Column): string {
  const room = Math.max(3, server.at - text.length - 1);
  if (row.broken === true) return `${text} ${'─'.repeat(Math.max(2, Math.floor(room / 2)))}✕ ${row.end ?? ''}`;
  if (row.pending !== true) return `${text} ${'─'.repeat(room - 1)}▶ ${row.end ?? ''}`;
  const word = ' in flight ';
  const dots = Math.max(2, room - 1 - word.length);
  return `${text} ${'·'.repeat(Math.ceil(dots / 2))}${dots > 2 ? word : ''}${'·'.repeat(Math.floor(dots / 2))}▶`;
}

function inLine(row: LaneRow, text: string, server: Column): string {
  const room = Math.max(3, server.at - text.length);
  return row.broken === true ? `${text} ✕${'─'.repeat(Math.max(2, Math.floor(room / 2)))}` : `${text} ◀${'─'.repeat(room)}`;
}

/** A note stands behind its row, or under it where the line would be too long. */
function withNote(line: string, row: LaneRow, indent: number, width: number): string[] {
  if (row.note === undefined) return [line];
  const note = `${row.marked ? '✗ ' : ''}${row.note}`;
  return line.length + 3 + note.length <= width ? [`${line}   ${note}`] : [line, `${' '.repeat(indent)}${note}`];
}

/** For narrow screens: the same facts, one sentence per row. */
function sentences(rows: readonly LaneRow[], times: readonly string[], timeWidth: number): string[] {
  return rows.flatMap((row, index) => {
    const start = `${row.marked ? ' ▸ ' : '   '}${(times[index] ?? '').padStart(timeWidth)}  `;
    const note = row.note === undefined ? [] : [`${' '.repeat(start.length + 2)}${row.marked ? '✗ ' : ''}${row.note}`];
    return [`${start}${sentence(row)}`, ...note];
  });
}

function sentence(row: LaneRow): string {
  const who = row.lane ?? (row.server === undefined ? 'scenario' : actorName(row.server));
  if (row.kind === 'out') return `${who}: ${row.text} ${row.broken === true ? '─✕' : '─▶'} ${shortName(row.server)}${row.end === undefined ? '' : `: ${row.end}`}`;
  if (row.kind === 'in') return `${who}: ${row.text} ◀─ ${shortName(row.server)}`;
  return `${who}: ${row.text}`;
}

function shortName(server: ServerName | undefined): string {
  return server === 'as' ? 'auth. server' : 'resource server';
}
