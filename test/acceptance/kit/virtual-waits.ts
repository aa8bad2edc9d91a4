// Lets a library wait in virtual time: its timers fire at once, and the server's clock has moved on by as much. Timers of anybody else,
// the server's own among them, are left alone.
import { vi } from 'vitest';
import type { WireClock } from '../../../mock-server/wire-clock.ts';

/** From now until the test ends, waits of `library` (part of a path) happen on `clock`; returns their lengths as they come, ms. */
export function waitVirtually(library: string, clock: WireClock): number[] {
  const waits: number[] = [];
  const real = setTimeout;
  const timer = (fn: () => void, ms = 0): unknown => {
    if (new Error('who asks').stack?.includes(library) !== true) return real(fn, ms);
    waits.push(ms);
    clock.advance(ms);
    return real(fn, 0);
  };
  vi.stubGlobal('setTimeout', timer);
  return waits;
}
