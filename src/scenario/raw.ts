// Reading data that nobody has checked yet: whatever is not there, or not of the right kind, is simply empty.

export type Raw = Readonly<Record<string, unknown>>;

/** The value when it is a record, else an empty one. */
export function record(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

/** The value when it is a list, else an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
