// The few words that several files of the iOS driver share: Apple's names and limits. Data only.

/** Which kind of BGTask a handler expects; a handler that gets another one usually crashes in its cast. */
export const TASK_KINDS = ['refresh', 'processing'] as const;
export type BackgroundTaskKind = (typeof TASK_KINDS)[number];

/** Longer identifiers are dropped from the permitted ones, with a line in the log. */
export const LONGEST_IDENTIFIER = 128;
