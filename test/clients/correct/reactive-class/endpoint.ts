// The token and revocation endpoints as the reactive client talks to them: what was understood, never an exception.
import type { Host, HostResponse, TokenResponse } from '../../../../src/core/contract.ts';
import { jsonObject, withLimit } from './waiting.ts';

export type Reply = { granted: TokenResponse } | { error: string } | { retryAfter: number };

export class TokenEndpoint {
  readonly #host: Host;
  constructor(host: Host) {
    this.#host = host;
  }

  async refresh(token: string): Promise<Reply> {
    try {
      return await withLimit(this.#host, 10_000, async (signal) => {
        const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: this.#host.config.clientId });
        const response = await this.#post(this.#host.config.tokenEndpoint, form, signal);
        return this.#understand(response, await response.text());
      });
    } catch {
      return { retryAfter: 0 };
    }
  }

  async revoke(token: string | undefined): Promise<void> {
    if (token === undefined || !this.#host.connectivity.online()) return;
    const form = new URLSearchParams({ token, token_type_hint: 'refresh_token', client_id: this.#host.config.clientId });
    await withLimit(this.#host, 5_000, (signal) => this.#post(this.#host.config.revocationEndpoint, form, signal)).catch(() => undefined);
  }

  #post(url: string, form: URLSearchParams, signal: AbortSignal): Promise<HostResponse> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return this.#host.fetch(url, { method: 'POST', headers, body: form.toString(), redirect: 'manual', signal });
  }

  /** A grant needs an access token, a refusal an OAuth error; portals, proxies and half bodies have neither (RFC 6749 5.1, 5.2). */
  #understand(response: HostResponse, text: string): Reply {
    const body = jsonObject(text);
    if (response.ok && typeof body['access_token'] === 'string' && body['access_token'] !== '')
      return { granted: body as unknown as TokenResponse };
    if ((response.status === 400 || response.status === 401) && body['error'] === 'invalid_grant') return { error: 'invalid_grant' };
    return { retryAfter: this.#retryAfter(response) };
  }

  #retryAfter({ headers }: HostResponse): number {
    const value = headers.get('retry-after') ?? '';
    if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1_000;
    const wait = Date.parse(value) - Date.parse(headers.get('date') ?? '');
    return Number.isFinite(wait) && wait > 0 ? wait : 0;
  }
}

export function tokenRefused({ status, headers }: HostResponse): boolean {
  const error = /error="?([\w-]+)/.exec(headers.get('www-authenticate') ?? '')?.[1];
  return status === 401 && (error === undefined || error === 'invalid_token');
}

/** As told, if that is a time at all (0 is none), or as the JWT says from issue to expiry: a difference of two server times. */
export function lifetime({ expires_in: told, access_token: token }: TokenResponse): number | undefined {
  const seconds = Number(told ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1_000;
  const [, payload = ''] = token.split('.');
  const { exp, iat } = jsonObject(Buffer.from(payload, 'base64url').toString()) as { exp?: number; iat?: number };
  return exp === undefined || iat === undefined ? undefined : (exp - iat) * 1_000;
}
