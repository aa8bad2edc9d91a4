// What `register(forTaskWithIdentifier:)` answers, and which identifiers an Info.plist permits (facts R1 to R4).
import { hasFeature } from './versions.ts';
import type { CrashReason, InfoPlist } from './words.ts';

export interface RegisterFacts {
  readonly extension: boolean;
  readonly permitted: boolean;
  /** The app has finished launching (R5). */
  readonly late: boolean;
  /** This process has a launch handler for the identifier already. */
  readonly duplicate: boolean;
  readonly lateRegistration: 'throw' | 'accept';
  /** Covered by an entry that ends in `.*`: continued-processing tasks register when they are needed. */
  readonly onDemand: boolean;
}

export type RegisterAnswer =
  | { readonly answer: 'registered' }
  | { readonly answer: 'false'; readonly why: 'app extension' | 'BGTaskSchedulerPermittedIdentifiers' }
  /** NSInternalInconsistencyException: the app crashes. */
  | { readonly answer: 'exception'; readonly why: Extract<CrashReason, 'late-registration' | 'duplicate-registration'> };

export function judgeRegister(facts: RegisterFacts): RegisterAnswer {
  if (facts.extension) return { answer: 'false', why: 'app extension' };
  if (facts.late && facts.lateRegistration === 'throw' && !facts.onDemand) return { answer: 'exception', why: 'late-registration' };
  if (!facts.permitted) return { answer: 'false', why: 'BGTaskSchedulerPermittedIdentifiers' };
  if (facts.duplicate) return { answer: 'exception', why: 'duplicate-registration' };
  return { answer: 'registered' };
}

/** How the Info.plist permits an identifier: exactly, by a wildcard, or not. Case matters; entries that are too long count for nothing. */
export function permits(info: InfoPlist, identifier: string, version: number, longest: number): 'exact' | 'wildcard' | 'no' {
  const entries = info.BGTaskSchedulerPermittedIdentifiers.filter(({ length }) => length <= longest);
  if (entries.includes(identifier)) return 'exact';
  if (!hasFeature(version, 'wildcardIdentifiers')) return 'no';
  const wild = entries.some(
    (entry) => entry.endsWith('.*') && isBelow(identifier, entry.slice(0, -1)) && isBelow(entry, `${info.CFBundleIdentifier}.`),
  );
  return wild ? 'wildcard' : 'no';
}

function isBelow(identifier: string, prefix: string): boolean {
  return identifier.startsWith(prefix) && identifier.length > prefix.length;
}
