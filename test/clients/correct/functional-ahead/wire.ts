// What the functional client says to servers and how it reads their answers. No state, no exceptions.
import type { Body, Host, HostFetchInit, HostResponse, TokenResponse } from '../../../../src/core/contract.ts';
import type { Answer } from './model.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };

/** One refresh request (RFC 6749 6), given up after 9 s. */
export async function exchange(host: Host, refresh: string): Promise<Answer> {
  const { clientId, tokenEndpoint } = host.config;
  const body = formOf({ grant_type: 'refresh_token', refresh_token: refresh, client_id: clientId });
  const answer = await timed(host, 9_000, async (signal) => {
    const response = await host.fetch(tokenEndpoint, { method: 'POST', headers: FORM, body, signal, redirect: 'manual' });
    return understand(response, await response.text());
  });
  return answer ?? { kind: 'unknown', retryAfter: 0 };
}

/** RFC 7009, best effort. */
export async function revoke(host: Host, token: string): Promise<void> {
  if (!host.connectivity.online()) return;
  const body = formOf({ token, token_type_hint: 'refresh_token', client_id: host.config.clientId });
  await timed(host, 5_000, (signal) =>
    host.fetch(host.config.revocationEndpoint, { method: 'POST', headers: FORM, body, signal, redirect: 'manual' }),
  );
}

/** The result, or undefined when it failed or took longer than `ms`. `also` aborts earlier. */
export async function timed<T>(
  host: Host,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  also?: AbortSignal,
): Promise<T | undefined> {
  const limit = new AbortController();
  const cancel = host.clock.setTimeout(() => limit.abort(), ms);
  return work(also === undefined ? limit.signal : AbortSignal.any([limit.signal, also]))
    .catch(() => undefined)
    .finally(cancel);
}

export function init(method: string, headers: Record<string, string>, body: Body | undefined, signal: AbortSignal): HostFetchInit {
  return body === undefined ? { method, headers, signal } : { method, headers, body, signal };
}

/** A 401 about the token: `invalid_token`, or no error code at all (RFC 6750 3.1). */
export function refusesToken(response: HostResponse): boolean {
  if (response.status !== 401) return false;
  const challenge = response.headers.get('www-authenticate') ?? '';
  return !/error=/.test(challenge) || /error="?invalid_token/.test(challenge);
}

/** A token response as a grant; undefined when it has no access token. */
export function grantOf(body: Partial<TokenResponse>): Extract<Answer, { kind: 'granted' }> | undefined {
  const { access_token: access, refresh_token: refresh } = body;
  if (typeof access !== 'string' || access === '') return undefined;
  const lifetime = lifetimeOf(access, body.expires_in);
  return {
    kind: 'granted',
    access,
    ...(typeof refresh === 'string' && refresh !== '' ? { refresh } : {}),
    ...(lifetime === undefined ? {} : { lifetime }),
  };
}

function understand(response: HostResponse, text: string): Answer {
  const body = objectOf(text);
  const grant = response.ok && body !== undefined ? grantOf(body) : undefined;
  if (grant !== undefined) return grant;
  if ((response.status === 400 || response.status === 401) && body?.['error'] === 'invalid_grant') return { kind: 'invalid-grant' };
  return { kind: 'unknown', retryAfter: pauseAsked(response.headers) };
}

/** Retry-After in ms (RFC 9110 10.2.3); a date counts from the server's own Date. */
function pauseAsked(headers: HostResponse['headers']): number {
  const asked = headers.get('retry-after');
  if (asked === null) return 0;
  const seconds = Number(asked);
  const ms = Number.isNaN(seconds) ? Date.parse(asked) - Date.parse(headers.get('date') ?? '') : seconds * 1_000;
  return ms > 0 ? ms : 0;
}

/** `expires_in`, else the span from `iat` to `exp`. Nobody hands out a token that is over: 0 tells nothing. */
function lifetimeOf(access: string, told: unknown): number | undefined {
  if (Number(told) > 0) return Number(told) * 1_000;
  const claims = objectOf(decode(access.split('.')[1] ?? ''));
  const span = Number(claims?.['exp']) - Number(claims?.['iat']);
  return Number.isNaN(span) ? undefined : span * 1_000;
}

function decode(part: string): string {
  return new TextDecoder().decode(Uint8Array.from(Buffer.from(part, 'base64url')));
}

/** A JSON object, else undefined. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function formOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
