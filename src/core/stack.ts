// Where in a client's code an error came from. The only reader of stack text; what it returns never enters a history,
// because paths and lines are the machine's.

/** `refreshTokens (client.ts:41)` of the first frame that is neither Node's nor ours; undefined when there is none. */
export function whereOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  return stack === undefined ? undefined : whereOfStack(stack);
}

export function whereOfStack(stack: string): string | undefined {
  for (const line of stack.split('\n')) {
    const match = /^\s+at (?:async )?(?:(.+?) \()?(?:file:\/\/)?([^()\s]+?):(\d+):\d+\)?$/.exec(line);
    if (match === null) continue;
    const [, name, file = '', at = ''] = match;
    if (file.startsWith('node:') || OURS.test(file)) continue;
    return `${name ?? 'top level'} (${file.replace(/^.*\//, '').replace(/\?.*$/, '')}:${at})`;
  }
  return undefined;
}

const OURS = /\/(?:src\/(?:core|sim|sandbox|scenario|cli)|dist|node_modules)\//;

/** Name of an error for a history: `TypeError`; never its message, which differs between Node versions. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** One line about an error for a person. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
