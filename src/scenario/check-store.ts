// Which keys of a store step go together: one kind of change and its own keys; a content that is put back was saved before.
import type { CheckContext } from './check-context.ts';
import { noSuch } from './check-expect.ts';
import type { Raw } from './raw.ts';
import type { Path } from './source.ts';
import { STORE_KINDS } from './store-schema.ts';

type Kind = keyof typeof STORE_KINDS;
const isKind = (key: string): key is Kind => Object.hasOwn(STORE_KINDS, key);
const COMPANIONS = new Set<string>(Object.values(STORE_KINDS).flat());

export function checkStore(raw: Raw, path: Path, context: CheckContext): void {
  const { source, saved, report } = context;
  const [kind, second] = Object.keys(raw).filter(isKind);
  if (kind === undefined) {
    report('TW_SCENARIO_MISSING', source.at(path), 'a store step that changes nothing', `one of ${Object.keys(STORE_KINDS).join(', ')}`);
    return;
  }
  if (second !== undefined)
    report(
      'TW_SCENARIO_KEY',
      source.keyAt([...path, second]),
      `a store step with two changes: ${kind} and ${second}`,
      'one change per step',
    );
  else
    for (const key of Object.keys(raw)) {
      if (!COMPANIONS.has(key) || (STORE_KINDS[kind] as readonly string[]).includes(key)) continue;
      const kinds = Object.entries(STORE_KINDS).flatMap(([name, keys]) => ((keys as readonly string[]).includes(key) ? [name] : []));
      report(
        'TW_SCENARIO_KEY',
        source.keyAt([...path, key]),
        `"${key}" means nothing beside "${kind}"`,
        `it belongs to ${kinds.join(', ')}`,
      );
    }
  const { save, restore } = raw;
  if (typeof save === 'string') saved.add(save);
  if (typeof restore === 'string' && !saved.has(restore))
    report('TW_SCENARIO_NAME', source.at([...path, 'restore']), ...noSuch('content', restore, saved));
}
