// The dials of a refresh bug (what differs between one report and the next), each with the key that moves it and a line that does.
// One table: the reference prints it, a test runs every line. A scenario is one setting of each.
import type { Row } from './dial-row.ts';
import { ACTORS, CLOCK, EVENTS, JOBS, STORAGE, SYSTEM, TIMING } from './dials-client.ts';
import { GRANT, RESOURCE, SERVER } from './dials-server.ts';

export interface Dial {
  group: DialGroup;
  /** What is moved. */
  dial: string;
  /** Where it is said; a step's key by its verb. */
  key: string;
  /** A scenario without its head: the line itself, and what it takes to see it. */
  example: string;
  /** What else to know. */
  note?: string;
}
export const DIAL_GROUPS = [
  'Server policy',
  'Answer to the grant',
  'Resource answers',
  'Actors',
  'Client events',
  'Storage',
  'Clock',
  'Lifecycle and system',
  'Timing',
] as const;
export type DialGroup = (typeof DIAL_GROUPS)[number];

const of = (group: DialGroup, rows: readonly Row[]): Dial[] =>
  rows.map(([dial, key, example, note]) => ({ group, dial, key, example, ...(note === undefined ? {} : { note }) }));

export const DIALS: readonly Dial[] = [
  ...of('Server policy', SERVER),
  ...of('Answer to the grant', GRANT),
  ...of('Resource answers', RESOURCE),
  ...of('Actors', ACTORS),
  ...of('Client events', EVENTS),
  ...of('Storage', STORAGE),
  ...of('Clock', CLOCK),
  ...of('Lifecycle and system', SYSTEM),
  ...of('Lifecycle and system', JOBS),
  ...of('Timing', TIMING),
];
