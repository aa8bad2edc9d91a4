// `dumpsys jobscheduler` as data, API 28 to 37. Jobs are repeated in later sections, other apps leak in, keys come and go with the
// versions: only blocks under `Registered` count, only names that are known are read, and a dump that was cut says so.
import { parseAndroidDuration } from './durations.ts';
import { parseHeader, type JobHeader } from './job-header.ts';
import { parseHistory, type HistoryEntry } from './job-history.ts';

export interface JobRecord extends JobHeader {
  /** Whose job it is: `Source: ... pkg=`, else the owner of the service. */
  readonly package: string;
  readonly required: readonly string[];
  readonly satisfied: readonly string[];
  readonly unsatisfied: readonly string[];
  /** `readyNotDozing`, `readyNotRestrictedInBg`, `readyComponentEnabled` ... */
  readonly implicit: Readonly<Record<string, boolean>>;
  /** Why the system calls it ready or not: `job`, `user`, `pending`, `active` ...; the `!` of a name is kept off and its value turned. */
  readonly ready?: { readonly value: boolean; readonly parts: Readonly<Record<string, boolean>> };
  /** Ms from the moment of the dump; negative = overdue. */
  readonly earliest?: number;
  /** Ms since it was handed to JobScheduler. */
  readonly age?: number;
  readonly bucket?: string;
  /** Ms since batching first held it back. */
  readonly batchedFor?: number;
  readonly network?: string;
  /** There was more than the header: an app that was not asked for has only that. */
  readonly detailed: boolean;
}

export interface JobDump {
  readonly jobs: readonly JobRecord[];
  readonly history: readonly HistoryEntry[];
  /** False: the text ends before the list of jobs does. What is here is right, something may be missing. */
  readonly complete: boolean;
}

/** Never throws: what cannot be read is left out. */
export function parseJobs(text: string): JobDump {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => /^\s*Registered \d+ jobs:\s*$/.test(line));
  const end = endOfList(lines, start);
  const jobs = blocksOf(lines.slice(start + 1, end)).map(recordOf);
  return { jobs, history: parseHistory(lines), complete: end < lines.length || (start < 0 && lastIsWhole(jobs)) };
}

/** The list ends at the first line that stands no deeper than its title and is no job; without a title, at the job history. */
function endOfList(lines: readonly string[], start: number): number {
  const depth = start < 0 ? -1 : indentOf(lines[start] ?? '');
  const ends = (line: string): boolean =>
    start < 0
      ? /^\s*(?:Job history|Pending queue|Active jobs|Recently \w+ jobs):/.test(line)
      : line.trim() !== '' && indentOf(line) <= depth;
  const at = lines.findIndex((line, i) => i > start && ends(line) && parseHeader(line) === undefined);
  return at < 0 ? lines.length : at;
}

interface Block {
  readonly header: JobHeader;
  readonly details: string[];
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (const line of lines) {
    const header = parseHeader(line);
    if (header !== undefined) blocks.push({ header, details: [] });
    else if (line.trim() !== '') blocks.at(-1)?.details.push(line.trim());
  }
  return blocks;
}

function recordOf({ header, details }: Block): JobRecord {
  const fields = fieldsOf(details);
  const text = (key: string): string => fields.get(key) ?? '';
  return {
    ...header,
    package: /\bpkg=(\S+)/.exec(text('Source'))?.[1] ?? header.name.replace(/^.*@/, '').replace(/\/.*$/, ''),
    required: wordsOf(text('Required constraints')),
    satisfied: wordsOf(text('Satisfied constraints')),
    unsatisfied: wordsOf(text('Unsatisfied constraints')),
    implicit: implicitOf(details),
    ...defined('ready', readyOf(text('Ready'))),
    ...defined('earliest', parseAndroidDuration(/earliest=([^,\s]+)/.exec(text('Run time'))?.[1] ?? '')),
    ...defined('age', negative(parseAndroidDuration(text('Enqueue time')))),
    ...defined('bucket', text('Standby bucket') || undefined),
    ...defined('batchedFor', distance(parseAndroidDuration(text('Time since first force batch attempt')))),
    ...defined('network', text('Network type') || undefined),
    detailed: details.length > 0,
  };
}

function defined<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** The first of a key counts: a later section may repeat it for something else. */
function fieldsOf(details: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of details) {
    const at = line.indexOf(':');
    if (at > 0 && !fields.has(line.slice(0, at))) fields.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  return fields;
}

/** `TIMING_DELAY CONNECTIVITY [0x90000000]` */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => /^[A-Z][A-Z_]+$/.test(word));
}

function implicitOf(details: readonly string[]): Record<string, boolean> {
  const pairs = details.flatMap((line) => {
    const match = /^(ready[A-Z]\w*): (true|false)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] === 'true'] as const];
  });
  return Object.fromEntries(pairs);
}

/** `false (job=false user=true !restricted=true !pending=true !active=true ...)` */
function readyOf(text: string): JobRecord['ready'] {
  const match = /^(true|false)(?: \(([^)]*)\))?/.exec(text);
  if (match === null) return undefined;
  const parts = (match[2] ?? '').split(' ').flatMap((word) => {
    const [, not, name, value] = /^(!?)(\w+)=(true|false)$/.exec(word) ?? [];
    return name === undefined ? [] : [[name, (value === 'true') !== (not === '!')] as const];
  });
  return { value: match[1] === 'true', parts: Object.fromEntries(parts) };
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.max(0, -value);
}

function distance(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.abs(value);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A block ends with its `Ready:` line. */
function lastIsWhole(jobs: readonly JobRecord[]): boolean {
  return jobs.length > 0 && jobs.at(-1)?.ready !== undefined;
}
