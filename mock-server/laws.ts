// Laws the server holds itself, checked from its journal alone so that a fault in the store cannot hide itself.
// A broken law is a fault of ours (exit 70), never a verdict on a client.
import type { ServerFact, TokenLabel } from '../src/core/events.ts';
import type { RefusalReason } from '../src/core/server-words.ts';
import { copyGraph } from './graph-copy.ts';
import type { ServerPolicy } from './policy.ts';

export interface Audit {
  /** Takes note of a fact about to be journalled, under the policy it happened under. */
  see(fact: ServerFact, policy: ServerPolicy): void;
  /** Broken laws as sentences, in order of discovery; empty when all hold. */
  broken(): string[];
  /** What is known so far, as a copy; `restore` goes back to it. */
  keep(): unknown;
  restore(kept: unknown): void;
}

/** Reasons of which the holder of the refresh token may be told more, by a policy that explains: its own session is over. */
const EXPLAINABLE: ReadonlySet<RefusalReason> = new Set<RefusalReason>(['reused', 'family-dead', 'idle-expired', 'absolute-expired']);

/** Reasons the wire must not tell apart (RFC 6749 5.2: one `invalid_grant` for all). */
const HIDDEN_REASONS: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'unknown',
  'reused',
  'family-dead',
  'revoked',
  'idle-expired',
  'absolute-expired',
  'other-client',
  'superseded',
  'code-used',
  'code-expired',
  'other-key',
]);

type Body<T extends ServerFact['type']> = Extract<ServerFact, { type: T }>;

/** An audit of one server, from its first fact on. */
export function createAudit(): Audit {
  const ledger: Ledger = {
    issued: new Set(),
    spent: new Set(),
    deadFamilies: new Set(),
    refused: new Map(),
    minted: new Map(),
    asked: new Map(),
    sentences: [],
  };
  return {
    see: (fact, policy) => see(ledger, fact, policy),
    broken: () => [...ledger.sentences],
    keep: () => copyGraph(ledger),
    restore: (kept) => void Object.assign(ledger, copyGraph(kept as Ledger)),
  };
}

interface Ledger {
  /** Tokens that came into being. */
  issued: Set<TokenLabel>;
  /** Refresh tokens exchanged under `strict` and `serialize`. */
  spent: Set<TokenLabel>;
  deadFamilies: Set<string>;
  /** Why an exchange was refused. */
  refused: Map<string, RefusalReason>;
  /** Access tokens of an exchange, `x` -> labels. */
  minted: Map<string, TokenLabel[]>;
  /** Access token of an API sending, `n.k` -> label. */
  asked: Map<string, TokenLabel>;
  sentences: string[];
}

function see(ledger: Ledger, fact: ServerFact, policy: ServerPolicy): void {
  switch (fact.type) {
    case 'session.granted':
      return seeGranted(ledger, fact);
    case 'token.committed':
      return seeCommitted(ledger, fact, policy);
    case 'token.refused':
      return seeRefused(ledger, fact);
    case 'token.responded':
      return seeResponded(ledger, fact, policy);
    case 'access.offered':
      issue(ledger, fact.newAt);
      return expectAlive(ledger, fact.family, fact.newAt);
    case 'family.dead':
      return seeFamilyDead(ledger, fact);
    case 'api.received':
      return void ledger.asked.set(`${fact.n}.${fact.k}`, fact.at);
    case 'api.responded':
      return seeApiResponded(ledger, fact, policy);
    case 'token.received':
    case 'revocation.received':
    case 'access.dead':
    case 'access.adopted':
    case 'authorization.asked':
    case 'authorization.answered':
    case 'key.rotated':
    case 'device.asked':
    case 'device.decided':
    case 'device.polled':
      return undefined;
  }
}

function seeGranted(ledger: Ledger, fact: Body<'session.granted'>): void {
  issue(ledger, fact.at);
  if (fact.rt !== undefined) issue(ledger, fact.rt);
  expectAlive(ledger, fact.family, fact.at);
}

function seeCommitted(ledger: Ledger, fact: Body<'token.committed'>, policy: ServerPolicy): void {
  issue(ledger, fact.at);
  expectAlive(ledger, fact.family, fact.at);
  const { rt, newRt } = fact;
  const handedOutAgain = newRt === rt || (fact.repeated !== undefined && ledger.issued.has(newRt ?? ''));
  if (newRt !== undefined && !handedOutAgain) issue(ledger, newRt);
  const { rotation, grace } = policy.refreshToken;
  if (rotation === 'rotate' && grace.policy === 'strict' && policy.atomicity === 'serialize' && policy.nodes === undefined) {
    if (ledger.spent.has(rt)) ledger.sentences.push(`${rt} was exchanged twice under strict rotation`);
    ledger.spent.add(rt);
  }
  const minted = ledger.minted.get(fact.x);
  if (minted === undefined) ledger.minted.set(fact.x, [fact.at]);
  else minted.push(fact.at);
}

function seeRefused(ledger: Ledger, fact: Body<'token.refused'>): void {
  ledger.refused.set(fact.x, fact.reason);
  if (!HIDDEN_REASONS.has(fact.reason) || (fact.error === 'invalid_grant' && fact.status === 400)) return;
  ledger.sentences.push(`the refusal of ${fact.x} tells its true reason: ${fact.reason} was answered with ${fact.status} ${fact.error}`);
}

function seeResponded(ledger: Ledger, fact: Body<'token.responded'>, policy: ServerPolicy): void {
  if (fact.end !== undefined) expectToldRightly(ledger, fact.x, policy);
  if (fact.kind !== 'granted' || ledger.minted.get(fact.x)?.includes(fact.at ?? '')) return;
  ledger.sentences.push(`${fact.x} was answered with ${fact.at ?? 'no token'}, which it never committed`);
}

/** R2: an end is explained where the policy says so, to whoever held a token of that session, and to nobody else. */
function expectToldRightly(ledger: Ledger, x: string, { explainsEnd }: ServerPolicy): void {
  const reason = ledger.refused.get(x);
  if (!explainsEnd) ledger.sentences.push(`the refusal of ${x} explains itself, which the policy does not allow`);
  else if (reason === undefined || !EXPLAINABLE.has(reason))
    ledger.sentences.push(`the refusal of ${x} explains the end of a session to somebody who never held a token of it`);
}

function seeFamilyDead(ledger: Ledger, fact: Body<'family.dead'>): void {
  if (ledger.deadFamilies.has(fact.family)) ledger.sentences.push(`family ${fact.family} ended twice`);
  ledger.deadFamilies.add(fact.family);
}

function seeApiResponded(ledger: Ledger, fact: Body<'api.responded'>, policy: ServerPolicy): void {
  const at = ledger.asked.get(`${fact.n}.${fact.k}`) ?? 'none';
  const stranger = at === 'none' || (at === 'unknown' && policy.resource.checksRevocation);
  if (fact.status === 200 && fact.error === undefined && stranger)
    ledger.sentences.push(`${fact.n} was answered with 200 without a token of ours`);
}

function issue(ledger: Ledger, label: TokenLabel): void {
  if (ledger.issued.has(label)) ledger.sentences.push(`${label} was issued twice: it has two parents`);
  ledger.issued.add(label);
}

function expectAlive(ledger: Ledger, family: string, at: TokenLabel): void {
  if (ledger.deadFamilies.has(family)) ledger.sentences.push(`${at} was issued in family ${family} after it ended`);
}
