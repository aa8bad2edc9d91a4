// Orders violations by first cause and folds what follows from one under it. A dead family makes everything downstream noise:
// the first thing that went wrong is the finding, the rest is its shadow.
import type { HistoryEvent } from '../core/events.ts';
import { deviceOf } from './indexer.ts';
import { CAUSE_ORDER } from './invariants.ts';
import type { Finding, Violation } from './result.ts';
import type { HistoryView } from './view.ts';

/** Never the consequence of a refresh gone wrong, nor its cause, whatever else the device went through: each folds with its own kind only. */
const ALONE: ReadonlySet<string> = new Set(['no-token-leak', 'locked-precedes-content', 'one-prompt-at-a-time']);

/** One finding per cause, ordered by the event at which it broke. */
export function foldByCause(view: HistoryView, violations: readonly Violation[]): readonly Finding[] {
  const rank = new Map(CAUSE_ORDER.map((invariant, at) => [invariant.name, at]));
  const ordered = [...violations].sort(
    (a, b) => rootOf(a) - rootOf(b) || (rank.get(a.invariant) ?? 0) - (rank.get(b.invariant) ?? 0) || a.seq - b.seq,
  );
  const groups: Group[] = [];
  for (const violation of ordered) {
    const subjects = subjectsOf(view, violation);
    const home = groups.find((group) => belongs(view, group, violation, subjects));
    if (home === undefined) groups.push({ first: violation, folded: [], subjects, counts: new Map() });
    else {
      keep(home, violation);
      for (const subject of subjects.names) home.subjects.names.add(subject);
    }
  }
  return groups.map(findingOf);
}

/** Beyond these, one violation says no more than the next; a client that loops for a month makes tens of thousands. */
const MAX_FOLDED = 200;
/** Places kept for the first of every invariant that comes late. */
const RESERVED = CAUSE_ORDER.length;

function keep({ folded, counts }: Group, violation: Violation): void {
  const count = counts.get(violation.invariant) ?? 0;
  counts.set(violation.invariant, count + 1);
  if (folded.length < MAX_FOLDED - RESERVED || (count === 0 && folded.length < MAX_FOLDED)) folded.push(violation);
}

function findingOf({ first, folded, counts }: Group): Finding {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === folded.length) return { ...first, folded };
  return { ...first, folded, foldedCount: { total, by: Object.fromEntries(counts) } };
}

function rootOf({ root, seq }: Violation): number {
  return root ?? seq;
}

interface Subjects {
  names: Set<string>;
  devices: Set<string>;
}
interface Group {
  first: Violation;
  folded: Violation[];
  subjects: Subjects;
  /** Of each invariant, how many were folded. */
  counts: Map<string, number>;
}

/** Shares an exchange, a token family or a request with the group, or comes after the group's family died on the same device. */
function belongs(view: HistoryView, group: Group, violation: Violation, subjects: Subjects): boolean {
  const [one, other] = [group.first.invariant, violation.invariant];
  if (one !== other && (ALONE.has(one) || ALONE.has(other))) return false;
  for (const name of subjects.names) if (group.subjects.names.has(name)) return true;
  const sameDevice = [...subjects.devices].some((device) => group.subjects.devices.has(device));
  return sameDevice && (subjects.names.size === 0 || isAfterDeath(view, group, violation.seq));
}

function isAfterDeath(view: HistoryView, group: Group, seq: number): boolean {
  return view.index.deaths.some((death) => death.seq < seq && group.subjects.names.has(`family ${death.family}`));
}

/** Who a violation is about: exchanges, requests and token families of its witness, and the devices. */
function subjectsOf(view: HistoryView, violation: Violation): Subjects {
  const subjects: Subjects = { names: new Set(), devices: new Set() };
  for (const seq of violation.witness) {
    const event = view.at(seq);
    if (event !== undefined) collect(view, event, subjects);
  }
  return subjects;
}

/** What is about the session of its device, though it names no token. */
const IN_SESSION: ReadonlySet<string> = new Set(['request.called', 'lock.wait', 'lock.held', 'stream.asked']);

function collect(view: HistoryView, event: HistoryEvent, { names, devices }: Subjects): void {
  if (event.type !== 'run.end' && event.actor !== 'as' && event.actor !== 'rs' && event.actor !== 'world')
    devices.add(deviceOf(event.actor));
  if ('x' in event) names.add(`exchange ${event.x}`);
  if ('n' in event) names.add(`request ${event.n}`);
  if (IN_SESSION.has(event.type)) {
    const session = view.session(deviceOf(event.actor), event.seq);
    if (session !== undefined) names.add(`family ${session.family}`);
  }
  for (const label of labelsOf(event)) {
    const family = view.token(label)?.family;
    if (family !== undefined) names.add(`family ${family}`);
  }
}

function labelsOf(event: HistoryEvent): readonly string[] {
  const labels: string[] = [];
  if ('at' in event && typeof event.at === 'string') labels.push(event.at);
  if ('rt' in event && typeof event.rt === 'string') labels.push(event.rt);
  if ('labels' in event) labels.push(...event.labels);
  if ('leaks' in event) labels.push(...event.leaks);
  return labels;
}
