// Where an authorization response may go and how it gets there (RFC 6749 4.1.2, RFC 8252 7, RFC 9207). Keeps no state.
import type { HttpResponse } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import { escape, pageReply } from './pages.ts';

/** An address on the user's own machine, whatever its port; the path must start at once, so that no user-info can hide a host. */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::\d{1,5})?(|\/.*)$/;

/** Whether an address is registered: byte by byte, but for the port of a loopback address (RFC 8252 7.3, RFC 9700 2.1). */
export function isRegistered(registered: readonly string[], asked: string): boolean {
  return registered.some((one) => one === asked || (portless(one) !== undefined && portless(one) === portless(asked)));
}

function portless(uri: string): string | undefined {
  const parts = LOOPBACK.exec(uri);
  return parts === null ? undefined : `${parts[1]}${parts[2]}`;
}

/** Sends the browser to `target` with these parameters; undefined ones are left out. 303, so that no form is sent on (RFC 9700 4.12). */
export function redirectReply(
  desk: Desk,
  target: string,
  params: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const pairs = Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams(pairs).toString();
  const location = query === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`;
  // The link is for browsers that do not follow a redirect into an app by themselves (Custom Tabs without a tap).
  const body = { title: 'Back to the app', main: `<p><a href="${escape(location)}">Continue to the app</a></p>` };
  return pageReply(desk, 303, body, { ...headers, location });
}

/** An answer to the client at its redirect address: `code` or `error`, `state` as it came, and who says so (A2). */
export function answerClient(
  desk: Desk,
  to: { target: string; state: string | undefined },
  params: Readonly<Record<string, string | undefined>>,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const iss = desk.policy.authorization.iss ? desk.context.issuer : undefined;
  return redirectReply(desk, to.target, { ...params, state: to.state, iss }, headers);
}
