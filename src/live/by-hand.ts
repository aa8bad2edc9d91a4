// An app without a debug hook: a person does what its hook would do, when told to, and says when it is done. Everything else stays as it is.
import type { HookVerb, HookWords, LiveApp } from '../device/live/app.ts';

/** Tells a person what to do and resolves once it is done. */
export type Person = (what: string) => Promise<void>;

/** The same app with a person in the place of its hook. */
export function byHand(app: LiveApp, person: Person): LiveApp {
  return {
    ...app,
    lacks: async (ability) => (ability.startsWith('hook-') ? undefined : app.lacks(ability)),
    hook: (verb, words) => (verb === 'push' ? app.hook(verb, words) : person(WORDS[verb](words))),
  };
}

const WORDS: Readonly<Record<Exclude<HookVerb, 'push'>, (words: HookWords) => string>> = {
  'sign-in': ({ user = '' }) => `sign in as ${user} in the app, at its server`,
  'sign-out': () => 'sign out in the app',
  request: ({ method = 'GET', path = '', count = 1 }) =>
    `let the app ask for ${method} ${path}${count === 1 ? '' : `, ${count} times at once`}: open or pull down the screen that does`,
};
