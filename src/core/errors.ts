// One error shape for everything we throw on purpose: a stable code, fields, a cause, and a hint that says how to mend it.

/** Where in a file a problem is; 1-based. */
export interface SourcePosition {
  file: string;
  line: number;
  column: number;
}

/** What an error carries besides code and message. */
export interface ErrorDetail {
  hint?: string;
  cause?: unknown;
  fields?: Readonly<Record<string, unknown>>;
}

/** Base of all our errors. `message` is one line; `hint` says what to do next; a stack is for `--verbose` only. */
export class TokenwarpError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = detail.hint;
    this.fields = detail.fields ?? {};
  }
}

/** The command line is wrong: exit code 2. */
export class UsageError extends TokenwarpError {}
/** A scenario, config or client module is invalid: exit code 3. */
export class InvalidInputError extends TokenwarpError {}
/** Nothing matched what was selected: exit code 4. */
export class NothingSelectedError extends TokenwarpError {}
/** A tool, device or server that is needed is not there: exit code 6. */
export class MissingError extends TokenwarpError {}
/** Something was tried on a device and failed: exit code 7. */
export class DeviceError extends TokenwarpError {}
/** A law of our own was broken: exit code 70. */
export class OwnBugError extends TokenwarpError {
  constructor(message: string, detail: ErrorDetail = {}) {
    super('TW_BUG', message, { hint: 'this is a fault of tokenwarp, please report it with the command you ran', ...detail });
  }
}
