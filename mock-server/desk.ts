// What all endpoints share: what the server borrowed, its policy now, its tokens, its clock, its journal.
import type { ServerFact } from '../src/core/events.ts';
import { httpDate } from '../src/core/http.ts';
import type { HttpResponse } from '../src/core/http.ts';
import { CLIENTS } from './clients.ts';
import type { RegisteredClient } from './clients.ts';
import type { ServerContext, Signer } from './contract.ts';
import type { ProofKey } from './dpop.ts';
import { createAudit } from './laws.ts';
import type { Audit } from './laws.ts';
import type { PolicyPatch, ServerPolicy } from './policy.ts';
import { createTokenStore } from './store.ts';
import type { TokenStore } from './store.ts';

export class Desk {
  readonly context: ServerContext;
  readonly store: TokenStore = createTokenStore();
  /** Keys that DPoP proofs showed: a memory, not state. */
  readonly proofKeys = new Map<string, ProofKey>();
  readonly audit: Audit = createAudit();
  /** JWT headers already written out, base64url. */
  readonly jwtHeaders = new Map<string, string>();
  /** The issuer without a slash at its end: what its addresses begin with. */
  readonly base: string;
  readonly clients: readonly RegisteredClient[];
  /** Documents as they were last answered, by name, and in which second. */
  readonly documents = new Map<string, { second: number; response: HttpResponse & { head: readonly string[] } }>();
  /** Metadata already written out, and the policy it is true under. */
  metadata: { policy: ServerPolicy; text: string } | undefined;
  policy: ServerPolicy;
  /** What the policy says differently for one session, by its family's name. */
  readonly sessionPolicies = new Map<string, PolicyPatch>();
  #date: { second: number; text: string } | undefined;
  #turns = 0;
  #unnamed = 0;
  #authorizations = 0;

  constructor(context: ServerContext, policy: ServerPolicy) {
    this.context = context;
    this.policy = policy;
    this.base = context.issuer.replace(/\/$/, '');
    this.clients = context.clients ?? CLIENTS;
  }

  /** Whoever signs now, as the policy says. */
  signer(): Signer {
    return this.context.keys?.signer(this.policy.signing) ?? this.context.signer;
  }

  /** The server's own wall clock, ms since the Unix epoch. */
  now(): number {
    return this.context.epoch + this.context.now() + this.policy.clockOffset;
  }

  /** That as `Date` tells it, written out once per second. */
  date(): string {
    const second = Math.floor(this.now() / 1_000);
    if (this.#date?.second !== second) this.#date = { second, text: httpDate(second * 1_000) };
    return this.#date.text;
  }

  /** A time on the server's clock as true virtual time, the axis of the history. */
  trueTime(serverTime: number): number {
    return serverTime - this.context.epoch - this.policy.clockOffset;
  }

  record(actor: 'as' | 'rs', fact: ServerFact): void {
    this.audit.see(fact, this.policy);
    this.context.record(actor, fact);
  }

  /** The node that takes the next request for tokens: they take turns. */
  nextNode(): number {
    if (this.policy.nodes === undefined) return 0;
    this.#turns += 1;
    return this.#turns % 2;
  }

  /** A name for an authorization request: `a1`, `a2` ... */
  nextAuthorization(): string {
    this.#authorizations += 1;
    return `a${this.#authorizations}`;
  }

  /** A name for an exchange or request whose transport gave none: `s1`, `s2` ... */
  nextName(): string {
    this.#unnamed += 1;
    return `s${this.#unnamed}`;
  }
}
