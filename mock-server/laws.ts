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
    access: [],
    refresh: [],
    deadFamilies: new Set(),
    refused: new Map(),
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
  /** By the number in the label: the exchange an access token came into being in, `none` for another way. */
  access: (string | undefined)[];
  /** By the number in the label: issued, and exchanged under `strict` and `serialize`. */
  refresh: ('issued' | 'spent' | undefined)[];
  deadFamilies: Set<string>;
  /** Why an exchange was refused. */
  refused: Map<string, RefusalReason>;
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
      issueAccess(ledger, fact.newAt, 'none');
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
  issueAccess(ledger, fact.at, 'none');
  if (fact.rt !== undefined) issueRefresh(ledger, fact.rt);
  expectAlive(ledger, fact.family, fact.at);
}

function seeCommitted(ledger: Ledger, fact: Body<'token.committed'>, policy: ServerPolicy): void {
  issueAccess(ledger, fact.at, fact.x);
  expectAlive(ledger, fact.family, fact.at);
  const { rt, newRt } = fact;
  const handedOutAgain = newRt === rt || (fact.repeated !== undefined && ledger.refresh[numberIn(newRt ?? '')] !== undefined);
  if (newRt !== undefined && !handedOutAgain) issueRefresh(ledger, newRt);
  const { rotation, grace } = policy.refreshToken;
  if (rotation === 'rotate' && grace.policy === 'strict' && policy.atomicity === 'serialize' && policy.nodes === undefined)
    spend(ledger, rt);
}

function spend(ledger: Ledger, rt: TokenLabel): void {
  const number = numberIn(rt);
  if (ledger.refresh[number] === 'spent') ledger.sentences.push(`${rt} was exchanged twice under strict rotation`);
  ledger.refresh[number] = 'spent';
}

function seeRefused(ledger: Ledger, fact: Body<'token.refused'>): void {
  ledger.refused.set(fact.x, fact.reason);
  if (!HIDDEN_REASONS.has(fact.reason) || (fact.error === 'invalid_grant' && fact.status === 400)) return;
  ledger.sentences.push(`the refusal of ${fact.x} tells its true reason: ${fact.reason} was answered with ${fact.status} ${fact.error}`);
}

function seeResponded(ledger: Ledger, fact: Body<'token.responded'>, policy: ServerPolicy): void {
  if (fact.end !== undefined) expectToldRightly(ledger, fact.x, policy);
  if (fact.kind !== 'granted' || ledger.access[numberIn(fact.at ?? '')] === fact.x) return;
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

function issueAccess(ledger: Ledger, at: TokenLabel, x: string): void {
  const number = numberIn(at);
  if (ledger.access[number] !== undefined) tellIssuedTwice(ledger, at);
  ledger.access[number] = x;
}

function issueRefresh(ledger: Ledger, rt: TokenLabel): void {
  const number = numberIn(rt);
  if (ledger.refresh[number] !== undefined) tellIssuedTwice(ledger, rt);
  ledger.refresh[number] ??= 'issued';
}

function tellIssuedTwice(ledger: Ledger, label: TokenLabel): void {
  ledger.sentences.push(`${label} was issued twice: it has two parents`);
}

/** `AT-12` -> 12. */
function numberIn(label: TokenLabel): number {
  return Number(label.slice(3));
}

function expectAlive(ledger: Ledger, family: string, at: TokenLabel): void {
  if (ledger.deadFamilies.has(family)) ledger.sentences.push(`${at} was issued in family ${family} after it ended`);
}
