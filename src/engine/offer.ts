// A new access token that the API offers in a response header, unasked (P7). It may come late, twice, or while a refresh runs: taken over
// only when it was offered for the token in hand and outlives it, under the device's lock, and used only once it is written.
import type { HostResponse } from '../core/contract.ts';
import { parseDate } from './classify.ts';
import { decideOffer } from './decide.ts';
import { exclusively, LOCK, reconcile } from './keeper.ts';
import { adopt, monoOf, type Runtime, stampOf } from './runtime.ts';
import type { Session } from './session.ts';
import { tokensFrom } from './tokens.ts';

/** `askedWith`: the token of the request that this answers. */
export function takeOffer(rt: Runtime, session: Session, { ok, headers }: HostResponse, askedWith: string): void {
  const { silentRefreshHeader: name } = rt.host.config;
  const accessToken = name === undefined ? null : headers.get(name);
  if (accessToken === null || !ok || session.offered === accessToken) return;
  const expiresIn = headers.get(`${name}-expires-in`);
  const granted = { accessToken, refreshToken: undefined, expiresIn, refreshExpiresIn: undefined, date: parseDate(headers.get('date')) };
  const tokens = tokensFrom(rt, granted, { now: stampOf(rt), travelled: 0, before: session.tokens });
  const isWorthIt = (): boolean => {
    const mine = { accessToken: session.tokens.accessToken, left: session.untilDead(monoOf(rt)) };
    return session.ended === undefined && decideOffer({ accessToken, life: tokens.life }, mine, askedWith);
  };
  if (!isWorthIt()) return;
  session.offered = accessToken;
  void exclusively(rt, LOCK, async () => {
    if ((await reconcile(rt, session)) !== 'mine' || !isWorthIt()) return;
    const record = { ...session.record, revision: session.revision + 1, tokens };
    if ((await rt.vault.write(() => (session.ended === undefined ? record : undefined))) !== 'written') return;
    if (session.ended === undefined) adopt(rt, session, record);
  });
}
