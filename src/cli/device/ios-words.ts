// What firing on iOS says: each step as it happens, then the outcome, with a plain word where nothing of this was seen on hardware.
import { plistWords } from '../../device/ios/errors.ts';
import type { FireNews, FireReport, Mechanism } from '../../device/ios/fire.ts';
import type { Paint } from '../../report/screen.ts';

/** What each mechanism rests on. Printed with every firing until somebody has confirmed it on a Mac. */
export const UNVERIFIED: Readonly<Record<Mechanism, string | undefined>> = {
  'run-registered':
    'not verified on Apple hardware: inferred from how iOS 26.1 handles a simulated launch; docs/ios.md says how to confirm it',
  'simulate-launch':
    'not verified on Apple hardware: lldb of Xcode 16 or newer was never driven by this version; docs/ios.md says how to confirm it',
  hook: undefined,
};

export function newsLines(news: FireNews, paint: Paint): string[] {
  switch (news.news) {
    case 'found':
      return [`  runs as process ${news.pid}`];
    case 'launched':
      return [`  launched as process ${news.pid}`];
    case 'plist': {
      const { text, fix } = plistWords(news.problem);
      return [paint('yellow', `  ! ${text}`), `    ${paint('cyan', `fix  ${fix}`)}`];
    }
    case 'kind':
      return news.because === 'asked'
        ? []
        : [`  as a ${news.kind} task (${news.because === 'mode' ? 'its only background mode' : 'the usual kind'}; --kind says otherwise)`];
    case 'called':
      return [
        `  ${CALLED[news.mechanism]}`,
        ...(UNVERIFIED[news.mechanism] === undefined ? [] : [paint('dim', `    ${UNVERIFIED[news.mechanism]}`)]),
      ];
    case 'event':
      return [`  ${news.event.padEnd(10)} ${paint('dim', news.message)}`];
  }
}

const CALLED: Readonly<Record<Mechanism, string>> = {
  'run-registered': 'the debugger handed a task to the registered handler, and left',
  'simulate-launch': 'the debugger asked the scheduler to launch the pending request, and stays until the task has ended',
  hook: 'the debug hook of the app was called',
};

export function outcomeLine({ outcome, success, identifier, ms }: FireReport, paint: Paint): string {
  const time = `${(ms / 1_000).toFixed(1)} s`;
  const word = success === undefined ? '' : success ? ', the app said success' : ', the app said failure';
  switch (outcome) {
    case 'completed':
      return paint('green', `✓ ${identifier} ran and completed after ${time}${word}`);
    case 'expired':
      return paint('green', `✓ ${identifier} ran, its time was taken away, it completed after ${time}${word}`);
    case 'unobserved':
      return paint('yellow', `! ${identifier} was called; this device shows no log: look at the journal of the mock server`);
  }
}
