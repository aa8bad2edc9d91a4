// Words of the scenario format that several files share: session states and what each verb accepts beside its value.
import type { SessionState } from '../core/contract.ts';
import type { Verb } from '../sim/plan.ts';

export const SESSION = ['loading', 'active', 'locked', 'expired', 'signed-out'] as const satisfies readonly SessionState[];

/** What `on` names for a verb, and whether `as` and `wait` mean something. */
export interface VerbRule {
  on: 'process' | 'device' | 'nothing';
  as?: true;
  wait?: true;
}

export const VERBS: Readonly<Record<Verb, VerbRule>> = {
  request: { on: 'process', as: true, wait: true },
  stream: { on: 'process', as: true, wait: true },
  parallel: { on: 'nothing' },
  repeat: { on: 'nothing' },
  advance: { on: 'device' },
  network: { on: 'device' },
  fault: { on: 'nothing' },
  heal: { on: 'nothing' },
  revoke: { on: 'device' },
  app: { on: 'process' },
  sleep: { on: 'device' },
  clock: { on: 'device' },
  store: { on: 'device' },
  signIn: { on: 'process', wait: true },
  signOut: { on: 'process', wait: true },
  prompt: { on: 'device' },
  interact: { on: 'process' },
  push: { on: 'process' },
  job: { on: 'process', wait: true },
  phone: { on: 'device' },
  server: { on: 'nothing' },
  expect: { on: 'nothing' },
};

/** The processes of a device, from what the file says: names, or how many. */
export function processNames(given: unknown, platform: unknown): readonly string[] {
  if (typeof given === 'number' && Number.isInteger(given) && given > 0)
    return Array.from({ length: given }, (_, i) => `${PREFIX[String(platform)] ?? 'app'}-${i + 1}`);
  const names = Array.isArray(given) ? given.filter((name) => typeof name === 'string') : [];
  return names.length > 0 ? names : ['app'];
}
const PREFIX: Readonly<Record<string, string>> = { node: 'cli', web: 'tab' };

/** The processes that `phone/*` stands for; any other place stands for itself. */
export function expandPlace(place: string, processesOf: (device: string) => readonly string[] | undefined): string[] {
  const device = /^([^/]*)\/\*$/.exec(place)?.[1];
  return device === undefined ? [place] : (processesOf(device) ?? []).map((process) => `${device}/${process}`);
}

export const isVerb = (key: string): key is Verb => Object.hasOwn(VERBS, key);
