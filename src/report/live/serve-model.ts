// What the live view of `tokenwarp serve` shows: the server in one line, its sessions, what the invariants say, the keys.
import { formatDuration } from '../../core/duration.ts';
import { clockTime } from '../request-line.ts';
import { plainRow } from './model.ts';
import type { Block, LiveModel, Row, Span } from './model.ts';
import type { SessionRow } from './sessions.ts';

export interface ServeFacts {
  url: string;
  /** Virtual ms, and what the server's wall clock shows. */
  now: number;
  wall: number;
  frozen: boolean;
  requests: number;
  /** Texts of the installed rules. */
  rules: number;
  /** Names of holds with how many wait. */
  holds: readonly { name: string; waiting: number }[];
  sessions: readonly SessionRow[];
  count: { active: number; ended: number };
  verdict?: VerdictFacts;
  keys: LiveModel['keys'];
  message?: string;
}

/** What invariants say about the traffic so far. */
export interface VerdictFacts {
  held: number;
  idle: number;
  broken: readonly { invariant: string; message: string; presumed: boolean }[];
  /** Facts that came since and will not be judged here. */
  behind?: number;
}

/** Breaches shown; the rest is counted. */
const MOST_BROKEN = 3;

export function serveModel(facts: ServeFacts): LiveModel {
  const blocks: Block[] = [{ name: 'sessions', rows: sessionRows(facts) }];
  if (facts.verdict !== undefined) blocks.push({ name: 'invariants', rows: verdictRows(facts.verdict) });
  if (facts.holds.length > 0)
    blocks.push({ name: 'held', rows: facts.holds.map(({ name, waiting }) => plainRow(`${waiting} at ${name}`, 'yellow')) });
  return { title: titleRow(facts), blocks, keys: facts.keys, ...(facts.message === undefined ? {} : { message: facts.message }) };
}

function titleRow({ url, wall, frozen, requests, rules }: ServeFacts): Row {
  return [
    { text: `── ${url}`, style: 'bold' },
    { text: ` · ${clockTime(wall).slice(0, 8)}${frozen ? ' (stands still)' : ''} · ${count(requests, 'request')}`, style: 'dim' },
    ...(rules === 0 ? [] : [{ text: ` · ${count(rules, 'rule')}`, style: 'yellow' as const }]),
  ];
}

function sessionRows({ sessions, count: counts, now }: ServeFacts): Row[] {
  const { active, ended } = counts;
  if (sessions.length === 0) return [plainRow('none yet', 'dim')];
  const rest = active + ended - sessions.length;
  const more = rest > 0 ? [plainRow(`and ${rest} more: ${active} active, ${ended} ended in all`, 'dim')] : [];
  return [...sessions.map((session) => sessionRow(session, now)), ...more];
}

function sessionRow(session: SessionRow, now: number): Row {
  const { family, user, device, refresh, rotations, dead } = session;
  const start: Row = [{ text: family.padEnd(4), style: 'bold' }, { text: ` ${user} ${device}`.padEnd(18) }];
  if (dead !== undefined) return [...start, { text: ` ended: ${dead}`, style: 'red' }];
  const lineage =
    refresh === undefined ? 'no refresh token' : `${refresh}${rotations === 0 ? '' : `, ${count(rotations, 'refresh', 'refreshes')}`}`;
  return [...start, accessSpan(session, now), { text: `  ${lineage}`, style: 'dim' }];
}

function accessSpan({ access, expiresAt, accessDead }: SessionRow, now: number): Span {
  if (accessDead !== undefined) return { text: ` ${access} ${accessDead}`, style: 'yellow' };
  const left = expiresAt - now;
  return left <= 0 ? { text: ` ${access} expired`, style: 'yellow' } : { text: ` ${access} ${seconds(left)} left`, style: 'green' };
}

function verdictRows({ held, idle, broken, behind = 0 }: VerdictFacts): Row[] {
  const totals: Row = [
    { text: `✓ ${held} hold`, style: 'green' },
    { text: ` · ${idle} with nothing to judge`, style: 'dim' },
    ...(behind === 0 ? [] : [{ text: ` · ${count(behind, 'newer fact')}: tokenwarp ctl verify`, style: 'yellow' as const }]),
  ];
  const shown = broken
    .slice(0, MOST_BROKEN)
    .map(({ invariant, message, presumed }): Row => [
      { text: `✗ ${invariant}`, style: 'red' },
      { text: ` ${message}${presumed ? ' (presumed)' : ''}` },
    ]);
  const rest = broken.length - shown.length;
  return [totals, ...shown, ...(rest > 0 ? [plainRow(`✗ and ${rest} more`, 'red')] : [])];
}

/** Whole seconds above one, so that a frame changes once a second. */
function seconds(ms: number): string {
  return formatDuration(ms < 1_000 ? ms : Math.floor(ms / 1_000) * 1_000);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
