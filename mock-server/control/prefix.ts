// Where the control API lives. Apart from it, so that sockets can tell its requests without loading it.
import { pathOf } from '../../src/core/fault.ts';

/** No fault rule falls on what is below it, and logs keep it apart. */
export const CONTROL_PREFIX = '/__tokenwarp';

export function isControl({ url }: { readonly url: string }): boolean {
  // Asked of every request: most need no closer look.
  if (!url.includes(CONTROL_PREFIX)) return false;
  const path = pathOf(url);
  return path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`);
}
