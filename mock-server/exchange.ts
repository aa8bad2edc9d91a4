// One request on its way through the five phases, for every endpoint alike: what is checked, what changes, what is answered.
// Knows nothing of OAuth; an endpoint says what happens at each phase, and hands plain values from one to the next.
import { OwnBugError } from '../src/core/errors.ts';
import { PHASES } from '../src/core/server-words.ts';
import type { Endpoint } from '../src/core/fault.ts';
import type { HttpResponse } from '../src/core/http.ts';
import type { Phase } from '../src/core/server-words.ts';
import type { Exchange } from './contract.ts';

/** What an endpoint does with one request. Only `commit` may change anything that lasts. */
export interface Handling<Checked, Done> {
  readonly endpoint: Endpoint;
  /** The request, or a resend of it, arrived: journal only. */
  arrive(arrival: number | undefined): void;
  check(): Checked;
  commit(checked: Checked): Done;
  respond(done: Done): HttpResponse;
  raceWindow?(): number;
}

/** The exchange of a request that arrives now. */
export function beginExchange<Checked, Done>(handling: Handling<Checked, Done>, arrival: number | undefined): Exchange {
  handling.arrive(arrival);
  return new RunningExchange(handling, { phase: 'received', checked: undefined, done: undefined, response: undefined });
}

interface Progress<Checked, Done> {
  phase: Phase;
  checked: Checked | undefined;
  done: Done | undefined;
  response: HttpResponse | undefined;
}

class RunningExchange<Checked, Done> implements Exchange {
  readonly #handling: Handling<Checked, Done>;
  readonly #progress: Progress<Checked, Done>;

  constructor(handling: Handling<Checked, Done>, progress: Progress<Checked, Done>) {
    this.#handling = handling;
    this.#progress = progress;
  }

  get endpoint(): Endpoint {
    return this.#handling.endpoint;
  }

  get phase(): Phase {
    return this.#progress.phase;
  }

  get response(): HttpResponse | undefined {
    return this.#progress.response;
  }

  get raceWindow(): number {
    return this.#handling.raceWindow?.() ?? 0;
  }

  advance(): Phase {
    const progress = this.#progress;
    const next = PHASES[PHASES.indexOf(progress.phase) + 1];
    if (next === undefined) throw new OwnBugError('an exchange whose answer has left cannot go on');
    // The casts hold because phases only follow one another: a value is set before the phase that reads it.
    if (next === 'validated') progress.checked = this.#handling.check();
    if (next === 'committed') progress.done = this.#handling.commit(progress.checked as Checked);
    if (next === 'serialised') progress.response = this.#handling.respond(progress.done as Done);
    progress.phase = next;
    return next;
  }

  fork(arrival: number): Exchange {
    this.#handling.arrive(arrival);
    return new RunningExchange(this.#handling, { ...this.#progress });
  }
}
