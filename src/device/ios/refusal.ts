// Why simctl refused, in words. Its exit code is the NSError code modulo 256, so one code means several things and the same thing had
// other codes in older Xcodes: domain, code and an English fragment decide, the exit code alone only when nothing else is known. The
// descriptions themselves are translated, so they are never looked at.

export type RefusalReason =
  | 'no-xcode'
  | 'wrong-state'
  | 'unknown-device'
  | 'none-booted'
  | 'not-running'
  | 'not-installed'
  | 'denied'
  | 'no-url-handler'
  | 'no-file'
  | 'timed-out'
  | 'unknown-command'
  | 'other';

export interface Refusal {
  readonly reason: RefusalReason;
  /** `Shutdown`, of a refusal because of the state. */
  readonly state?: string;
  /** The NSError, where it was printed. */
  readonly domain?: string;
  readonly code?: number;
}

export interface Answer {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface Row {
  readonly reason: RefusalReason;
  readonly domain?: string;
  readonly code?: number;
  /** Parts of the text that Apple does not translate. */
  readonly text?: RegExp;
  readonly exit?: number;
}

/** The first row that matches, all members of it. */
const ROWS: readonly Row[] = [
  { reason: 'no-xcode', text: /unable to find utility|invalid active developer path|no developer tools were found|Xcode license/i },
  { reason: 'wrong-state', text: /in current state: / },
  { reason: 'wrong-state', domain: 'com.apple.CoreSimulator.SimError', code: 405 },
  { reason: 'none-booted', text: /No devices are booted/ },
  { reason: 'unknown-device', text: /Invalid device/ },
  { reason: 'unknown-device', domain: 'com.apple.CoreSimulator.SimError', code: 404 },
  { reason: 'not-running', text: /found nothing to terminate|is not currently running/ },
  { reason: 'not-running', domain: 'NSPOSIXErrorDomain', code: 3 },
  { reason: 'no-file', text: /^lstat of /m },
  { reason: 'not-installed', text: /FBSApplicationLibrary\) returned nil|unknown to FrontBoard/ },
  { reason: 'not-installed', domain: 'FBSOpenApplicationServiceErrorDomain', code: 4 },
  { reason: 'denied', domain: 'FBSOpenApplicationServiceErrorDomain', code: 1 },
  { reason: 'not-installed', domain: 'NSPOSIXErrorDomain', code: 2 },
  { reason: 'no-url-handler', domain: 'LSApplicationWorkspaceErrorDomain', code: 115 },
  { reason: 'no-url-handler', domain: 'NSOSStatusErrorDomain', code: -10_814 },
  { reason: 'timed-out', domain: 'NSPOSIXErrorDomain', code: 60 },
  { reason: 'unknown-command', text: /^Unrecognized subcommand/m },
  { reason: 'no-xcode', exit: 72 },
  { reason: 'wrong-state', exit: 149 },
  { reason: 'unknown-device', exit: 148 },
  { reason: 'timed-out', exit: 60 },
];

/** Of a command that did not exit with 0. */
export function refusalOf({ code: exit, stderr: all }: Answer): Refusal {
  const stderr = all.slice(0, 8_192);
  const [, domain, number] = /\(domain=([\w.]+), code=(-?\d+)\)/.exec(stderr) ?? [];
  const code = number === undefined ? undefined : Number(number);
  const row = ROWS.find(
    (one) =>
      (one.domain === undefined || one.domain === domain) &&
      (one.code === undefined || one.code === code) &&
      (one.text === undefined || one.text.test(stderr)) &&
      (one.exit === undefined || (one.exit === exit && domain === undefined)),
  );
  const [, state] = /in current state: ([A-Za-z ]+?)\s*$/m.exec(stderr) ?? [];
  return {
    reason: row?.reason ?? 'other',
    ...(row?.reason === 'wrong-state' && state !== undefined ? { state } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(code === undefined ? {} : { code }),
  };
}

/** What it said, for people: the first line that is not the frame around it, at most so long. */
export function saidBy({ stderr, stdout }: Pick<Answer, 'stderr' | 'stdout'>): string {
  const lines = `${stderr}\n${stdout}`.split(/\r?\n/).map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('An error was encountered processing the command'));
  return (first ?? 'nothing').slice(0, 300);
}
