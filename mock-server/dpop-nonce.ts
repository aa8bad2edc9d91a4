// Nonces for DPoP proofs (RFC 9449 8 and 9), one sequence per server. Nothing is stored but a secret: a nonce says when it was made.
import { hash } from 'node:crypto';
import type { Desk } from './desk.ts';

type Side = 'as' | 'rs';

/** Whether the policy demands a nonce at this server. */
export function nonceWanted(desk: Desk, side: Side): boolean {
  const { nonce } = desk.policy.dpop;
  return nonce === side || nonce === 'both';
}

/** The nonce to hand out now. */
export function nonceNow(desk: Desk, side: Side): string {
  return nonceOf(desk, side, epochOf(desk));
}

/** A nonce is good for as long as it is handed out, and for as long again, so that a client never holds one that died on the way. */
export function isFreshNonce(desk: Desk, side: Side, nonce: unknown): boolean {
  const epoch = epochOf(desk);
  return nonce === nonceOf(desk, side, epoch) || nonce === nonceOf(desk, side, epoch - 1);
}

function epochOf(desk: Desk): number {
  return Math.floor(desk.now() / desk.policy.dpop.nonceLifetime);
}

function nonceOf(desk: Desk, side: Side, epoch: number): string {
  const { nonceSecrets } = desk.store;
  let secret = nonceSecrets.get(side);
  if (secret === undefined) nonceSecrets.set(side, (secret = desk.context.ids.text(43)));
  return hash('sha256', `${secret} ${side} ${epoch}`, 'base64url');
}
