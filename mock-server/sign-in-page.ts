// What the sign-in page says: who asks, for what, and the people one can be. No password is asked: nobody real has one here.
import type { AuthorizationRequest, Interaction } from './browser-records.ts';
import type { Desk } from './desk.ts';
import { scopeValues } from './form.ts';
import { escape } from './pages.ts';
import type { Page } from './pages.ts';
import type { Person } from './people.ts';

/** What a button of the page leads to. */
export const DECISIONS = {
  approve: 'Sign in and approve',
  deny: 'Deny',
  server_error: 'Answer server_error',
  temporarily_unavailable: 'Answer temporarily_unavailable',
  broken_page: 'Show a broken page (500)',
} as const;
export type Decision = keyof typeof DECISIONS;

/** The page for one request; `chosen` is who stands selected. */
export function signInPage(
  desk: Desk,
  interaction: Interaction,
  { request, chosen }: { request: AuthorizationRequest; chosen: string | undefined },
): Page {
  const client = desk.clients.find((one) => one.id === request.clientId);
  const name = escape(client?.name ?? request.clientId);
  const scopes = scopeValues(request.scope).map((value) => `<code>${escape(value)}</code>`);
  const main = `<h1>Sign in to ${name}</h1>
<p>${name} asks for ${scopes.join(', ') || 'nothing in particular'}. This is a test server: pick who you are, no password is needed.</p>
<form method="post" action="interaction">
<input type="hidden" name="interaction" value="${escape(interaction.id)}">
<fieldset>
<legend>Who are you?</legend>
${peopleChoices(desk, chosen).join('\n')}
</fieldset>
${button('approve', ' class="main"')}
${button('deny')}
<details>
<summary>Let the server fail</summary>
${button('server_error')}
${button('temporarily_unavailable')}
${button('broken_page')}
</details>
</form>`;
  return { title: `Sign in to ${client?.name ?? request.clientId}`, main };
}

/** Everyone one can be, as radio buttons; `chosen` stands selected, else the first. */
export function peopleChoices(desk: Desk, chosen: string | undefined): string[] {
  const known = desk.context.people ?? [];
  const stranger = chosen !== undefined && !known.some(({ sub }) => sub === chosen);
  const all: Pick<Person, 'sub' | 'name' | 'email' | 'about'>[] = [
    ...(stranger ? [{ sub: chosen, name: chosen, email: '', about: '' }] : []),
    ...known,
  ];
  return all.map((person, at) => choice(person, chosen === undefined ? at === 0 : person.sub === chosen));
}

function choice({ sub, name, email, about }: Pick<Person, 'sub' | 'name' | 'email' | 'about'>, checked: boolean): string {
  const more = [email, about].filter((text) => text !== '').map(escape);
  const input = `<input type="radio" name="user" value="${escape(sub)}" required${checked ? ' checked' : ''}>`;
  return `<label>${input}<span>${escape(name)}<small>${more.join('<br>')}</small></span></label>`;
}

function button(decision: Decision, attributes = ''): string {
  return `<button type="submit" name="decision" value="${decision}"${attributes}>${DECISIONS[decision]}</button>`;
}

/** The person a hint means, by `sub` or email address; a hint that names nobody is taken as a `sub` of its own. */
export function personOf(desk: Desk, hint: string | undefined): string | undefined {
  if (hint === undefined) return undefined;
  const folded = hint.toLowerCase();
  return desk.context.people?.find(({ sub, email }) => sub === folded || email === folded)?.sub ?? (isUserName(hint) ? hint : undefined);
}

/** What may become a `sub`: short and printable. */
export function isUserName(text: string): boolean {
  return /^[\w.@+-]{1,64}$/.test(text);
}
