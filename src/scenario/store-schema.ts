// The store step as a file says it: one change per step. Flat, as faults are, so that editors complete well; which keys go together
// is in STORE_KINDS, read by the checks, and what they mean is built here.
import { z } from 'zod';
import type { StoreChange } from '../sim/plan.ts';
import { duration, kebab, ms } from './values.ts';

const TIERS = ['secure', 'plain', 'both'] as const;
const tier = z.enum(TIERS);

const change = z.strictObject({
  failWrites: z.int().min(1).optional().describe('How many writes and deletions fail.'),
  failReads: z.int().min(1).optional().describe('How many reads fail.'),
  code: kebab.optional().describe('failWrites, failReads: error code of the failure. Default store-failed.'),
  delay: duration.optional().describe('Every operation takes this long from now on.'),
  quota: z
    .union([z.int().min(0), z.literal('none')])
    .optional()
    .describe('Characters that the values may have together; a write beyond fails with quota-exceeded.'),
  writes: z
    .enum(['atomic', 'torn', 'clear-first'])
    .optional()
    .describe(
      'How a write happens from now on. torn: a kill in the middle leaves half of the new value; clear-first: the old value is gone while the new one is written. Default atomic.',
    ),
  clear: tier.optional().describe('Everything in it is gone.'),
  corrupt: tier.optional().describe('Every value is garbage.'),
  truncate: z.int().min(0).optional().describe('Every value is cut to so many characters.'),
  overwrite: z
    .string()
    .optional()
    .describe(
      'Every value becomes this text, such as what an older version of the app would have written; {access-token} and {refresh-token} stand for the newest ones that were there.',
    ),
  save: kebab.optional().describe('Remembers everything under a name, as a backup.'),
  restore: kebab.optional().describe('Puts a saved content in place of the present one, on this device or another.'),
  tier: tier.optional().describe('truncate, overwrite: where; default secure. restore: what is put back; default both.'),
});

export const store = z.union([z.enum(['lock', 'unlock', 'clear', 'corrupt']), change]);

/** Each kind of change and the keys that only it understands. */
export const STORE_KINDS = {
  failWrites: ['code'],
  failReads: ['code'],
  delay: [],
  quota: [],
  writes: [],
  clear: [],
  corrupt: [],
  truncate: ['tier'],
  overwrite: ['tier'],
  save: [],
  restore: ['tier'],
} as const satisfies Partial<Record<keyof z.infer<typeof change>, readonly string[]>>;

/** What a checked step means. */
export function storeChange(input: z.infer<typeof store>): StoreChange {
  if (input === 'lock' || input === 'unlock') return { kind: input };
  if (typeof input === 'string') return { kind: input, tiers: ['secure'] };
  const { code = 'store-failed' } = input;
  if (input.failWrites !== undefined) return { kind: 'fail', what: 'writes', times: input.failWrites, code };
  if (input.failReads !== undefined) return { kind: 'fail', what: 'reads', times: input.failReads, code };
  if (input.delay !== undefined) return { kind: 'delay', ms: ms(input.delay) };
  if (input.quota !== undefined) return { kind: 'quota', size: input.quota === 'none' ? Number.POSITIVE_INFINITY : input.quota };
  if (input.writes !== undefined) return { kind: 'writes', mode: input.writes };
  if (input.save !== undefined) return { kind: 'save', name: input.save };
  return damageOf(input);
}

function damageOf(input: z.infer<typeof change>): StoreChange {
  if (input.restore !== undefined) return { kind: 'restore', name: input.restore, tiers: tiersOf(input.tier ?? 'both') };
  if (input.truncate !== undefined) return { kind: 'truncate', keep: input.truncate, tiers: tiersOf(input.tier) };
  if (input.overwrite !== undefined) return { kind: 'overwrite', text: input.overwrite, tiers: tiersOf(input.tier) };
  const kind = input.corrupt === undefined ? 'clear' : 'corrupt';
  return { kind, tiers: tiersOf(input[kind]) };
}

function tiersOf(given: (typeof TIERS)[number] = 'secure'): readonly ('secure' | 'plain')[] {
  return given === 'both' ? ['secure', 'plain'] : [given];
}
