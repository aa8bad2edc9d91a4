// The museum's catalogue, scenarios/bugs.yaml: classes of refresh bugs, their entries and the public threads of each. It ships with
// the scenarios, and what is wrong with it is a fault of ours: a test reads it, so nobody else meets one.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const thread = z.string().regex(/^[\w.-]+\/[\w.-]+#\d+$/);
const entryId = z.string().regex(/^[A-S]\d+$/);

const catalogue = z.strictObject({
  version: z.literal(1),
  classes: z.record(
    z.string().regex(/^[A-S]$/),
    z.strictObject({
      name: z.string().min(1),
      lesson: z.string().min(20),
      /** What should see a bug of this class, by name. */
      invariants: z.array(z.string()).min(1),
      /** Why the class is not yet shown as it should be; absent when it is. */
      due: z.string().optional(),
      entries: z.record(entryId, z.union([z.array(thread).min(1), entryId])),
    }),
  ),
});

/** One public bug, or several with one cause. */
export interface BugEntry {
  /** `A1`. */
  readonly id: string;
  /** `owner/repository#1`; each thread has one home, so these are empty for an entry that is told in the threads of another. */
  readonly threads: readonly string[];
  /** The entry whose threads tell this one too. */
  readonly see?: string;
}

export interface BugClass {
  readonly id: string;
  readonly name: string;
  /** What it teaches, in a sentence or two. */
  readonly lesson: string;
  readonly invariants: readonly string[];
  readonly due?: string;
  readonly entries: readonly BugEntry[];
}

/** All classes, in order. Throws when the file is not as it should be. */
export function loadBugClasses(): readonly BugClass[] {
  const text = readFileSync(new URL('../../scenarios/bugs.yaml', import.meta.url), 'utf8');
  const { classes } = catalogue.parse(parse(text));
  return Object.entries(classes).map(([id, { due, entries, ...rest }]) => ({
    id,
    ...rest,
    ...(due === undefined ? {} : { due }),
    entries: Object.entries(entries).map(([entry, told]) =>
      typeof told === 'string' ? { id: entry, threads: [], see: told } : { id: entry, threads: told },
    ),
  }));
}
