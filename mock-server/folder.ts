// Makes a folder with everything above it. Not by `mkdirSync(path, { recursive: true })`: below a folder that takes no new ones, such as
// /proc, Node tries for ever instead of failing.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws what the file system says when it cannot be made. `mode` is that of the folders it makes. */
export function makeFolder(path: string, mode?: number): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!existsSync(path) || !statSync(path).isDirectory()) throw error;
  }
}
