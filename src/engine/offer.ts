// A new access token that the API offers in a response header, unasked (P7). It may come late, twice, or while a refresh runs: taken over
// only when it was offered for the token in hand and outlives it, under the device's lock, and used only once it is written.
import type { HostResponse } from '../core/contract.ts';
import { dateIn } from './classify.ts';
import { decideOffer } from './decide.ts';
import { type Reconciled, renew } from './keeper.ts';
import { underLock } from './lock.ts';
import { type Runtime, stampOf } from './runtime.ts';
import type { Session } from './session.ts';
import { tokensFrom } from './tokens.ts';

/** `askedWith`: the token of the request that this answers. */
export function takeOffer(rt: Runtime, session: Session, { ok, headers }: HostResponse, askedWith: string): void {
  const { silentRefreshHeader: name } = rt.host.config;
  const accessToken = name === undefined ? null : headers.get(name);
  if (accessToken === null || !ok || session.offered === accessToken) return;
  const tokens = tokensFrom(
    rt,
    { access_token: accessToken, expires_in: headers.get(`${name}-expires-in`) },
    { now: stampOf(rt), date: dateIn(headers), before: session.tokens },
  );
  const isWorthIt = (): boolean =>
    decideOffer({ accessToken, life: tokens.life }, session.tokens.accessToken, session.untilDead(), askedWith);
  if (session.ended !== undefined || !isWorthIt()) return;
  session.offered = accessToken;
  void underLock(rt, { missed: 0 }, async () => {
    const wanted = (stored: Reconciled): boolean => stored === 'mine' && isWorthIt();
    await renew(rt, session, { tokens, outage: session.record.outage }, { wanted, stays: false });
  });
}
