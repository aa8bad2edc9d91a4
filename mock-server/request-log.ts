// From what was journalled while a request was served to the one record a log or a live view needs. Labels only, and nothing a client
// wrote that could hide a secret. Says which device a token belongs to, so that rules and logs can name it.
import type { Fact, TokenLabel } from '../src/core/events.ts';
import { pathOf } from '../src/core/fault.ts';
import type { Endpoint } from '../src/core/fault.ts';
import { readBearer } from '../src/core/http.ts';
import type { RequestRecord } from '../src/core/request-record.ts';
import { fieldOf, grantNameOf } from './about.ts';
import type { AppRequest, ServerApp } from './app.ts';

interface Owner {
  family: string;
  user: string;
  device: string;
}

/** The token a request shows: its label, and whose it is when it belongs to a session. */
interface Shown {
  label: TokenLabel;
  owner: Owner | undefined;
}

/** Who sent a request, as far as can be told: the header for it, else the device of the token it shows, else the connection. */
export class Senders {
  readonly #app: ServerApp;

  constructor(app: ServerApp) {
    this.#app = app;
  }

  /** `phone/app`, `phone`, or `c3`. */
  of(request: AppRequest): string {
    const told = request.headers[FROM_HEADER];
    if (told !== undefined && isPlace(told)) return told;
    return this.shown(request)?.owner?.device ?? request.connection ?? 'somebody';
  }

  /** The bearer of its header, or the refresh token in its body. */
  shown({ headers, body }: AppRequest): Shown | undefined {
    const value = readBearer(headers['authorization']) ?? fieldOf({ body }, 'refresh_token');
    if (value === undefined) return undefined;
    const label = this.#app.site.labels.of(value);
    return label === 'none' ? undefined : { label, owner: this.#ownerOf(value) };
  }

  /** Tombstones have owners too: stores forget nothing. */
  #ownerOf(value: string): Owner | undefined {
    for (const { desk } of this.#app.site.issuers) {
      const { family } = desk.store.refresh.get(value) ?? desk.store.access.get(value) ?? {};
      if (family !== undefined) return { family: family.id, user: family.user, device: family.device };
    }
    return undefined;
  }
}

/** A client may say which process it is: `x-tokenwarp-from: phone/app`. */
export const FROM_HEADER = 'x-tokenwarp-from';

/** A device or one of its processes. Too short for a token or a piece that counts as one. */
function isPlace(text: string): boolean {
  return /^[a-z][\w.-]{0,10}(?:\/[a-z][\w.-]{0,10})?$/.test(text);
}

/** The path for people: what could be a secret, twelve characters and more with a digit or a capital in them, becomes `…`. */
export function safePath(url: string): string {
  return pathOf(url)
    .slice(0, 120)
    .replaceAll(/[\w\-.~+=%]{12,}/g, (run) => (/[A-Z0-9%]/.test(run) ? '…' : run));
}

/** A request being served; facts journalled meanwhile are noted with `see`. */
export class Draft {
  readonly record: RequestRecord;

  constructor(start: Omit<RequestRecord, 'ms' | 'ending'>) {
    this.record = { ...start, ms: 0, ending: 'gone' };
  }

  see(fact: Fact): void {
    Object.assign(this.record, reading(fact));
  }
}

/** What a fact says about the request that caused it. */
function reading(fact: Fact): Partial<RequestRecord> {
  switch (fact.type) {
    case 'token.received':
      return { x: fact.x, presented: fact.rt };
    case 'token.committed':
      return {
        access: fact.at,
        family: fact.family,
        user: fact.user,
        device: fact.device,
        ...(fact.newRt === undefined ? {} : { refresh: fact.newRt }),
      };
    case 'token.refused':
      return { error: fact.error, reason: fact.reason };
    case 'session.granted':
      return {
        access: fact.at,
        family: fact.family,
        user: fact.user,
        device: fact.device,
        ...(fact.rt === undefined ? {} : { refresh: fact.rt }),
      };
    case 'api.received':
      return { n: fact.n, presented: fact.at };
    case 'api.responded':
      return { ...(fact.error === undefined ? {} : { error: fact.error }), ...(fact.reason === undefined ? {} : { reason: fact.reason }) };
    case 'revocation.received':
      return { presented: fact.token };
    default:
      return {};
  }
}

/** The short name of the grant a token request asks for. */
export function grantOf(request: AppRequest, endpoint: Endpoint): { grant?: string } {
  const grant = endpoint === 'token' ? grantNameOf(request) : undefined;
  return grant === undefined ? {} : { grant };
}
