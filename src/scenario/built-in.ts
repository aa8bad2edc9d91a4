// The client that a run tests when none is named: the engine of this package, with what the `client:` block of a scenario asks of it.
import type { Client, Feature, Host, HostConfig } from '../core/contract.ts';
import { parseDuration } from '../core/duration.ts';
import { InvalidInputError } from '../core/errors.ts';
import { type BackgroundOptions, keepFresh } from '../engine/background.ts';
import { createEngine } from '../engine/engine.ts';

export const BUILT_IN = 'built-in engine';

/** The options it knows, by their name in a `client:` block, and what they do. Another client may read others. */
export const BUILT_IN_OPTIONS = {
  refreshEvery: 'Refreshes in the background, with so long between two runs (a duration); without it there is no background job.',
  refreshJob: 'The name of that job. Default token-refresh.',
  formerRefreshJob: 'The name that it had in the version before, whose request may be pending still.',
  refreshKind: 'What iOS is asked for: app-refresh or processing. Default app-refresh.',
  refreshLate: 'How late the next run may plausibly come (a duration). Default 1d on Android, 3d on iOS.',
} as const;
type Name = keyof typeof BUILT_IN_OPTIONS;

export function createBuiltIn(host: Host): Client {
  const engine = createEngine(host);
  const background = backgroundOf(host.config.options);
  if (background === undefined) return engine;
  keepFresh(engine, host, background);
  const features: readonly Feature[] = [...engine.features, 'background'];
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'features') return features;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Rejects what it cannot mean, before anything runs. `where`: the place that says it, without the option. */
export function checkBuiltIn(options: HostConfig['options'], where: string): void {
  try {
    backgroundOf(options);
  } catch (error) {
    if (!(error instanceof WrongOption)) throw error;
    throw new InvalidInputError('TW_CLIENT_OPTION', `${where}.${error.option} ${error.message}`, {
      hint: `${error.option}: ${BUILT_IN_OPTIONS[error.option]}`,
    });
  }
}

/** What the options ask of background jobs; undefined when they ask for none. */
function backgroundOf(options: HostConfig['options']): BackgroundOptions | undefined {
  const every = durationOf(options, 'refreshEvery');
  const late = durationOf(options, 'refreshLate');
  const id = options?.['refreshJob'];
  const former = options?.['formerRefreshJob'];
  const kind = options?.['refreshKind'];
  if (kind !== undefined && kind !== 'app-refresh' && kind !== 'processing')
    throw new WrongOption('refreshKind', kind, 'app-refresh or processing');
  if (every === undefined) return undefined;
  return {
    every,
    ...(late === undefined ? {} : { late }),
    ...(id === undefined ? {} : { id: String(id) }),
    ...(former === undefined ? {} : { formerIds: [String(former)] }),
    ...(kind === undefined ? {} : { ios: kind }),
  };
}

/** A number is ms. */
function durationOf(options: HostConfig['options'], name: Name): number | undefined {
  const value = options?.[name];
  const ms = typeof value === 'string' ? parseDuration(value) : value;
  if (ms === undefined && value === undefined) return undefined;
  if (typeof ms !== 'number' || !(ms > 0)) throw new WrongOption(name, value, 'a duration such as 6h');
  return ms;
}

class WrongOption extends Error {
  readonly option: Name;
  constructor(option: Name, value: unknown, wanted: string) {
    super(`cannot be ${JSON.stringify(value)}, expected ${wanted}`);
    this.option = option;
  }
}
