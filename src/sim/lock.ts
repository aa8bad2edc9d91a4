// Mutual exclusion between the processes of one device. Granting is an item of its own; a kill frees what the dead process held,
// a suspended holder keeps it, as on a phone.
import type { LockClaim, Device, DeviceLock, Process } from './device.ts';
import type { Kernel } from './kernel.ts';
import type { Recorder } from './recorder.ts';

export interface LockParts {
  kernel: Kernel;
  recorder: Recorder;
}
export type LockFunction = <T>(name: string, fn: () => Promise<T>, options?: { timeout?: number }) => Promise<T>;

/** What `host.lock` rejects with where the platform has no locks. */
export class LockUnavailableError extends Error {
  readonly code = 'lock-unavailable';
  constructor() {
    super('there are no locks here');
  }
}

/** What `host.lock` rejects with after its time-out. */
export class LockTimeoutError extends Error {
  readonly code = 'lock-timeout';
  constructor(name: string) {
    super(`lock "${name}" was not free in time`);
  }
}

export function createLock(process: Process, parts: LockParts): LockFunction {
  const { epoch } = process;
  return (name, fn, options = {}) =>
    new Promise((resolve, reject) => {
      if (!process.alive(epoch)) return;
      if (process.device.plan.locks === 'unavailable') return reject(new LockUnavailableError());
      const lock = lockOf(process.device, name);
      const claim: LockClaim = { process, epoch, grant: () => start() };
      const timer =
        options.timeout === undefined
          ? undefined
          : parts.kernel.after(
              Math.max(1, Math.trunc(options.timeout)),
              `${process.name}:lock.timeout`,
              () => {
                withdraw(lock, claim);
                parts.recorder.follow(process.name, { type: 'lock.freed', name, by: 'timeout' });
                reject(new LockTimeoutError(name));
              },
              { owner: process },
            );
      const start = (): void => {
        if (timer !== undefined) parts.kernel.cancel(timer);
        parts.recorder.follow(process.name, { type: 'lock.held', name });
        const free = (): void => {
          if (lock.holder !== claim) return;
          parts.recorder.note(process.name, { type: 'lock.freed', name });
          handOver(lock, parts.kernel);
        };
        attempt(fn).then(
          (value) => {
            free();
            resolve(value);
          },
          (error: unknown) => {
            free();
            reject(error);
          },
        );
      };
      parts.recorder.note(process.name, { type: 'lock.wait', name });
      lock.queue.push(claim);
      if (lock.holder === undefined && process.device.plan.locks !== 'stuck') handOver(lock, parts.kernel);
    });
}

/** The operating system takes back what a dead process held or waited for. */
export function freeLocks(process: Process, { kernel, recorder }: LockParts): void {
  for (const [name, lock] of process.device.locks) {
    lock.queue = lock.queue.filter((claim) => claim.process !== process);
    if (lock.holder?.process !== process || process.device.plan.locks === 'left-behind') continue;
    recorder.note(process.name, { type: 'lock.freed', name, by: 'kill' });
    handOver(lock, kernel);
  }
}

async function attempt<T>(fn: () => Promise<T>): Promise<T> {
  return fn();
}

function lockOf(device: Device, name: string): DeviceLock {
  const known = device.locks.get(name);
  if (known !== undefined) return known;
  const lock: DeviceLock = { holder: undefined, queue: [] };
  device.locks.set(name, lock);
  return lock;
}

function withdraw(lock: DeviceLock, claim: LockClaim): void {
  lock.queue = lock.queue.filter((other) => other !== claim);
}

function handOver(lock: DeviceLock, kernel: Kernel): void {
  const claim = lock.queue.shift();
  lock.holder = claim;
  if (claim === undefined) return;
  const { process, epoch } = claim;
  kernel.after(0, `${process.name}:lock.grant`, () => claim.grant(), { owner: process, epoch });
}
