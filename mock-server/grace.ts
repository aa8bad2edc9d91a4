// The grace policies as one table: what a superseded refresh token is worth when it comes back. Rules only; nothing changes here.
import type { GracePolicyName } from '../src/core/server-words.ts';
import { activeBelow } from './store.ts';
import type { RefreshToken } from './store.ts';

/** `again`: answer with that child; `mint`: another child, `replace`: instead of those before; `stale`: hand the same token back. */
export type GraceRuling =
  | { kind: 'again'; child: RefreshToken }
  | { kind: 'mint' }
  | { kind: 'replace' }
  | { kind: 'stale' }
  /** Reuse detected: the family ends. */
  | { kind: 'reuse' }
  /** Refused, and nobody else suffers. */
  | { kind: 'refuse' };

const REUSE: GraceRuling = { kind: 'reuse' };
const REFUSE: GraceRuling = { kind: 'refuse' };
const MINT: GraceRuling = { kind: 'mint' };
const REPLACE: GraceRuling = { kind: 'replace' };
const STALE: GraceRuling = { kind: 'stale' };

/** Rules on a superseded token; `inside` = less than the window has passed since it was first exchanged. */
export const GRACE: Readonly<Record<GracePolicyName, (token: RefreshToken, inside: boolean) => GraceRuling>> = {
  strict: () => REUSE,
  'same-successor': (token, inside) => (inside ? again(activeBelow(token)) : REUSE),
  // Auth0 and Hydra: the immediate parent only; a token whose child was exchanged in its turn is a grandparent.
  'new-sibling': (token, inside) => (inside && !childUsed(token) ? MINT : REUSE),
  'replace-child': (_token, inside) => (inside ? REPLACE : REFUSE),
  // WSO2 adds this rule to the one above: a used child proves that the answer arrived.
  'close-on-child-use': (token, inside) => (inside && !childUsed(token) ? REPLACE : REFUSE),
  // Supabase's fail-to-save rule asks for no window: the parent of the active token may come at any age.
  'one-step-behind': (token) => again(token.children.findLast((child) => child.state === 'active')),
  'stale-rt-returned': (_token, inside) => (inside ? STALE : REFUSE),
};

function again(child: RefreshToken | undefined): GraceRuling {
  return child === undefined ? REUSE : { kind: 'again', child };
}

function childUsed(token: RefreshToken): boolean {
  return token.children.some((child) => child.state === 'superseded');
}
