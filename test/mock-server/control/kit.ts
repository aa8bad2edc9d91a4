// An app without sockets under control: real time is a number that a test moves, requests are records.
import { expect } from 'vitest';
import { createApp, isExchange } from '../../../mock-server/app.ts';
import type { AppAnswer, AppOptions, AppResponse, ServerApp } from '../../../mock-server/app.ts';
import { createControl } from '../../../mock-server/control/control.ts';
import { CONTROL_PREFIX as PREFIX } from '../../../mock-server/control/prefix.ts';
import type { ControlOptions } from '../../../mock-server/control/route.ts';
import { drive } from '../../../mock-server/drive.ts';
import { verifyReport } from '../../../src/verify/readers/verify-report.ts';

export const ORIGIN = 'http://127.0.0.1:8080';
export const EPOCH = 1_767_600_000_000;

/** Parsed JSON, whose members a test names and thereby checks. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export class Desk {
  readonly app: ServerApp;
  /** Real ms. */
  real = 0;
  readonly #timers: { at: number; fn: () => void }[] = [];
  #x = 0;

  constructor(options: Partial<AppOptions> = {}, control: ControlOptions = { verify: verifyReport }) {
    this.app = createApp({
      origin: ORIGIN,
      seed: 1,
      epoch: EPOCH,
      frozen: true,
      time: {
        now: () => this.real,
        after: (ms, fn) => {
          const timer = { at: this.real + ms, fn };
          this.#timers.push(timer);
          return () => void this.#timers.splice(this.#timers.indexOf(timer), 1);
        },
      },
      ...options,
      routes: [createControl(control)],
    });
  }

  /** Lets real time go by. */
  pass(ms: number): void {
    this.real += ms;
    for (const timer of this.#timers.filter(({ at }) => at <= this.real)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.fn();
    }
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, more: object = {}): AppAnswer {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    return this.app.receive({
      method,
      url: `${ORIGIN}${PREFIX}${path}`,
      headers: { host: '127.0.0.1:8080', ...headers },
      body: text,
      ...more,
    });
  }

  /** A control call that answers at once: status and JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): { status: number; json: Json; response: AppResponse } {
    const response = this.ask(method, path, body, headers);
    if (isExchange(response) || response instanceof Promise) throw new Error(`${path} did not answer at once`);
    return { status: response.status, json: JSON.parse(response.body) as Json, response };
  }

  /** The same, expected to succeed. */
  ok(method: string, path: string, body?: unknown): Json {
    const { status, json } = this.call(method, path, body);
    expect([path, status, json['message']]).toEqual([path, 200, undefined]);
    return json;
  }

  signIn(user = 'ada', device = 'phone'): { session: string; at: string; rt: string } {
    const { session, response } = this.ok('POST', '/sessions', { user, device });
    return { session, at: response.access_token, rt: response.refresh_token };
  }

  /** A refresh, through the fault rules, to its end. */
  refresh(rt: string): ReturnType<typeof drive> {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: rt, client_id: 'app' }).toString();
    const request = { method: 'POST', url: `${ORIGIN}/token`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
    this.#x += 1;
    return drive(this.app, {
      request,
      meta: { x: `x${this.#x}` },
      endpoint: 'token',
      from: 'phone',
      exempt: false,
      dead: () => new Promise(() => undefined),
      step: (piece) => piece(),
    });
  }

  tokens(rt: string): Json {
    const ending = this.refresh(rt);
    if (ending instanceof Promise || ending.kind !== 'answer') throw new Error('no answer at once');
    return { status: ending.response.status, ...(JSON.parse(ending.response.body) as object) };
  }

  api(at: string): { status: number; json: Json } {
    const answer = this.app.receive({ method: 'GET', url: `${ORIGIN}/api/feed`, headers: { authorization: `Bearer ${at}` }, body: '' });
    if (!isExchange(answer)) throw new Error('not an exchange');
    while (answer.phase !== 'flushed') answer.advance();
    return { status: answer.response?.status ?? 0, json: JSON.parse(answer.response?.body ?? '{}') as Json };
  }
}
