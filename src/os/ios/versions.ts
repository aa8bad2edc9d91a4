// What changed from iOS 13 to 27, as data (facts 1.1): a model of one version asks here and nowhere else.
import { InvalidInputError } from '../../core/errors.ts';

export const OLDEST = 13;
export const NEWEST = 27;

/** Something that exists from a version on. `documented`: by Apple; else seen in shipped systems only. */
export interface Feature {
  readonly since: number;
  /** Deprecated from this version on; it still works. */
  readonly deprecated?: number;
  readonly documented: boolean;
}

export const FEATURES = {
  /** BackgroundTasks; BGTaskSchedulerPermittedIdentifiers in the Info.plist turns the older performFetch path off. */
  BGAppRefreshTaskRequest: { since: 13, documented: true },
  BGProcessingTaskRequest: { since: 13, documented: true },
  /** The system may start a process ahead of the user, also while the keychain is locked. */
  prewarming: { since: 15, documented: true },
  BGHealthResearchTaskRequest: { since: 17, documented: true },
  BGContinuedProcessingTaskRequest: { since: 26, documented: true },
  /** Permitted identifiers that end in `.*`. */
  wildcardIdentifiers: { since: 26, documented: true },
  /** `register` after launch may be tolerated; reports disagree (facts R3). */
  lateRegistration: { since: 26, documented: false },
  /** The throwing `submit(_:)`. */
  submit: { since: 13, deprecated: 27, documented: true },
  /** The asynchronous `submitTaskRequest(_:completionHandler:)`; same outcomes. */
  submitTaskRequest: { since: 27, documented: true },
} as const satisfies Readonly<Record<string, Feature>>;
export type FeatureName = keyof typeof FEATURES;

export function hasFeature(version: number, feature: FeatureName): boolean {
  return version >= FEATURES[feature].since;
}

export function checkVersion(version: number): void {
  if (Number.isInteger(version) && version >= OLDEST && version <= NEWEST) return;
  throw new InvalidInputError('TW_OS_MODEL', `iOS ${version} is not a version this model knows`, {
    hint: `a whole number from ${OLDEST} to ${NEWEST}`,
    fields: { version },
  });
}
