// What the control API itself remembers: the rules and holds it installed, the snapshots it took, the devices whose clock it moved.
// Belongs to one app; nothing of it is the server's own state.
import { ruleOf } from '../../src/core/fault.ts';
import type { FaultSpec, Rule, Rules } from '../../src/core/fault.ts';
import type { Stream } from '../../src/core/streams.ts';
import type { Snapshot } from '../snapshot.ts';

/** A rule that was installed, and how often it fell on a message. */
export interface Installed {
  readonly id: string;
  readonly spec: FaultSpec;
  hits: number;
  remove(): void;
}

export interface ControlState {
  /** Rules by id, oldest first. */
  readonly faults: Map<string, Installed>;
  /** Holds by name. */
  readonly holds: Map<string, Installed>;
  readonly snapshots: Map<string, Snapshot>;
  readonly devices: Set<string>;
  /** Next free name, `fault-3`. */
  next(kind: 'fault' | 'hold' | 'snapshot'): string;
}

export function createControlState(): ControlState {
  const counts = new Map<string, number>();
  return {
    faults: new Map(),
    holds: new Map(),
    snapshots: new Map(),
    devices: new Set(),
    next(kind) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return `${kind}-${count}`;
    },
  };
}

/** Installs a rule and counts what it does. `draws` decide where it falls by chance. */
export function install(rules: Rules, id: string, spec: FaultSpec, draws?: Stream): Installed {
  const rule = ruleOf(spec, draws);
  const installed: Installed = { id, spec, hits: 0, remove: () => undefined };
  const counted: Rule = {
    text: rule.text,
    ask(envelope) {
      const verdict = rule.ask(envelope);
      if (verdict.kind !== 'pass') installed.hits += 1;
      return verdict;
    },
  };
  installed.remove = rules.install(counted);
  return installed;
}

/** Whether it can still fall on anything. */
export function isSpent({ spec, hits }: Installed, now: number): boolean {
  return hits >= (spec.times ?? Number.POSITIVE_INFINITY) || (spec.until !== undefined && now >= spec.until);
}
