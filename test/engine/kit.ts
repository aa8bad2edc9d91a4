// Plays a scenario against the engine and condenses the history into what engine tests ask about.
import { FEATURES, type Host } from '../../src/core/contract.ts';
import type { EventOf, EventType, HistoryEvent } from '../../src/core/events.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { WorldRecord } from '../../src/sim/world.ts';
import { judge } from '../../src/verify/verdict.ts';
import { eventsOf, play } from '../kit/world.ts';

export interface EngineRun {
  record: WorldRecord;
  /** What no invariant may say of the engine. */
  findings: string[];
  /** Virtual ms from the first step to each refresh request. */
  refreshesAt: number[];
  /** `n1` -> its status or the reason of its rejection. */
  outcomes: Record<string, number | string | undefined>;
  /** `AT-1 /path` of each sending to the resource. */
  sent: string[];
  /** `active > expired (invalid-grant)` of each transition since the first step, by process in order of time. */
  transitions: string[];
  /** What the secure tier of the phone holds at the end: key -> tokens in it. */
  stored: Record<string, readonly string[]>;
  /** What the engine told since the first step. */
  events: Record<string, unknown>[];
  of<T extends EventType>(type: T): EventOf<T>[];
  /** Those of the named events that happened since the first step, each the first time, in order: `prompt.shown`, `told active`, `store.end set`. */
  order(...names: string[]): string[];
}

export interface EngineRunOptions {
  options?: EngineOptions;
  /** Changes the host a process is given. */
  wrap?: (host: Host) => Host;
  /** Hands out each engine made. */
  seen?: (engine: Engine, host: Host) => void;
  seed?: number;
}

export async function runEngine(yaml: string, { options, wrap, seen, seed = 1 }: EngineRunOptions = {}): Promise<EngineRun> {
  const record = await play(
    yaml,
    (host) => {
      const given = wrap?.(host) ?? host;
      const engine = createEngine(given, options);
      seen?.(engine, given);
      return engine;
    },
    { seed, settle: 'drain' },
  );
  const origin = record.history.events.find(({ type }) => type === 'step')?.seq ?? 0;
  const since = <T extends EventType>(type: T): EventOf<T>[] => eventsOf(record, type).filter(({ seq }) => seq > origin);
  const { findings } = judge(record.history.events, { features: FEATURES.filter((feature) => feature !== 'background') });
  return {
    record,
    findings: [
      ...findings.map(({ invariant, clause, message }) => `${invariant} ${clause ?? ''}: ${message}`),
      ...record.clientFaults.map(({ kind, message }) => `${kind}: ${message}`),
    ],
    refreshesAt: since('token.sent').map(({ t }) => t - record.originMs),
    outcomes: Object.fromEntries(eventsOf(record, 'request.settled').map(({ n, status, reason }) => [n, status ?? reason])),
    sent: since('api.sent').map(({ at, path }) => `${at} ${path}`),
    transitions: since('text').flatMap(({ text }) => transitionIn(text)),
    stored: Object.fromEntries(Object.entries(since('run.end')[0]?.stores['phone'] ?? {}).filter(([key]) => !key.startsWith('plain:'))),
    events: since('text').map(({ text }) => JSON.parse(text) as Record<string, unknown>),
    of: since,
    order: (...names) => {
      const seen = record.history.events.filter(({ seq }) => seq > origin).map((event) => nameOf(event));
      return [...new Set(seen.flat().filter((name) => names.includes(name)))];
    },
  };
}

function nameOf(event: HistoryEvent): string[] {
  if (event.type === 'text') return toldIn(event.text);
  return 'op' in event ? [event.type, `${event.type} ${event.op}`] : [event.type];
}

/** `told locked` for a transition, `told store-corrupt` for anything else that the engine tells. */
function toldIn(text: string): string[] {
  const { type, to } = JSON.parse(text) as Record<string, string>;
  return [`told ${type === 'session-state' ? to : type}`];
}

function transitionIn(text: string): string[] {
  const { type, from, to, reason } = JSON.parse(text) as Record<string, string>;
  return type === 'session-state' ? [`${from} > ${to} (${reason})`] : [];
}
