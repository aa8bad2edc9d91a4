// Leads one request through the server, asking the fault rules at every point, as the virtual network does: same points, same verdicts.
// Ends with what should happen on the wire; writes nothing itself. Waits are real: a client that waits does so in real time.
import { changedBy, PASS, retryAfterText } from '../src/core/fault.ts';
import type { DropHow, Endpoint, Point, RequestAbout, RetryHint, Verdict } from '../src/core/fault.ts';
import { httpDate } from '../src/core/http.ts';
import type { HttpResponse } from '../src/core/http.ts';
import { PHASES } from '../src/core/server-words.ts';
import { isExchange } from './app.ts';
import type { AppAnswer, AppRequest, AppResponse, ServerApp } from './app.ts';
import type { ArrivalMeta, Exchange } from './contract.ts';

/** One request and what the driver needs of the connection it came on. */
export interface Call {
  request: AppRequest;
  meta: ArrivalMeta;
  endpoint: Endpoint;
  /** Process or device, for rules. */
  from: string;
  /** No rule falls on it: the control API. */
  exempt: boolean;
  /** Resolves when the connection dies. */
  dead(): Promise<unknown>;
  /** Runs a piece of the exchange; a log may watch what is journalled meanwhile. */
  step<T>(piece: () => T): T;
}

/** How a request ends on the wire. `rule`: the text of the rule that decided. */
export type Ending =
  | { kind: 'answer'; response: AppResponse; cut?: Cut; scripted?: true; rule?: string }
  | { kind: 'drop'; how: DropHow; point: Point; rule: string };
export interface Cut {
  keep: number;
  how: 'short' | 'error' | 'reset' | 'chunk';
}

/** A transport that sends again does so at once, ms. */
const RESEND_DELAY = 1;

/** Leads the request to its end; at once when no rule and no race holds it up. */
export function drive(app: ServerApp, call: Call): Ending | Promise<Ending> {
  if (app.rules.size > 0 && !call.exempt) return driveUnderRules(app, call);
  const answer = call.step(() => app.receive(call.request, call.meta));
  if (!isExchange(answer)) return answer instanceof Promise ? answer.then(plain) : plain(answer);
  if (answer.raceWindow > 0 && !call.exempt) return new Drive(app, call).phases(answer);
  return plain(call.step(() => finish(answer)));
}

function plain(response: AppResponse): Ending {
  return { kind: 'answer', response };
}

function finish(exchange: Exchange): HttpResponse {
  while (exchange.phase !== 'flushed') exchange.advance();
  return exchange.response as HttpResponse;
}

async function driveUnderRules(app: ServerApp, call: Call): Promise<Ending> {
  const drive = new Drive(app, call);
  const early = await drive.at('request');
  if (early !== undefined) return early;
  if (drive.copies > 0)
    app.clock.real.after(RESEND_DELAY, () => settle(app.receive(call.request, { ...call.meta, arrival: (call.meta.arrival ?? 1) + 1 })));
  const answer = call.step(() => app.receive(call.request, call.meta));
  return isExchange(answer) ? drive.phases(answer) : drive.whole(await answer);
}

/** Runs to its end a copy whose answer nobody reads. */
function settle(answer: AppAnswer): void {
  if (isExchange(answer)) finish(answer);
}

class Drive {
  readonly #app: ServerApp;
  readonly #call: Call;
  /** How often the transport sends the request once more from the point just asked about. */
  copies = 0;
  #rule: string | undefined;
  #cut: Cut | undefined;
  readonly #pending: Verdict[] = [];
  #scripted = false;

  constructor(app: ServerApp, call: Call) {
    this.#app = app;
    this.#call = call;
  }

