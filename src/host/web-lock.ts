// A lock between the tabs and workers of one origin: Web Locks. The browser takes it back when a tab is closed, crashes or is discarded.
import type { Host } from '../core/contract.ts';
import { codeOf, HostError } from './errors.ts';
import { lockTimeout } from './mutex.ts';
import type { WebLocks } from './web-page.ts';

/** `scope` keeps apart what different apps of one origin lock. */
export function createWebLock(locks: WebLocks | undefined, scope: string): Host['lock'] {
  return async (name, fn, { timeout } = {}) => {
    if (locks === undefined) throw unavailable();
    const controller = new AbortController();
    let entered = false;
    const timer = timeout === undefined ? undefined : setTimeout(() => controller.abort(), timeout);
    try {
      return await locks.request(`${scope}/${name}`, { signal: controller.signal }, () => {
        entered = true;
        clearTimeout(timer);
        return fn();
      });
    } catch (error) {
      if (entered) throw error;
      if (controller.signal.aborted) throw lockTimeout(name);
      // A document that is being left, or an origin that may not lock.
      throw ['InvalidStateError', 'SecurityError'].includes(codeOf(error)) ? unavailable(error) : error;
    } finally {
      clearTimeout(timer);
    }
  };
}

function unavailable(cause?: unknown): HostError {
  return new HostError('lock-unavailable', 'there is no lock between tabs here', {
    cause,
    hint: 'Web Locks need a secure context: https, or localhost',
  });
}
