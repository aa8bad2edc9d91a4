// The whole state of an app kept and brought back: sessions, tokens, keys, policies, what the laws know, clock and journal position.
// Labels are not taken back: a token of the time that was undone keeps its name, and is unknown.
import type { ServerApp } from './app.ts';
import { copyGraph } from './graph-copy.ts';
import type { KeyRecord } from './keys.ts';
import type { PolicyPatch, ServerPolicy } from './policy.ts';
import type { TokenStore } from './store.ts';

/** State at one moment. Taking or restoring it changes nothing of it. */
export interface Snapshot {
  /** Virtual ms. */
  readonly now: number;
  /** Length of the journal. */
  readonly entries: number;
  /** How many sessions there were, ended ones included. */
  readonly sessions: number;
  readonly issuers: readonly IssuerState[];
}

interface IssuerState {
  readonly store: TokenStore;
  readonly policy: ServerPolicy;
  readonly sessionPolicies: ReadonlyMap<string, PolicyPatch>;
  readonly audit: unknown;
  readonly keys: readonly KeyRecord[];
}

export function takeSnapshot({ clock, journal, site }: ServerApp): Snapshot {
  const issuers = site.issuers.map(({ desk, keys }) => ({
    store: copyGraph(desk.store),
    policy: desk.policy,
    sessionPolicies: new Map(desk.sessionPolicies),
    audit: desk.audit.keep(),
    keys: keys.records(),
  }));
  return {
    now: clock.now(),
    entries: journal.entries.length,
    sessions: issuers.reduce((sum, { store }) => sum + store.families.length, 0),
    issuers,
  };
}

/** The app as it was. The issuers must be those the snapshot was taken of. */
export function restoreSnapshot({ clock, journal, site }: ServerApp, snapshot: Snapshot): void {
  for (const [i, { desk, keys }] of site.issuers.entries()) {
    const kept = snapshot.issuers[i];
    if (kept === undefined) continue;
    refill(desk.store, copyGraph(kept.store));
    desk.policy = kept.policy;
    desk.sessionPolicies.clear();
    for (const [id, patch] of kept.sessionPolicies) desk.sessionPolicies.set(id, patch);
    desk.audit.restore(kept.audit);
    keys.restore(kept.keys);
  }
  journal.cut(snapshot.entries);
  clock.restore(snapshot.now);
}

/** Everybody holds on to the maps and lists of a store, so they are emptied and filled again. */
function refill(store: TokenStore, from: TokenStore): void {
  const members = store as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(from)) {
    const mine = members[name];
    if (mine instanceof Map && value instanceof Map) {
      mine.clear();
      for (const [key, one] of value) mine.set(key, one);
    } else if (Array.isArray(mine) && Array.isArray(value)) {
      mine.length = 0;
      for (const one of value) mine.push(one);
    } else {
      members[name] = value;
    }
  }
}
