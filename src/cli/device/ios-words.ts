// What firing on iOS says: each step as it happens, then the outcome, with a plain word where nothing of this was seen on hardware.
import type { Refreshes } from '../../device/server-port.ts';
import { plistWords } from '../../device/ios/errors.ts';
import type { FireNews, FireReport, Mechanism } from '../../device/ios/fire.ts';
import type { Paint } from '../../report/screen.ts';

/** When no simulator runs and no device is connected. */
export const BOOT_ONE = 'boot a simulator: xcrun simctl bootstatus <udid> -b, or connect a device';

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

/** The outcome, then what the server saw. */
export function outcomeLines(report: FireReport, server: Refreshes | undefined, paint: Paint): string[] {
  return [
    outcomeLine(report, server, paint),
    ...(server === undefined ? [] : [`    ${paint('dim', 'server'.padEnd(8))} ${serverWords(server)}`]),
  ];
}

function outcomeLine({ outcome, success, identifier, ms }: FireReport, server: Refreshes | undefined, paint: Paint): string {
  const time = `${(ms / 1_000).toFixed(1)} s`;
  switch (outcome) {
    case 'completed':
      return success === false
        ? paint('red', `✗ ${identifier} ran and completed after ${time}, the app said failure`)
        : paint('green', `✓ ${identifier} ran and completed after ${time}${success === true ? ', the app said success' : ''}`);
    case 'expired':
      return paint('green', `✓ ${identifier} ran, its time was taken away, it completed after ${time}`);
    case 'unobserved':
      return (server?.received ?? 0) > 0
        ? paint('green', `✓ ${identifier} was called, and its refresh reached the server`)
        : paint('yellow', `? ${identifier} was called; this device shows no log, so nobody can say: name the mock server with --url`);
  }
}

function serverWords({ received, committed, refused }: Refreshes): string {
  return `${received} token request${received === 1 ? '' : 's'}, ${committed} committed, ${refused} refused`;
}
