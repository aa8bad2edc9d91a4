// Where a run has several authorization servers: which one issued a token, and which one each device is pointed at. The same name at two
// servers is two users, and what a store keeps of one server is nothing to an app that is pointed at the other.
import type { EventOf, TokenLabel } from '../core/events.ts';
import { empty } from './index-hands.ts';
import { learn } from './index-sessions.ts';
import type { Index } from './indexer.ts';
import type { DeviceInfo, Session } from './records.ts';

/** Who a user is: a name, and at which server where there are several. */
export function accountOf({ issuers }: Index, { user, family }: { user: string; family: string }): string {
  const issuer = issuers.get(family);
  return issuer === undefined ? user : `${user} at ${issuer}`;
}

/** Of these tokens, those of the server that the device is pointed at. */
export function ofServer({ issuers, tokens }: Index, { issuer }: DeviceInfo, labels: readonly TokenLabel[]): readonly TokenLabel[] {
  if (issuer === undefined) return labels;
  return labels.filter((label) => (issuers.get(tokens.get(label)?.family ?? '') ?? issuer) === issuer);
}

/** The app is pointed at another server: nobody is signed in there as far as its processes know. */
export function leaveServer(index: Index, device: DeviceInfo, event: EventOf<'server.switched'>): void {
  device.issuer = event.issuer;
  const session = device.sessions.at(-1);
  if (session !== undefined) session.to ??= event;
  for (const process of device.processes) {
    empty(index, process, event);
    learn(index, { ...event, actor: process }, undefined);
  }
}

/** The app is back at a server whose session the store still holds: nobody has ended it, so it is the device's again. */
export function comeBack(index: Index, device: DeviceInfo, event: EventOf<'server.switched'>): void {
  const content = device.stores.at(-1);
  const family = index.tokens.get(content?.rt ?? content?.at ?? '')?.family;
  const before: Session | undefined = device.sessions.findLast((session) => session.family === family);
  if (before?.to?.type !== 'server.switched') return;
  const generation = (device.sessions.at(-1)?.generation ?? 0) + 1;
  device.sessions.push({ ...before, generation, from: { ...before.from, seq: event.seq, t: event.t }, to: undefined });
}
