// What the tests of a fleet ask of the server, and what they count in its journal.
import type { TokenResponse } from '../../../src/core/contract.ts';
import { mainServer, type Served } from '../../kit/served.ts';

/** Ms a token lives. */
export const LIFETIME = 3_600_000;
/** Between two expiries that come early, so that nobody takes the refreshes for a loop. */
export const MINUTE = 60_000;

export function grant({ server }: Served): TokenResponse {
  return mainServer(server).grantSession('ada', 'laptop').response;
}

/** Counts from now on, by label of the refresh token: what the server granted for it, and what it refused. */
export function countRefreshes({ server }: Served): { granted: Map<string, number>; refused: string[] } {
  const granted = new Map<string, number>();
  const refused: string[] = [];
  server.app.journal.subscribe((entry) => {
    if (entry.type === 'token.committed') granted.set(entry.rt, (granted.get(entry.rt) ?? 0) + 1);
    if (entry.type === 'token.refused') refused.push(`${entry.rt} ${entry.reason}`);
  });
  return { granted, refused };
}

/** The API takes no token of before any more, though the client was told another time. */
export async function expireEarly({ server }: Served): Promise<void> {
  const answer = await fetch(`${server.control?.url}/expire`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"user":"ada"}',
  });
  if (answer.status !== 200) throw new Error(`the server did not expire anything: ${answer.status}`);
}
