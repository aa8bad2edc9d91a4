// Watches a thread for clients that reach past their host: the platform's timers, clock, randomness or network, and the console.
// The calls still work; the first from each place becomes a finding that says what to use instead. Only in a worker of ours.
import type { WorldEar } from '../sim/world.ts';

const INSTEAD: Readonly<Record<string, string>> = {
  setTimeout: 'host.clock.setTimeout or host.clock.sleep',
  setInterval: 'host.clock.setTimeout',
  setImmediate: 'a promise',
  fetch: 'host.fetch',
  'Date.now': 'host.clock.now',
  'new Date()': 'new Date(host.clock.now())',
  'Math.random': 'host.random',
  'performance.now': 'host.clock.monotonic',
};
const CONSOLE = ['log', 'info', 'warn', 'error', 'debug'] as const;

export interface AmbientGuard {
  /** From now on findings go to this world. */
  listen(ear: WorldEar): void;
  deaf(): void;
}

/** Replaces the globals of this thread, once. */
export function guardAmbient(): AmbientGuard {
  const heard: { ear: WorldEar | undefined; places: Set<string> } = { ear: undefined, places: new Set() };
  const report = (api: string): void => {
    const { ear } = heard;
    if (ear === undefined) return;
    const error = new Error(`uses ${api} of the platform, which virtual time cannot see: use ${INSTEAD[api] ?? 'the host'}`);
    const place = placeOf(error);
    if (place === undefined || heard.places.has(`${api} ${place}`)) return;
    heard.places.add(`${api} ${place}`);
    ear.fault('ambient-api', error);
  };
  patchFunctions(report);
  patchDate(report);
  for (const method of CONSOLE) {
    console[method] = (...args: unknown[]) => heard.ear?.text('console', args.map(shown).join(' '));
  }
  return {
    listen(ear) {
      heard.ear = ear;
      heard.places.clear();
    },
    deaf() {
      heard.ear = undefined;
    },
  };
}

function patchFunctions(report: (api: string) => void): void {
  for (const api of ['setTimeout', 'setInterval', 'setImmediate', 'fetch'] as const) {
    const original = globalThis[api] as (...args: unknown[]) => unknown;
    Object.assign(globalThis, {
      [api]: Object.assign((...args: unknown[]) => {
        report(api);
        return original(...args);
      }, original),
    });
  }
  const { random } = Math;
  Math.random = () => {
    report('Math.random');
    return random();
  };
  const now = performance.now.bind(performance);
  performance.now = () => {
    report('performance.now');
    return now();
  };
}

function patchDate(report: (api: string) => void): void {
  const Original = globalThis.Date;
  const now = Original.now.bind(Original);
  Original.now = () => {
    report('Date.now');
    return now();
  };
  globalThis.Date = new Proxy(Original, {
    construct(target, args: unknown[], newTarget) {
      if (args.length === 0) report('new Date()');
      return Reflect.construct(target, args as [], newTarget) as object;
    },
  });
}

/** The frame that called the patched global, if it is a client's: not Node's, not ours, not a package the client merely uses. */
function placeOf(error: Error): string | undefined {
  const frames = (error.stack ?? '').split('\n').slice(1);
  const caller = frames.find((line) => !/\/sandbox\/ambient\.[jt]s/.test(line));
  return caller !== undefined && /file:\/\//.test(caller) && caller.includes('tokenwarp-process=') ? caller.trim() : undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message} ${json(value)}`;
  return json(value);
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
