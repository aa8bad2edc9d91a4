// What simctl says when it refuses: the exit code is the NSError code modulo 256, the text has the domain and the code, then the
// description, which Apple translates. Wordings as people reported them; the sources are in the facts this double was built from.

/** Ends a command of the double with this text and this code. */
export class Refusal extends Error {
  readonly exit: number;
  readonly stdout: string;
  constructor(exit: number, stderr: string, stdout = '') {
    super(stderr);
    this.exit = exit;
    this.stdout = stdout;
  }
}

const SIM_ERROR = 'com.apple.CoreSimulator.SimError';
const POSIX = 'NSPOSIXErrorDomain';

function nsError(domain: string, code: number, ...lines: string[]): Refusal {
  const text = [`An error was encountered processing the command (domain=${domain}, code=${code}):`, ...lines].join('\n');
  return new Refusal(code & 255, `${text}\n`);
}

export const wrongState = (action: string, state: string): Refusal =>
  nsError(SIM_ERROR, 405, `Unable to ${action} in current state: ${state}`);
export const unknownDevice = (id: string): Refusal => new Refusal(148, `Invalid device: ${id}\n`);
export const noneBooted = (): Refusal => new Refusal(148, 'No devices are booted.\n');
export const nothingToTerminate = (bundle: string): Refusal =>
  nsError(
    POSIX,
    3,
    `Simulator device failed to terminate ${bundle}.`,
    'found nothing to terminate',
    `Underlying error (domain=${POSIX}, code=3):`,
    `\tThe request to terminate "${bundle}" failed. found nothing to terminate`,
    '\tfound nothing to terminate',
  );
export const noContainer = (): Refusal =>
  nsError(POSIX, 2, 'The operation couldn’t be completed. No such file or directory', 'No such file or directory');
export const notInstalled = (bundle: string): Refusal =>
  nsError(
    'FBSOpenApplicationServiceErrorDomain',
    4,
    `Simulator device failed to launch ${bundle}.`,
    `The request to open "${bundle}" failed.`,
    'Underlying error (domain=FBSOpenApplicationErrorDomain, code=4):',
    `\tThe operation couldn’t be completed. Application info provider (FBSApplicationLibrary) returned nil for "${bundle}"`,
    `\tApplication info provider (FBSApplicationLibrary) returned nil for "${bundle}"`,
  );
export const noScheme = (url: string): Refusal =>
  nsError('LSApplicationWorkspaceErrorDomain', 115, `Simulator device failed to open ${url}.`);
export const bootTimeout = (): Refusal => nsError(POSIX, 60, 'Unable to boot the Simulator.', 'launchd failed to respond.');
export const badPush = (why: string): Refusal => nsError(POSIX, 22, `Invalid argument: ${why}`);
export const unknownSubcommand = (word: string): Refusal =>
  new Refusal(1, `Unrecognized subcommand: ${word}\n`, 'usage: simctl [--set <path>] [--profiles <path>] <subcommand> ...\n');
export const noTool = (tool: string): Refusal =>
  new Refusal(72, `xcrun: error: unable to find utility "${tool}", not a developer tool or in PATH\n`);
