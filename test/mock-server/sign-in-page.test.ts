// The page people sign in on and what a browser is remembered for: prompts, single sign-on, answers given once.
import { describe, expect, test } from 'vitest';
import { DEFAULT_PEOPLE } from '../../mock-server/people.ts';
import { changePassword } from '../../mock-server/sessions.ts';
import { MINUTE } from './kit.ts';
import { answerOf, CALLBACK, claimsOf, interactionOf, ORIGIN, PKCE, Visit } from './visit.ts';

describe('prompts and the browser session', () => {
  test('a browser that signed in and agreed is not asked again', () => {
    const visit = new Visit();
    visit.signIn('ada');
    const back = visit.authorize();
    expect(back.status).toBe(303);
    expect(claimsOf(visit.redeem(answerOf(back).get('code') ?? '').json['access_token'])).toMatchObject({ sub: 'ada' });
    expect(visit.facts('authorization.asked').at(-1)).toMatchObject({ page: false });
  });

  test('another scope needs another yes; without single sign-on the page always comes', () => {
    const visit = new Visit();
    visit.signIn('ada');
    expect(visit.authorize({ scope: 'openid email' }).status).toBe(200);
    const asking = new Visit({ authorization: { singleSignOn: false } });
    asking.signIn('ada');
    expect(asking.authorize().status).toBe(200);
    expect(answerOf(asking.authorize({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test.each(['login', 'select_account', 'consent', 'login consent'])('prompt=%s shows the page anyway', (prompt) => {
    const visit = new Visit();
    visit.signIn('ada');
    expect(visit.authorize({ prompt }).status).toBe(200);
  });

  test('prompt=none answers without a page: a code, or why not', () => {
    const visit = new Visit();
    const silent = (more: Readonly<Record<string, string>> = {}) => answerOf(visit.authorize({ prompt: 'none', ...more }));
    expect(Object.fromEntries(silent())).toMatchObject({ error: 'login_required', state: 's t/1', iss: ORIGIN });
    visit.signIn('ada');
    expect(silent().has('code')).toBe(true);
    expect(silent({ scope: 'openid email' }).get('error')).toBe('consent_required');
    expect(silent({ login_hint: 'ben' }).get('error')).toBe('login_required');
    expect(visit.facts('authorization.asked').some(({ a, page }) => a !== 'a2' && page)).toBe(false);
  });

  test('max_age: a sign-in older than that is asked for again, and the new one counts', () => {
    const visit = new Visit();
    visit.signIn('ada');
    visit.wait(5 * MINUTE);
    expect(visit.authorize({ max_age: '301' }).status).toBe(303);
    const page = visit.authorize({ max_age: '300' });
    expect(page.status).toBe(200);
    expect(visit.authorize({ max_age: '0' }).status).toBe(200);
    expect(visit.press(page, 'approve', { user: 'ada' }).status).toBe(303);
    expect(visit.authorize({ max_age: '300' }).status).toBe(303);
  });

  test('a browser session ends after its lifetime, and with the account everywhere', () => {
    const visit = new Visit({ authorization: { browserSession: 10 * MINUTE } });
    const silent = () => answerOf(visit.authorize({ prompt: 'none' })).get('error');
    visit.signIn('ada');
    visit.wait(10 * MINUTE - 1);
    expect(silent()).toBeNull();
    visit.wait(1);
    expect(silent()).toBe('login_required');
    visit.signIn('ada');
    visit.app.site.issuers[0]?.server.revoke('user', { user: 'ben' }, 'admin');
    expect(silent()).toBeNull();
    visit.app.site.issuers[0]?.server.revoke('user', { user: 'ada' }, 'admin');
    expect(silent()).toBe('login_required');
  });

  test('a change of password signs the user out of every browser', () => {
    const visit = new Visit();
    visit.signIn('ada');
    changePassword(visit.app.site.issuers[0]!.desk, 'ada');
    expect(answerOf(visit.authorize({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('login_hint selects a person by name or address, and a stranger as one of their own', () => {
    const checked = (hint: string): string =>
      /value="([^"]+)" required checked/.exec(new Visit().authorize({ login_hint: hint }).body)?.[1] ?? '';
    const cleo = DEFAULT_PEOPLE.find(({ sub }) => sub === 'cleo');
    expect(checked('cleo')).toBe('cleo');
    expect(checked(cleo?.email.toUpperCase() ?? '')).toBe('cleo');
    expect(checked('walter')).toBe('walter');
    expect(checked('not a name')).toBe('ada');
  });

  test('another person who signs in gets a new cookie and has agreed to nothing yet', () => {
    const visit = new Visit();
    visit.signIn('ada');
    const before = [...visit.cookies.values()];
    visit.press(visit.authorize({ prompt: 'login', scope: 'openid email' }), 'approve', { user: 'ben' });
    expect([...visit.cookies.values()]).not.toEqual(before);
    expect(answerOf(visit.authorize({ prompt: 'none' })).get('error')).toBe('consent_required');
  });

  test('the cookie is unreadable for scripts, bound to the issuer, and goes abroad only over https', () => {
    const cookieOf = (origin: string): string => {
      const visit = new Visit({}, { origin });
      const page = visit.get(
        `${origin}/authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', ...PKCE })}`,
      );
      return visit.press(page, 'approve', { user: 'ada' }).headers['set-cookie'] ?? '';
    };
    expect(cookieOf(ORIGIN)).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect(cookieOf('https://127.0.0.1:4000')).toMatch(/; HttpOnly; SameSite=None; Secure$/);
  });
});

describe('the page', () => {
  test('it fetches nothing, runs nothing, is kept nowhere and framed nowhere', () => {
    const { headers, body } = new Visit().authorize();
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(body).not.toMatch(/<script|https?:\/\/|javascript:|\son\w+=/);
  });

  test('it says its language, fits a phone, names its fields and offers everyone', () => {
    const { body } = new Visit().authorize();
    expect(body).toContain('<html lang="en">');
    expect(body).toContain('name="viewport" content="width=device-width');
    expect(body.match(/<label>/g)).toHaveLength(DEFAULT_PEOPLE.length);
    expect(body.match(/<(h1|legend|main)\b/g)).toHaveLength(3);
    expect(body.match(/<button [^>]*value="(\w+)"/g)?.[0]).toContain('approve');
  });

  test('a page is answered once', () => {
    const visit = new Visit();
    const page = visit.authorize();
    expect(visit.press(page, 'approve', { user: 'ada' }).status).toBe(303);
    const again = visit.press(page, 'approve', { user: 'ada' });
    expect([again.status, again.headers['location']]).toEqual([400, undefined]);
    expect(again.body).toContain('used_page');
  });

  test('two answers that were both checked cannot both count', () => {
    const visit = new Visit();
    const body = new URLSearchParams({ interaction: interactionOf(visit.authorize()), decision: 'approve', user: 'ada' }).toString();
    const form = { method: 'POST', url: `${ORIGIN}/interaction`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body };
    const exchanges = [1, 2].map(() => visit.app.site.issuers[0]!.server.receive(form, {}));
    for (let i = 0; i < 3; i++) for (const exchange of exchanges) exchange.advance();
    expect(exchanges.map(({ response }) => response?.status)).toEqual([303, 400]);
  });

  test.each([
    ['invented', { interaction: 'x'.repeat(43), decision: 'approve', user: 'ada' }],
    ['without a button', { user: 'ada' }],
    ['with an invented button', { decision: 'constructor', user: 'ada' }],
    ['without a person', { decision: 'approve' }],
    ['with a person who is markup', { decision: 'approve', user: '<b>' }],
  ])('an answer %s is refused, and the page can still be answered', (_name, form) => {
    const visit = new Visit();
    const page = visit.authorize();
    expect(visit.post('/interaction', { interaction: interactionOf(page), ...form }).status).toBe(400);
    expect(visit.press(page, 'approve', { user: 'ada' }).status).toBe(303);
  });

  test.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that another port of this host sent', { 'sec-fetch-site': 'same-site' }],
  ])('a form %s is refused', (_name, headers) => {
    const visit = new Visit();
    const interaction = interactionOf(visit.authorize());
    expect(visit.post('/interaction', { interaction, decision: 'approve', user: 'ada' }, headers).status).toBe(403);
  });

  test('a page waits an hour and no longer; a GET answers nothing', () => {
    const visit = new Visit();
    const page = visit.authorize();
    expect(visit.get(`/interaction?interaction=${interactionOf(page)}&decision=approve&user=ada`).status).toBe(405);
    visit.wait(60 * MINUTE);
    expect(visit.press(page, 'approve', { user: 'ada' }).body).toContain('expired_page');
  });
});
