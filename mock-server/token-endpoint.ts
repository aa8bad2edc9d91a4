// The token endpoint (RFC 6749 3.2): form and client checks, then one grant from the table, phase by phase, with its journal.
import type { TokenResponse } from '../src/core/contract.ts';
import type { TokenLabel } from '../src/core/events.ts';
import { readRetryAfter } from '../src/core/http.ts';
import type { HttpRequest } from '../src/core/http.ts';
import type { Ask, Grant, Granted, Plan } from './ask.ts';
import { checkClient } from './client-check.ts';
import type { ArrivalMeta, ArrivalSight } from './contract.ts';
import type { Desk } from './desk.ts';
import type { Proof } from './dpop.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import type { FormProblem, ReadForm } from './form.ts';
import { GRANTS } from './grants.ts';
import { checkProof, nonceHeader, spend } from './proof-check.ts';
import { badRequest, isRefusal, NOT_POST } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { countTokens } from './token-limit.ts';
import { grantedReply, refusedReply, tokenMembers } from './replies.ts';
import { tellRefusal } from './wire-shape.ts';

/** Either way out of a commit; `members` are fixed there, so an answer held back later tells no other time. */
type Done = { refusal: Refusal } | { granted: Granted; members: TokenResponse; proof: Proof | undefined };
type Checked = Refusal | Ready;
/** A request that may commit, and how. */
interface Ready {
  ask: Ask;
  grant: Grant;
  plan: Plan;
  proof: Proof | undefined;
}

/** How a request for tokens is handled. Only refresh exchanges are journalled as `token.*`. */
export function tokenHandling(desk: Desk, request: HttpRequest, meta: ArrivalMeta): Handling<Checked, Done> {
  const read = readForm(request);
  const type = read.form.get('grant_type');
  const refreshes = type === 'refresh_token' || (type === undefined && meta.x !== undefined);
  const x = meta.x ?? (refreshes ? desk.nextName() : 'none');
  const journal = refreshes ? new RefreshJournal(desk, x, labelOf(desk, read.form.get('refresh_token'))) : undefined;
  return {
    endpoint: 'token',
    arrive: (arrival) => journal?.received(arrival ?? 1, meta.sight ?? {}),
    check: () => check(desk, { request, read, x }),
    commit(checked) {
      const outcome = countTokens(desk, read.form) ?? commit(desk, checked);
      if (!isRefusal(outcome)) return { granted: outcome, members: tokenMembers(desk, outcome), proof: proofOf(checked) };
      journal?.refused(outcome);
      outcome.effect?.();
      return { refusal: outcome };
    },
    respond(done) {
      journal?.responded(done);
      return 'refusal' in done ? refusedReply(desk, done.refusal) : grantedReply(desk, done.members, nonceHeader(done.proof));
    },
    raceWindow: () => (refreshes && desk.policy.atomicity !== 'serialize' ? desk.policy.atomicity.race : 0),
  };
}

/** The store knows what it issued; the labels know other values too: a token of another issuer, or of a time that was taken back. */
function labelOf({ store, context }: Desk, value: string | undefined): TokenLabel {
  return store.refresh.get(value ?? '')?.label ?? context.labels.of(value);
}

interface Arrived {
  request: HttpRequest;
  read: ReadForm;
  x: string;
}

function check(desk: Desk, { request, read, x }: Arrived): Checked {
  if (read.problem !== undefined) return FORM_REFUSALS[read.problem];
  const type = read.form.get('grant_type');
  if (type === undefined) return badRequest('grant_type is missing');
  const client = checkClient(desk, request, read.form);
  if (isRefusal(client)) return client;
  const grant = GRANTS.get(type);
  if (grant === undefined)
    return { status: 400, error: 'unsupported_grant_type', description: 'grant_type is not supported', reason: 'bad-grant-type' };
  if (!client.grants.includes(type)) {
    return { status: 400, error: 'unauthorized_client', description: 'the client may not use this grant_type', reason: 'bad-grant-type' };
  }
  const proof = checkProof(desk, request);
  if (proof !== undefined && isRefusal(proof)) return proof;
  const ask: Ask = { form: read.form, client, x, node: desk.nextNode(), jkt: proof?.jkt };
  const plan = grant.check(desk, ask);
  return isRefusal(plan) ? plan : { ask, grant, plan, proof };
}

function proofOf(checked: Checked): Proof | undefined {
  return isRefusal(checked) ? undefined : checked.proof;
}

/** What is wrong with a body before any parameter is read (T1-T3). */
export const FORM_REFUSALS: Readonly<Record<FormProblem, Refusal>> = {
  method: NOT_POST,
  'content-type': badRequest('use application/x-www-form-urlencoded'),
  repeated: badRequest('a parameter is included more than once'),
};

/** A refusal stays one. A plan is checked again in the same step, unless the policy lets two exchanges race. */
function commit(desk: Desk, checked: Checked): Granted | Refusal {
  if (isRefusal(checked)) return checked;
  const { ask, grant, plan, proof } = checked;
  const spent = spend(desk, proof);
  if (spent !== undefined) return spent;
  if (grant.racy && desk.policy.atomicity !== 'serialize') return plan();
  const again = grant.check(desk, ask);
  return isRefusal(again) ? again : again();
}

/** The `token.*` facts of one exchange. */
class RefreshJournal {
  readonly #desk: Desk;
  readonly #x: string;
  readonly #rt: TokenLabel;

  constructor(desk: Desk, x: string, rt: TokenLabel) {
    this.#desk = desk;
    this.#x = x;
    this.#rt = rt;
  }

  received(arrival: number, { connection, from }: ArrivalSight): void {
    const socket = { ...(connection === undefined ? {} : { connection }), ...(from === undefined ? {} : { from }) };
    this.#desk.record('as', { type: 'token.received', x: this.#x, rt: this.#rt, arrival, ...socket });
  }

  refused({ error, status, reason, late }: Refusal): void {
    const missed = late === undefined ? {} : { late };
    this.#desk.record('as', { type: 'token.refused', x: this.#x, rt: this.#rt, error, status, reason, ...missed });
  }

  /** As a strict reader takes it: an OAuth error is a 400 or 401 (readTokenResponse in core/http). */
  responded(done: Done): void {
    const x = this.#x;
    if ('refusal' in done) {
      const { status, body, headers } = tellRefusal(this.#desk, done.refusal);
      const retryAfter = readRetryAfter(headers['retry-after'], this.#desk.now());
      const { error, session_end: end } = body;
      const read =
        (status === 400 || status === 401) && typeof error === 'string'
          ? { kind: 'oauth-error' as const, error, ...(typeof end === 'string' ? { end } : {}) }
          : { kind: 'other' as const };
      this.#desk.record('as', { type: 'token.responded', x, status, ...read, ...(retryAfter === undefined ? {} : { retryAfter }) });
      return;
    }
    const { granted, members } = done;
    this.#desk.record('as', {
      type: 'token.responded',
      x,
      status: 200,
      kind: 'granted',
      at: granted.access.label,
      ...(granted.refresh === undefined ? {} : { newRt: granted.refresh.label }),
      ...(typeof members.expires_in === 'number' ? { expiresIn: members.expires_in * 1_000 } : {}),
    });
  }
}
