// Which keys of a fault go together: one kind, its own keys, its own words for `how`. The table is FAULT_KINDS.
import { checkPlace, type CheckContext } from './check-context.ts';
import { faultKinds } from '../core/fault-spec.ts';
import { FAULT_HOW, FAULT_KINDS, type FaultKind } from '../core/fault-words.ts';
import type { Raw } from './raw.ts';
import type { Path } from './source.ts';

/** Keys that mean something only beside certain kinds. */
const OWN_KEYS = new Set<string>(Object.values(FAULT_KINDS).flat());

/** What can happen to a message on an open stream. */
const ON_STREAMS: readonly FaultKind[] = ['drop', 'delay'];

export function checkFault(raw: Raw, path: Path, context: CheckContext): void {
  const { source, report } = context;
  const [kind, second] = faultKinds(raw);
  if (kind === undefined) {
    report('TW_SCENARIO_MISSING', source.at(path), 'a fault that does nothing', `one of ${Object.keys(FAULT_KINDS).join(', ')}`);
    return;
  }
  if (second !== undefined)
    report('TW_SCENARIO_KEY', source.keyAt([...path, second]), `a fault with two kinds: ${kind} and ${second}`, 'one fault per step');
  else checkOwnKeys(kind, raw, path, context);
  if (raw['of'] === 'stream' && !ON_STREAMS.includes(kind))
    report('TW_SCENARIO_VALUE', source.at([...path, 'of']), `"${kind}" cannot fall on an open stream`, `${ON_STREAMS.join(' or ')} can`);
  if (typeof raw['from'] === 'string') checkPlace(raw['from'], source.at([...path, 'from']), context);
}

function checkOwnKeys(kind: FaultKind, raw: Raw, path: Path, { source, report }: CheckContext): void {
  const own: readonly string[] = FAULT_KINDS[kind];
  for (const key of Object.keys(raw)) {
    if (!OWN_KEYS.has(key) || own.includes(key)) continue;
    const kinds = Object.entries(FAULT_KINDS)
      .filter(([, keys]) => (keys as readonly string[]).includes(key))
      .map(([name]) => name);
    report('TW_SCENARIO_KEY', source.keyAt([...path, key]), `"${key}" means nothing beside "${kind}"`, `it belongs to ${kinds.join(', ')}`);
  }
  const { how } = raw;
  const words = FAULT_HOW[kind];
  if (typeof how === 'string' && words !== undefined && !words.includes(how))
    report('TW_SCENARIO_VALUE', source.at([...path, 'how']), `"how" cannot be "${how}" beside "${kind}"`, `expected ${words.join(' or ')}`);
  if (raw['retryAfter'] === 'end' && raw['for'] === undefined)
    report('TW_SCENARIO_VALUE', source.at([...path, 'retryAfter']), 'a fault without an end', 'say how long it lasts: `for`');
  if (raw['retryAs'] !== undefined && raw['retryAfter'] === undefined)
    report('TW_SCENARIO_KEY', source.keyAt([...path, 'retryAs']), '"retryAs" without "retryAfter"');
  if (raw['location'] !== undefined && !(typeof raw['reply'] === 'number' && raw['reply'] >= 300 && raw['reply'] < 400)) {
    report('TW_SCENARIO_KEY', source.keyAt([...path, 'location']), '"location" needs a 3xx reply');
  }
}
