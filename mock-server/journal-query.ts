// What somebody wants to see of a journal, and waiting for it. Reads only.
import type { Journal, JournalEntry } from './journal.ts';
import type { RealTime } from './wire-clock.ts';

export interface JournalFilter {
  /** `token.committed`, `token.*`, several separated by commas. */
  type?: string;
  /** A token, by label. */
  label?: string;
  session?: string;
  user?: string;
  device?: string;
  /** From this number on. */
  since?: number;
}

/** Those asked for, in order. */
export function select(entries: readonly JournalEntry[], filter: JournalFilter): JournalEntry[] {
  return entries.filter(selector(filter));
}

/** Says of one entry after the other, from the first on, whether it is asked for. It learns from each whose the tokens are. */
export function selector(filter: JournalFilter): (entry: JournalEntry) => boolean {
  const owners = new Owners();
  return (entry) => {
    owners.learn(entry);
    return matches(entry, filter, owners);
  };
}

interface Owner {
  family: string;
  user: string;
  device: string;
}

/** Whose tokens are whose, and whose exchanges: learned as the entries come. */
class Owners {
  readonly #tokens = new Map<string, Owner>();
  readonly #names = new Map<string, Owner>();

  learn(entry: JournalEntry): void {
    if (entry.type === 'session.granted' || entry.type === 'token.committed' || entry.type === 'access.offered') {
      const owner = { family: entry.family, user: entry.user, device: entry.device };
      for (const label of labelsOf(entry)) if (!this.#tokens.has(label)) this.#tokens.set(label, owner);
    }
    const name = nameOf(entry);
    const owner = this.#ofLabels(entry);
    if (name !== undefined && owner !== undefined && !this.#names.has(name)) this.#names.set(name, owner);
  }

  of(entry: JournalEntry): Partial<Owner> {
    if ('family' in entry && 'user' in entry && 'device' in entry) return { family: entry.family, user: entry.user, device: entry.device };
    const name = nameOf(entry);
    const known = this.#ofLabels(entry) ?? (name === undefined ? undefined : this.#names.get(name));
    return known ?? ('device' in entry && typeof entry.device === 'string' ? { device: entry.device } : {});
  }

  #ofLabels(entry: JournalEntry): Owner | undefined {
    for (const label of labelsOf(entry)) {
      const owner = this.#tokens.get(label);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }
}

function matches(entry: JournalEntry, filter: JournalFilter, owners: Owners): boolean {
  const { type, label, session, user, device, since } = filter;
  if (since !== undefined && entry.seq < since) return false;
  if (type !== undefined && !type.split(',').some((one) => isOfType(entry.type, one))) return false;
  if (label !== undefined && !labelsOf(entry).includes(label)) return false;
  if (session === undefined && user === undefined && device === undefined) return true;
  const owner = owners.of(entry);
  if (session !== undefined && owner.family !== session && !('family' in entry && entry.family === session)) return false;
  return (user === undefined || owner.user === user) && (device === undefined || owner.device === device);
}

function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** Every token an entry names. */
function labelsOf(entry: JournalEntry): string[] {
  const labels: string[] = [];
  for (const key of ['at', 'newAt', 'rt', 'newRt', 'token'] as const) {
    const value = (entry as object as Readonly<Record<string, unknown>>)[key];
    if (typeof value === 'string') labels.push(value);
  }
  if ('leaks' in entry) labels.push(...entry.leaks);
  return labels;
}

function nameOf(entry: JournalEntry): string | undefined {
  if ('x' in entry) return `x ${entry.x}`;
  return 'n' in entry ? `n ${entry.n}` : undefined;
}

export interface Waiting {
  /** How many must match, those already there included. */
  count: number;
  /** Real ms. */
  timeout: number;
  real: RealTime;
  signal?: AbortSignal;
}

/** Entries that match once there are enough, or those there are when time is up or the asker is gone. */
export function waitFor(journal: Journal, filter: JournalFilter, { count, timeout, real, signal }: Waiting): Promise<JournalEntry[]> {
  const isWanted = selector(filter);
  const found: JournalEntry[] = [];
  const take = (entry: JournalEntry): void => {
    if (isWanted(entry)) found.push(entry);
  };
  for (const entry of journal.entries) take(entry);
  if (found.length >= count || signal?.aborted === true) return Promise.resolve(found);
  return new Promise((resolve) => {
    const done = (): void => {
      end();
      cancel();
      signal?.removeEventListener('abort', done);
      resolve(found);
    };
    const end = journal.subscribe((entry) => {
      take(entry);
      if (found.length >= count) done();
    });
    const cancel = real.after(timeout, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
