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
  if (last !== undefined && indent + last.at + last.title.length > frame.width) return sentences(rows, times, timeWidth, frame.width);
  const header = `${' '.repeat(3)}${'t'.padStart(timeWidth)}   ${columns.map((column) => column.title.padEnd(column.width + GAP)).join('')}`;
  const lines = rows.flatMap((row, index) => {
    const body = drawRow(row, columns);
    const start = `${row.marked ? ' ▸ ' : '   '}${(times[index] ?? '').padStart(timeWidth)}   ${body}`.trimEnd();
    const server = columns.find((column) => column.id === row.server);
    return withNote(wrap(start, indent + under(row, server), frame.width), row, indent, frame.width);
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
/** Longer texts run on into the columns at their right, which are empty in that row. */
const SERVER_WIDTH = 24;
const LOCAL_WIDTH = 28;

interface Column {
  id: string;
  title: string;
  at: number;
  width: number;
}

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
    const width = Math.max(title.length, ...rows.map((row) => needed(row, id, processes)));
    columns.push({ id, title, at, width });
    at += width + GAP;
  }
  return columns;
}

/** Characters a row needs in a column: text of the lane leaves room for an arrow, text at a server begins behind its arrow. */
function needed(row: LaneRow, id: string, processes: readonly string[]): number {
  if (row.server === id) return Math.min(atServer(row).length + 2, SERVER_WIDTH);
  const inLane = row.lane === id || (row.lane !== undefined && processes.find((process) => process.startsWith(`${row.lane}/`)) === id);
  if (!inLane || row.kind === 'in') return 0;
  return row.kind === 'local' ? Math.min(row.text.length, LOCAL_WIDTH) : row.text.length + 2;
}

function atServer(row: LaneRow): string {
  return row.kind === 'out' ? (row.end ?? '') : row.text;
}

function drawRow(row: LaneRow, columns: readonly Column[]): string {
  if (row.kind === 'world') return `· ${row.text}`;
  const server = columns.find((column) => column.id === row.server);
  if (row.kind === 'server') return `${' '.repeat(server?.at ?? 0)}${row.text}`;
  const lane = columns.find((column) => column.id === row.lane) ?? columns.find((column) => column.id.startsWith(`${row.lane}/`));
  const left = ' '.repeat(lane?.at ?? 0);
  if (row.kind === 'local' || server === undefined) return `${left}${row.text}`;
  return row.kind === 'out' ? outLine(row, `${left}${row.text}`, server) : inLine(row, left, server);
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

/** `◀─── text`; the line ends half way where the answer never arrived. */
function inLine(row: LaneRow, left: string, server: Column): string {
  const room = Math.max(3, server.at - left.length - 1);
  const half = Math.floor(room / 2);
  return row.broken === true
    ? `${left}${' '.repeat(half)}✕${'─'.repeat(room - half)} ${row.text}`
    : `${left}◀${'─'.repeat(room)} ${row.text}`;
}

/** Where the rest of a long row goes on: below the text at the server, or a little inside its own lane. */
function under(row: LaneRow, server: Column | undefined): number {
  return server !== undefined && row.kind !== 'local' ? server.at + 1 : 2;
}

/** Breaks a line between words; what is left goes on under `indent`. A word longer than the screen stays whole. */
function wrap(line: string, indent: number, width: number): string[] {
  if (line.length <= width) return [line];
  const under = width - indent < 24 ? 6 : indent;
  const at = line.lastIndexOf(' ', width);
  if (at <= under || line.slice(0, at).trim() === '') return [line];
  return [line.slice(0, at).trimEnd(), ...wrap(`${' '.repeat(under)}${line.slice(at + 1).trimStart()}`, under, width)];
}

/** A note stands behind its row, or under it where the line would be too long. */
function withNote(lines: readonly string[], row: LaneRow, indent: number, width: number): string[] {
  if (row.note === undefined) return [...lines];
  const note = `${row.marked ? '✗ ' : ''}${row.note}`;
  const last = lines.at(-1) ?? '';
  return last.length + 3 + note.length <= width ? [...lines.slice(0, -1), `${last}   ${note}`] : [...lines, `${' '.repeat(indent)}${note}`];
}

/** For narrow screens: the same facts, one sentence per row. */
function sentences(rows: readonly LaneRow[], times: readonly string[], timeWidth: number, width: number): string[] {
  const indent = 3 + timeWidth + 4;
  return rows.flatMap((row, index) => {
    const start = `${row.marked ? ' ▸ ' : '   '}${(times[index] ?? '').padStart(timeWidth)}  `;
    return withNote(wrap(`${start}${sentence(row)}`, indent, width), row, indent, width);
  });
}

function sentence(row: LaneRow): string {
  const who = row.lane ?? (row.server === undefined ? 'scenario' : actorName(row.server));
  if (row.kind === 'out')
    return `${who}: ${row.text} ${row.broken === true ? '─✕' : '─▶'} ${shortName(row.server)}${row.end === undefined ? '' : `: ${row.end}`}`;
  if (row.kind === 'in') return `${who} ${row.broken === true ? '✕─' : '◀─'} ${shortName(row.server)}: ${row.text}`;
  return `${who}: ${row.text}`;
}

function shortName(server: ServerName | undefined): string {
  return server === 'as' ? 'auth. server' : 'resource server';
}
