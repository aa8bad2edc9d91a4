// The numbers an iOS app sees: codes of BGTaskSchedulerErrorDomain, and the OSStatus values of Keychain Services.

/** Public codes, with the names of the SDK header (facts R10). */
export const BGTaskSchedulerErrorCode = {
  BGTaskSchedulerErrorCodeUnavailable: 1,
  BGTaskSchedulerErrorCodeTooManyPendingTaskRequests: 2,
  BGTaskSchedulerErrorCodeNotPermitted: 3,
  BGTaskSchedulerErrorCodeImmediateRunIneligible: 4,
} as const;
export type BGTaskSchedulerErrorName = keyof typeof BGTaskSchedulerErrorCode;

/** What the daemon answers and how the client library translates it (facts R9, undocumented). */
export const DAEMON_CODES = {
  0: 'BGTaskSchedulerErrorCodeUnavailable',
  2: 'BGTaskSchedulerErrorCodeNotPermitted',
  4: 'BGTaskSchedulerErrorCodeTooManyPendingTaskRequests',
} as const satisfies Readonly<Record<number, BGTaskSchedulerErrorName>>;
export type DaemonCode = keyof typeof DAEMON_CODES;

/** Results of SecItemCopyMatching and its siblings. "Locked" is not "nothing there": three results, not two (facts 1.7). */
export const OSStatus = {
  errSecSuccess: 0,
  errSecItemNotFound: -25300,
  errSecInteractionNotAllowed: -25308,
  errSecDuplicateItem: -25299,
  errSecAuthFailed: -25293,
  errSecMissingEntitlement: -34018,
} as const;
export type OSStatusName = keyof typeof OSStatus;