  /** Asks the rules at a point; an ending when one decides here, after whatever it says to wait. `rewrite` and its like change `response`. */
  async at(point: Point, holder: { response?: AppResponse } = {}): Promise<Ending | undefined> {
    const verdict = this.#ask(point, holder.response);
    this.copies = verdict.kind === 'duplicate' ? 1 : 0;
    switch (verdict.kind) {
      case 'drop':
        return { kind: 'drop', how: verdict.how, point, rule: this.#rule ?? '' };
      case 'reply':
        this.#scripted = true;
        return this.#answer(this.#script(verdict.response, verdict.retry));
      case 'delay':
        await this.#sleep(verdict.ms);
        return undefined;
      case 'hold':
        await this.#app.holds.wait(verdict.name, this.#call.dead());
        return undefined;
      case 'truncate':
        this.#cut = { keep: verdict.keep, how: verdict.how };
        return undefined;
      default:
        // Said before there is an answer, it falls on the answer all the same.
        if (holder.response === undefined) this.#pending.push(verdict);
        else holder.response = changed(holder.response, verdict);
        return undefined;
    }
  }

  /** Through the phases of an exchange, one by one. */
  async phases(exchange: Exchange): Promise<Ending> {
    const holder: { response?: AppResponse } = {};
    for (;;) {
      const ending = await this.at(exchange.phase, holder);
      if (ending !== undefined) return ending;
      if (this.copies > 0) this.#copy(exchange);
      if (exchange.phase === 'flushed') break;
      if (exchange.phase === 'validated' && exchange.raceWindow > 0) await this.#sleep(exchange.raceWindow);
      this.#call.step(() => exchange.advance());
      if (exchange.phase === 'serialised') holder.response = this.#born(exchange.response as HttpResponse);
    }
    return this.#back(holder);
  }

  /** An answer that has no phases of its own is asked about at each all the same. */
  async whole(response: AppResponse): Promise<Ending> {
    const holder = { response: this.#born(response) };
    for (const phase of PHASES) {
      const ending = await this.at(phase, holder);
      if (ending !== undefined) return ending;
    }
    return this.#back(holder);
  }

  #born(response: AppResponse): AppResponse {
    return this.#pending.splice(0).reduce(changed, response);
  }

  async #back(holder: { response?: AppResponse }): Promise<Ending> {
    return (await this.at('response', holder)) ?? this.#answer(holder.response as AppResponse);
  }

  #answer(response: AppResponse): Ending {
    return {
      kind: 'answer',
      response,
      ...(this.#cut === undefined ? {} : { cut: this.#cut }),
      ...(this.#scripted ? { scripted: true } : {}),
      ...(this.#rule === undefined ? {} : { rule: this.#rule }),
    };
  }

  #ask(point: Point, response: AppResponse | undefined): Verdict {
    if (this.#call.exempt || this.#app.rules.size === 0) return PASS;
    const { endpoint, from, request } = this.#call;
    const t = this.#app.clock.now();
    const about = (): RequestAbout => this.#app.site.find(request.url).server.about(request);
    const { verdict, rule } = this.#app.rules.judge({
      point,
      endpoint,
      from,
      t,
      request,
      about,
      ...(response === undefined ? {} : { response }),
    });
    if (rule !== undefined) this.#rule = rule.text;
    return verdict;
  }

  #copy(exchange: Exchange): void {
    const again = exchange.fork((this.#call.meta.arrival ?? 1) + 1);
    this.#app.clock.real.after(RESEND_DELAY, () => void finish(again));
  }

  /** Not cut short when the client goes away: the server does not know, and commits all the same. */
  async #sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#app.clock.real.after(ms, resolve);
    await promise;
  }

  /** An answer of a rule, with the server's Date and a Retry-After that follows its clock (F4). */
  #script(response: HttpResponse, retry: RetryHint | undefined): HttpResponse {
    const now = serverTime(this.#app, this.#call.request.url);
    const hint = retry === undefined ? {} : { 'retry-after': retryAfterText(retry, now, this.#app.clock.now()) };
    return { ...response, headers: { date: httpDate(now), 'access-control-allow-origin': '*', ...hint, ...response.headers } };
  }
}

/** The server's own wall clock for a url, ms since the Unix epoch. */
export function serverTime(app: ServerApp, url: string): number {
  return app.epoch + app.clock.now() + app.site.find(url).server.policy.clockOffset;
}

/** Written out beforehand is only what nobody changes. */
function changed({ head: _stale, ...response }: AppResponse, verdict: Verdict): AppResponse {
  return { ...response, ...changedBy(verdict, response) };
}
