// A browser without a screen in front of a server without sockets: cookies, forms, redirects, and a clock moved by hand.
import { hash } from 'node:crypto';
import type { ServerFact } from '../../src/core/events.ts';
import { parseObject } from '../../src/core/http.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/http.ts';
import { createApp, isExchange } from '../../mock-server/app.ts';
import type { AppOptions, AppResponse, ServerApp } from '../../mock-server/app.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { EPOCH } from './kit.ts';

export const ORIGIN = 'http://127.0.0.1:4000';
export const VERIFIER = 'a-verifier-of-forty-three-characters-or-more';
export const CHALLENGE = hash('sha256', VERIFIER, 'base64url');
export const CALLBACK = 'com.example.app:/callback';

type Text = Readonly<Record<string, string>>;
type FactOf<T extends ServerFact['type']> = Extract<ServerFact, { type: T }>;

export class Visit {
  readonly app: ServerApp;
  readonly base: string;
  readonly cookies = new Map<string, string>();
  #real = 0;

  constructor(patch: PolicyPatch = {}, options: Partial<AppOptions> = {}) {
    const time = { now: () => this.#real, after: () => () => undefined };
    this.app = createApp({ origin: ORIGIN, seed: 1, epoch: EPOCH, time, policy: patchPolicy(DEFAULT_POLICY, patch), ...options });
    this.base = this.app.site.issuers[0]?.desk.base ?? ORIGIN;
  }

  wait(ms: number): void {
    this.#real += ms;
  }

  facts<T extends ServerFact['type']>(type: T): FactOf<T>[] {
    return this.app.journal.entries.filter((fact) => fact.type === type) as unknown as FactOf<T>[];
  }

  send(request: HttpRequest): AppResponse {
    const answer = this.app.receive(request);
    if (answer instanceof Promise) throw new Error('an answer that comes later');
    if (!isExchange(answer)) return answer;
    while (answer.phase !== 'flushed') answer.advance();
    return answer.response as HttpResponse;
  }

  get(url: string, headers: Text = {}): AppResponse {
    return this.#browse({ method: 'GET', url: absolute(this.base, url), headers, body: '' });
  }

  /** Submits a form as a browser would: from a page of the server itself. */
  post(url: string, form: Text, headers: Text = {}): AppResponse {
    const own = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, host: '127.0.0.1:4000' };
    return this.#browse({
      method: 'POST',
      url: absolute(this.base, url),
      headers: { ...own, ...headers },
      body: new URLSearchParams(form).toString(),
    });
  }

  #browse(request: HttpRequest): AppResponse {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = this.send({ ...request, headers: { ...request.headers, ...(cookie === '' ? {} : { cookie }) } });
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(response.headers['set-cookie'] ?? '') ?? [];
    if (name !== '' && value === '') this.cookies.delete(name);
    else if (name !== '') this.cookies.set(name, value);
    return response;
  }

  /** Opens the authorization endpoint as the client `app` with PKCE; empty values leave a parameter out. */
  authorize(more: Text = {}): AppResponse {
    const params = { client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', state: 's t/1', ...PKCE, ...more };
    const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
    return this.get(`/authorize?${query}`);
  }

  /** Presses a button of a page. */
  press(page: HttpResponse, decision: string, more: Text = {}): AppResponse {
    return this.post('/interaction', { interaction: interactionOf(page), decision, ...more });
  }

  /** From the first request to the code, asked anew whoever was signed in. */
  signIn(user = 'ada', more: Text = {}): string {
    return answerOf(this.press(this.authorize({ prompt: 'login', ...more }), 'approve', { user })).get('code') ?? '';
  }

  token(form: Text, headers: Text = {}): { status: number; json: Record<string, unknown> } {
    const own = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ client_id: 'app', ...form }).toString();
    const response = this.send({ method: 'POST', url: `${this.base}/token`, headers: { ...own, ...headers }, body });
    return { status: response.status, json: parseObject(response.body) ?? {} };
  }

  redeem(code: string, more: Text = {}): { status: number; json: Record<string, unknown> } {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...more });
  }

  json(url: string, headers: Text = {}): Record<string, unknown> {
    return parseObject(this.get(url, headers).body) ?? {};
  }
}

export const PKCE = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };

function absolute(base: string, url: string): string {
  return url.startsWith('/') ? `${base}${url}` : url;
}

export function interactionOf(page: HttpResponse): string {
  return /name="interaction" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
}

/** The parameters a redirect carries back to the client. */
export function answerOf(response: HttpResponse): URLSearchParams {
  return new URLSearchParams(response.headers['location']?.split('?')[1] ?? '');
}

/** The payload of a JWT, unverified. */
export function claimsOf(token: unknown): Record<string, unknown> {
  return parseObject(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) ?? {};
}
