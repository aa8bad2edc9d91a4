// What all endpoints share: what the server borrowed, its policy now, its tokens, its clock, its journal.
import type { ServerFact } from '../src/core/events.ts';
import type { ServerContext } from './contract.ts';
import { createAudit } from './laws.ts';
import type { Audit } from './laws.ts';
import type { ServerPolicy } from './policy.ts';
import { createTokenStore } from './store.ts';
import type { TokenStore } from './store.ts';

export class Desk {
  readonly context: ServerContext;
  readonly store: TokenStore = createTokenStore();
  readonly audit: Audit = createAudit();
  /** The one header of our access tokens, base64url (RFC 9068 2.1). */
  readonly jwtHeader: string;
  policy: ServerPolicy;
  #unnamed = 0;

  constructor(context: ServerContext, policy: ServerPolicy) {
    this.context = context;
    this.policy = policy;
    const { alg, kid } = context.signer;
    this.jwtHeader = Buffer.from(JSON.stringify({ typ: 'at+jwt', alg, kid })).toString('base64url');
  }

  /** The server's own wall clock, ms since the Unix epoch. */
  now(): number {
    return this.context.epoch + this.context.now() + this.policy.clockOffset;
  }

  /** A time on the server's clock as true virtual time, the axis of the history. */
  trueTime(serverTime: number): number {
    return serverTime - this.context.epoch - this.policy.clockOffset;
  }

  record(actor: 'as' | 'rs', fact: ServerFact): void {
    this.audit.see(fact, this.policy);
    this.context.record(actor, fact);
  }

  /** A name for an exchange or request whose transport gave none: `s1`, `s2` ... */
  nextName(): string {
    this.#unnamed += 1;
    return `s${this.#unnamed}`;
  }
}
