// Whether what a scenario expects is about something that is there: places, requests and streams by their names.
import { checkPlace, type CheckContext } from './check-context.ts';
import { list, record, type Raw } from './raw.ts';
import type { Path } from './source.ts';
import { didYouMean } from '../core/suggest.ts';

/** Every `expect` of the file, also those of steps, once all names are known. */
export function checkExpectations(raw: Raw, context: CheckContext): void {
  checkExpect(raw['expect'], ['expect'], context);
  walk(list(raw['steps']), ['steps']);

  function walk(steps: readonly unknown[], path: Path): void {
    for (const [i, item] of steps.entries()) {
      const at = [...path, i];
      checkExpect(record(item)['expect'], [...at, 'expect'], context);
      walk(list(record(item)['parallel']), [...at, 'parallel']);
      walk(list(record(record(item)['repeat'])['steps']), [...at, 'repeat', 'steps']);
    }
  }
}

function checkExpect(expect: unknown, path: Path, context: CheckContext): void {
  if (expect === undefined) return;
  const { source, requests, streams, report } = context;
  const raw = record(expect);
  if (typeof expect === 'object' && Object.keys(raw).length === 0)
    report(
      'TW_SCENARIO_VALUE',
      source.at(path),
      'an expectation that expects nothing',
      'refreshes, prompts, lost, jobs, sessions, streams or requests',
    );
  for (const name of Object.keys(record(raw['sessions']))) checkPlace(name, source.keyAt([...path, 'sessions', name]), context);
  for (const name of Object.keys(record(raw['streams'])))
    if (!streams.has(name)) report('TW_SCENARIO_NAME', source.keyAt([...path, 'streams', name]), ...noSuch('stream', name, streams));
  for (const name of Object.keys(record(raw['requests']))) {
    const [base = name, nth] = name.split('#');
    const many = requests.get(base);
    const at = source.keyAt([...path, 'requests', name]);
    if (many === undefined) report('TW_SCENARIO_NAME', at, ...noSuch('request', base, requests.keys()));
    else if (nth !== undefined && !(/^[1-9]\d*$/.test(nth) && Number(nth) >= 2 && Number(nth) <= many)) {
      report(
        'TW_SCENARIO_NAME',
        at,
        `"${base}" stands for ${many} request${many === 1 ? '' : 's'}`,
        many === 1 ? base : `${base}, ${base}#2 to ${base}#${many}`,
      );
    }
  }
}

/** Message and hint for a name that nothing has. */
export function noSuch(what: keyof typeof HOW_TO_NAME, name: string, names: Iterable<string>): [string, string] {
  const known = [...names];
  return [`no ${what} is called "${name}"`, didYouMean(name, known) ?? elsewhere(name, known) ?? HOW_TO_NAME[what]];
}
const HOW_TO_NAME = {
  request: 'give the request a name with `as`',
  stream: 'name it with `as` where it is opened',
  content: 'save it before, with `store: { save: name }`',
} as const;

/** The full names of what several places do. */
function elsewhere(name: string, known: readonly string[]): string | undefined {
  const full = known.filter((key) => key.startsWith(`${name}@`));
  return full.length === 0 ? undefined : `it is made in several places: ${full.join(', ')}`;
}
