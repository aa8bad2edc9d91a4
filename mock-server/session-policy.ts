// A policy of its own for one session: while a request of that session is served, the desk works under it. What a request belongs to is
// told by the token it shows; nothing else of the server knows that there is more than one policy.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import type { Endpoint } from '../src/core/fault.ts';
import type { Phase } from '../src/core/server-words.ts';
import { bearerOf, fieldOf } from './about.ts';
import type { Exchange } from './contract.ts';
import type { Desk } from './desk.ts';
import { patchPolicy } from './policy.ts';
import type { PolicyPatch } from './policy.ts';

/** The exchange that `begin` makes, every phase of it under the policy of its session, if that has one. */
export function underSessionPolicy(desk: Desk, request: HttpRequest, begin: () => Exchange): Exchange {
  if (desk.sessionPolicies.size === 0) return begin();
  const patch = desk.sessionPolicies.get(sessionOf(desk, request) ?? '');
  return patch === undefined ? begin() : new ScopedExchange(desk, patch, under(desk, patch, begin));
}

function sessionOf({ store }: Desk, request: HttpRequest): string | undefined {
  const access = store.access.get(bearerOf(request) ?? '')?.family?.id;
  return access ?? store.refresh.get(fieldOf(request, 'refresh_token') ?? '')?.family.id;
}

function under<T>(desk: Desk, patch: PolicyPatch, act: () => T): T {
  const common = desk.policy;
  desk.policy = patchPolicy(common, patch);
  try {
    return act();
  } finally {
    desk.policy = common;
  }
}

class ScopedExchange implements Exchange {
  readonly #desk: Desk;
  readonly #patch: PolicyPatch;
  readonly #inner: Exchange;

  constructor(desk: Desk, patch: PolicyPatch, inner: Exchange) {
    this.#desk = desk;
    this.#patch = patch;
    this.#inner = inner;
  }

  get endpoint(): Endpoint {
    return this.#inner.endpoint;
  }

  get phase(): Phase {
    return this.#inner.phase;
  }

  get response(): HttpResponse | undefined {
    return this.#inner.response;
  }

  get raceWindow(): number {
    return under(this.#desk, this.#patch, () => this.#inner.raceWindow);
  }

  advance(): Phase {
    return under(this.#desk, this.#patch, () => this.#inner.advance());
  }

  fork(arrival: number): Exchange {
    return new ScopedExchange(
      this.#desk,
      this.#patch,
      under(this.#desk, this.#patch, () => this.#inner.fork(arrival)),
    );
  }
}
