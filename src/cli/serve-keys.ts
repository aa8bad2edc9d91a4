// What the keys of the live view do to the server, one row each: the bar and the deeds come from the same table.
import { ruleOf } from '../core/fault.ts';
import { endFamily, expireAccess } from '../../mock-server/endings.ts';
import type { RunningMockServer } from '../../mock-server/http.ts';
import type { Family } from '../../mock-server/store.ts';

interface KeyRow {
  key: string;
  label: string;
  /** Does it and says what was done. */
  act(server: RunningMockServer): string;
}

/** How far `a` moves the clock, ms. */
const STEP = 300_000;

const ROWS: readonly KeyRow[] = [
  { key: 'a', label: '+5m', act: advance },
  { key: 'e', label: 'expire access', act: expire },
  { key: 'k', label: 'revoke', act: revoke },
  { key: 'd', label: 'drop next response', act: dropNext },
  { key: 'r', label: 'rotate keys', act: rotate },
  { key: 'x', label: 'reset', act: reset },
];

/** The bar; `q` belongs to the view. */
export const KEYS: readonly { key: string; label: string }[] = [
  ...ROWS.map(({ key, label }) => ({ key, label })),
  { key: 'q', label: 'quit' },
];

/** What was done, or undefined for a key that does nothing. */
export function press(server: RunningMockServer, key: string): string | undefined {
  return ROWS.find((row) => row.key === key)?.act(server);
}

function advance({ app }: RunningMockServer): string {
  app.clock.advance(STEP);
  return 'the clock is 5m further';
}

function expire({ app }: RunningMockServer): string {
  let count = 0;
  for (const { desk } of app.site.issuers) {
    for (const token of desk.store.access.values()) {
      if (token.dead !== undefined || token.expiresAt <= desk.now()) continue;
      expireAccess(desk, token);
      count += 1;
    }
  }
  return count === 0
    ? 'no access token is alive'
    : `${count} access ${count === 1 ? 'token' : 'tokens'} expired: the next request meets a 401`;
}

function revoke({ app }: RunningMockServer): string {
  const alive = app.site.issuers.flatMap(({ desk }) =>
    desk.store.families.filter(({ dead }) => dead === undefined).map((family) => ({ desk, family })),
  );
  const last = alive.toSorted((a, b) => lastUse(a.family) - lastUse(b.family)).at(-1);
  if (last === undefined) return 'no session is alive';
  endFamily(last.desk, last.family, 'admin', last.desk.policy.revocation.refreshKillsAccess);
  return `session ${last.family.id} of ${last.family.user} on ${last.family.device} revoked: its next refresh meets invalid_grant`;
}

/** Server time of the last refresh, or of the sign-in. */
function lastUse({ refresh, grantedAt }: Family): number {
  return Math.max(grantedAt, refresh.at(-1)?.idleFrom ?? 0);
}

function dropNext({ app }: RunningMockServer): string {
  const rule = ruleOf({
    text: 'drop the next token response',
    endpoint: 'token',
    point: 'response',
    times: 1,
    verdict: { kind: 'drop', how: 'reset' },
  });
  const remove = app.rules.install({
    text: rule.text,
    ask(envelope) {
      const verdict = rule.ask(envelope);
      if (verdict.kind !== 'pass') remove();
      return verdict;
    },
  });
  return 'the next token response will be lost after the commit';
}

function rotate({ app }: RunningMockServer): string {
  const kids = app.site.issuers.map((issuer) => issuer.rotateKeys().kid);
  return `new signing ${kids.length === 1 ? 'key' : 'keys'} ${kids.join(', ')}; the old one stays listed for a while`;
}

function reset({ app }: RunningMockServer): string {
  app.reset();
  return 'all sessions, rules and facts are gone';
}
