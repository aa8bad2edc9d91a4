// Copies a graph of plain records, arrays, maps and sets with all its cycles, without recursion: a chain of 100,000 rotations is as deep
// as it is long, and structuredClone would run out of stack.

/** A copy that shares nothing with the original; what points to one thing twice still does. Functions and class instances are shared. */
export function copyGraph<T>(root: T): T {
  const copies = new Map<object, object>();
  const open: object[] = [];
  const copyOf = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const empty = emptyLike(value);
    if (empty === undefined) return value;
    copies.set(value, empty);
    open.push(value);
    return empty;
  };
  const copy = copyOf(root);
  for (let next = open.pop(); next !== undefined; next = open.pop()) fill(next, copies.get(next) as object, copyOf);
  return copy as T;
}

function emptyLike(value: object): object | undefined {
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? {} : undefined;
}

function fill(from: object, to: object, copyOf: (value: unknown) => unknown): void {
  if (Array.isArray(from)) {
    for (const item of from) (to as unknown[]).push(copyOf(item));
  } else if (from instanceof Map) {
    for (const [key, value] of from) (to as Map<unknown, unknown>).set(copyOf(key), copyOf(value));
  } else if (from instanceof Set) {
    for (const item of from) (to as Set<unknown>).add(copyOf(item));
  } else {
    for (const [key, value] of Object.entries(from)) (to as Record<string, unknown>)[key] = copyOf(value);
  }
}
