// The server's memory of one browser: its cookie, who signed in there, which pages wait for an answer (OIDC Core 3.1.2.3).
// A page is answered once and only from the page itself; everything else about the protocol is decided elsewhere.
import type { HttpRequest } from '../src/core/http.ts';
import { pathOf } from '../src/core/fault.ts';
import type { BrowserSession, Interaction } from './browser-records.ts';
import type { Desk } from './desk.ts';

const COOKIE = 'tokenwarp_session';
/** Characters of a cookie value or a page's id: 258 bits. */
const ID_LENGTH = 43;
/** How long a page may wait for its answer, ms. */
const PAGE_LIFETIME = 3_600_000;
/** 30 days, in seconds: kept, so that Safari lends it to the next ASWebAuthenticationSession. */
const COOKIE_AGE = 2_592_000;

/** Who signed in in the browser this request comes from. */
export function browserSession(desk: Desk, request: HttpRequest): BrowserSession | undefined {
  const pair = (request.headers['cookie'] ?? '').split(/; */).find((one) => one.startsWith(`${COOKIE}=`));
  const session = pair === undefined ? undefined : desk.store.browsers.get(pair.slice(COOKIE.length + 1));
  const { browserSession: lifetime = Infinity } = desk.policy.authorization;
  return session === undefined || desk.now() >= session.authTime + lifetime ? undefined : session;
}

/** A user is signed out of every browser: the account was closed or its password changed. */
export function forgetBrowsersOf(desk: Desk, user: string): void {
  const { browsers } = desk.store;
  for (const session of [...browsers.values()].filter((one) => one.user === user)) browsers.delete(session.id);
}

/** A user signed in just now: the browser gets a new session, so that nobody can have planted its cookie. */
export function openBrowserSession(
  desk: Desk,
  request: HttpRequest,
  user: string,
): { session: BrowserSession; headers: Record<string, string> } {
  const before = browserSession(desk, request);
  if (before !== undefined) desk.store.browsers.delete(before.id);
  const consents = new Set(before?.user === user ? before.consents : []);
  const session: BrowserSession = { id: desk.context.ids.text(ID_LENGTH), user, authTime: desk.now(), consents };
  desk.store.browsers.set(session.id, session);
  return { session, headers: { 'set-cookie': cookie(desk, session.id, COOKIE_AGE) } };
}

/** Nobody is signed in in this browser any more; the headers take the cookie back. */
export function closeBrowserSession(desk: Desk, request: HttpRequest): Record<string, string> {
  const session = browserSession(desk, request);
  if (session !== undefined) desk.store.browsers.delete(session.id);
  return { 'set-cookie': cookie(desk, '', 0) };
}

/** Over https it may be sent from a frame of another site, as silent renewal needs; over http browsers allow only `Lax`. */
function cookie(desk: Desk, value: string, age: number): string {
  const path = pathOf(`${desk.base}/`).replace(/(?<=.)\/$/, '');
  const site = desk.base.startsWith('https:') ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return `${COOKIE}=${value}; Path=${path}; Max-Age=${age}; HttpOnly; ${site}`;
}

/** A page that asks something; its form carries the id. */
export function openInteraction(desk: Desk, asks: Interaction['asks']): Interaction {
  const interaction: Interaction = { id: desk.context.ids.text(ID_LENGTH), expiresAt: desk.now() + PAGE_LIFETIME, used: false, asks };
  desk.store.interactions.set(interaction.id, interaction);
  return interaction;
}

/** Whether a form comes from a page of this very server, as far as the browser says (Fetch Metadata, `Origin`). */
export function isOwnForm(request: HttpRequest): boolean {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || host === undefined || origin === 'null' || origin.replace(/^https?:\/\//, '') === host;
}
