// A server with a hand-moved clock and a readable journal, and short ways to ask it things.
import type { ServerFact } from '../../src/core/events.ts';
import { parseObject } from '../../src/core/http.ts';
import type { HttpRequest, HttpResponse } from '../../src/core/http.ts';
import { TokenLabels } from '../../src/core/labels.ts';
import { createStreams } from '../../src/core/streams.ts';
import type { MockServer } from '../../mock-server/contract.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { createMockServer } from '../../mock-server/server.ts';
import { createSigner } from '../../mock-server/signer.ts';

export const ISSUER = 'https://as.example';
export const API = 'https://api.example';
/** 2026-01-05T08:00:00Z, a whole second. */
export const EPOCH = 1_767_600_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type FactOf<T extends ServerFact['type']> = Extract<ServerFact, { type: T }>;
export interface TokenReply {
  status: number;
  json: Record<string, unknown>;
  at: string;
  rt: string;
  raw: HttpResponse;
}

export class Bench {
  t = 0;
  readonly journal: ({ t: number; actor: 'as' | 'rs' } & ServerFact)[] = [];
  readonly labels = new TokenLabels();
  readonly server: MockServer;
  #x = 0;

  constructor(patch: PolicyPatch = {}, seed = 1) {
    this.server = createMockServer(
      {
        issuer: ISSUER,
        resourceOrigin: API,
        now: () => this.t,
        epoch: EPOCH,
        ids: createStreams(seed).stream('server'),
        signer: createSigner(),
        labels: this.labels,
        record: (actor, fact) => void this.journal.push({ t: this.t, actor, ...fact }),
      },
      patchPolicy(DEFAULT_POLICY, patch),
    );
  }

  facts<T extends ServerFact['type']>(type: T): (FactOf<T> & { t: number })[] {
    return this.journal.filter((fact) => fact.type === type) as unknown as (FactOf<T> & { t: number })[];
  }

  last<T extends ServerFact['type']>(type: T): FactOf<T> & { t: number } {
    const fact = this.facts(type).at(-1);
    if (fact === undefined) throw new Error(`nothing of type ${type} was recorded`);
    return fact;
  }

  /** A session of `ada` on `phone`, with both tokens as text. */
  session(user = 'ada', device = 'phone', scope?: string): { at: string; rt: string; family: string } {
    const granted = this.server.grantSession(user, device, scope === undefined ? {} : { scope });
    return { at: granted.response.access_token, rt: granted.response.refresh_token ?? '', family: granted.family };
  }

  token(params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): TokenReply {
    return readReply(this.server.handle(tokenRequest(params, headers), { x: this.nextX() }));
  }

  refresh(rt: string, more: Readonly<Record<string, string>> = {}): TokenReply {
    return this.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: rt, ...more });
  }

  nextX(): string {
    this.#x += 1;
    return `x${this.#x}`;
  }

  api(at: string | undefined, path = '/notes', headers: Readonly<Record<string, string>> = {}): HttpResponse {
    const authorization: Record<string, string> = at === undefined ? {} : { authorization: `Bearer ${at}` };
    return this.server.handle(
      { method: 'GET', url: `${API}${path}`, headers: { ...authorization, ...headers }, body: '' },
      { n: 'n1', k: 1 },
    );
  }

  revocation(params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): HttpResponse {
    return this.server.handle({ ...tokenRequest({ client_id: 'app', ...params }, headers), url: `${ISSUER}/revoke` });
  }
}

export function tokenRequest(params: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): HttpRequest {
  return {
    method: 'POST',
    url: `${ISSUER}/token`,
    body: new URLSearchParams(params).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  };
}

export function refreshRequest(rt: string): HttpRequest {
  return tokenRequest({ grant_type: 'refresh_token', client_id: 'app', refresh_token: rt });
}

export function readReply(raw: HttpResponse): TokenReply {
  const json = parseObject(raw.body) ?? {};
  return { status: raw.status, json, raw, at: String(json['access_token'] ?? ''), rt: String(json['refresh_token'] ?? '') };
}

/** `Basic` credentials as RFC 6749 2.3.1 encodes them. */
export function basic(id: string, secret: string): { authorization: string } {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}` };
}
