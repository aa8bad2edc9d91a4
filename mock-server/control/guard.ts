// Who may control the server. On loopback no key is needed, but a web page must not reach it: neither through a name that resolves to
// this machine (DNS rebinding: the Host is foreign) nor from another site (CSRF: the Origin is foreign). Elsewhere a bearer key decides.
import { hash, timingSafeEqual } from 'node:crypto';
import { readBearer } from '../../src/core/http.ts';
import type { AppRequest } from '../app.ts';
import { ControlError } from './errors.ts';

export interface GuardOptions {
  /** Bearer key that every request must show; absent on loopback. */
  key?: string;
  /** Port of our own socket, told once it listens; the port of the Host is not checked when absent. */
  port?: () => number;
}

/** Throws a ControlError (401, 403) for whoever may not. */
export function admit(request: AppRequest, { key, port }: GuardOptions): void {
  const { host = '', origin } = request.headers;
  const isOwner = key !== undefined && isEqual(readBearer(request.headers['authorization']) ?? '', key);
  if (key !== undefined && !isOwner) {
    throw new ControlError(
      401,
      'authorization',
      'the control key is missing or wrong',
      'send `Authorization: Bearer <key>`; tokenwarp serve printed the key when it started',
      {
        'www-authenticate': 'Bearer realm="tokenwarp control"',
      },
    );
  }
  if (!isOwner && !isOwnHost(host, port?.()))
    throw new ControlError(
      403,
      'host',
      `the Host ${shown(host)} is not this machine`,
      'use http://127.0.0.1:<port> or http://localhost:<port>',
    );
  if (origin !== undefined && !isSameOrigin(origin, host))
    throw new ControlError(
      403,
      'origin',
      `requests from ${shown(origin)} are refused`,
      'the control API is not for web pages of other origins',
    );
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new ControlError(403, 'sec-fetch-site', 'requests from other sites are refused', 'open it directly, or call it from a program');
}

/** Names that mean this machine and nothing else, whatever a resolver says. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?$/i;

function isOwnHost(host: string, port: number | undefined): boolean {
  const match = LOOPBACK.exec(host);
  if (match === null) return false;
  // Without a port a Host means 80 or 443.
  return port === undefined || (match[1] === undefined ? port === 80 || port === 443 : Number(match[1]) === port);
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/** Takes as long for a near miss as for any other: digests have one length. */
function isEqual(shownKey: string, key: string): boolean {
  return timingSafeEqual(hash('sha256', shownKey, 'buffer'), hash('sha256', key, 'buffer'));
}

function shown(value: string): string {
  return value === '' ? 'header is missing and so' : `"${value.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 60)}"`;
}
