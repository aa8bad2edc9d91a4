// Reads the Info.plist of an installed app and says what a background task of it lacks, and why that kind needs it. Xcode writes the
// file as binary into a built app; as XML it is what people keep in their repository. A file that cannot be read is a finding, not an end.
import { isObject, textOf } from './json.ts';
import type { Members } from './json.ts';
import { markupFault } from './plist-markup.ts';
import { LONGEST_IDENTIFIER } from './words.ts';
import type { BackgroundTaskKind } from './words.ts';

export type PlistProblem =
  | { readonly problem: 'unreadable'; readonly why: string }
  /** `register` answers false and nobody hears of it; `submit` answers notPermitted. */
  | { readonly problem: 'identifier-missing'; readonly identifier: string; readonly permitted: readonly string[] }
  /** Dropped from the permitted ones when the app starts. */
  | { readonly problem: 'identifier-too-long'; readonly identifier: string }
  /** `submit` answers notPermitted; a request that is there already is never started. */
  | {
      readonly problem: 'mode-missing';
      readonly mode: BackgroundMode;
      readonly kind: BackgroundTaskKind | 'silent-push';
      readonly modes: readonly string[];
    }
  /** http to the mock server may be refused with -1022. */
  | { readonly problem: 'transport-security' };

export type BackgroundMode = 'fetch' | 'processing' | 'remote-notification';

/** Which UIBackgroundModes value a kind of work needs. */
export const MODE_OF: Readonly<Record<BackgroundTaskKind | 'silent-push', BackgroundMode>> = {
  refresh: 'fetch',
  processing: 'processing',
  'silent-push': 'remote-notification',
};

/** Larger than any Info.plist; more is refused before a parser sees it. */
const LARGEST = 2 ** 21;

/** The dictionary of an XML or binary property list. */
export async function parseInfoPlist(bytes: Uint8Array): Promise<Members | Extract<PlistProblem, { problem: 'unreadable' }>> {
  if (bytes.length > LARGEST) return unreadable(`it has ${bytes.length} bytes`);
  const { parse } = await import('plist');
  try {
    const isBinary = new TextDecoder('latin1').decode(bytes.subarray(0, 6)) === 'bplist';
    // A view of a larger buffer would be read from the start of that buffer.
    const text = isBinary ? '' : new TextDecoder().decode(bytes);
    const fault = isBinary ? undefined : markupFault(text);
    if (fault !== undefined) return unreadable(fault);
    const value: unknown = parse(isBinary ? Uint8Array.from(bytes) : text);
    return isObject(value) ? value : unreadable('it is no dictionary');
  } catch (error) {
    return unreadable(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

/** What a background task of this identifier lacks. */
export function taskProblems(info: Members, identifier: string, kind: BackgroundTaskKind): PlistProblem[] {
  const problems: PlistProblem[] = [];
  const permitted = textsOf(info['BGTaskSchedulerPermittedIdentifiers']);
  if (identifier.length > LONGEST_IDENTIFIER) problems.push({ problem: 'identifier-too-long', identifier });
  else if (!permitted.includes(identifier)) problems.push({ problem: 'identifier-missing', identifier, permitted });
  return [...problems, ...modeProblems(info, kind)];
}

/** Whether the mode that this kind of work needs is declared. */
export function modeProblems(info: Members, kind: BackgroundTaskKind | 'silent-push'): PlistProblem[] {
  const modes = textsOf(info['UIBackgroundModes']);
  const mode = MODE_OF[kind];
  return modes.includes(mode) ? [] : [{ problem: 'mode-missing', mode, kind, modes }];
}

/** An exception without one of these still asks for TLS; the second is the older name. */
const INSECURE = ['NSExceptionAllowsInsecureHTTPLoads', 'NSTemporaryExceptionAllowsInsecureHTTPLoads'] as const;

/** Whether App Transport Security may stand between the app and a mock server without TLS on this machine. */
export function transportProblems(info: Members): PlistProblem[] {
  const security = isObject(info['NSAppTransportSecurity']) ? info['NSAppTransportSecurity'] : {};
  const domains = isObject(security['NSExceptionDomains']) ? security['NSExceptionDomains'] : {};
  const isOpen = ['NSAllowsLocalNetworking', 'NSAllowsArbitraryLoads'].some((key) => security[key] === true);
  const isException = ['localhost', '127.0.0.1'].some((name) => {
    const domain = domains[name];
    return isObject(domain) && INSECURE.some((key) => domain[key] === true);
  });
  return isOpen || isException ? [] : [{ problem: 'transport-security' }];
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(textOf).filter((text) => text !== undefined);
}

function unreadable(why: string): Extract<PlistProblem, { problem: 'unreadable' }> {
  return { problem: 'unreadable', why };
}
