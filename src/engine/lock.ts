// The lock of the device, which its processes share: whoever holds it may present the refresh token, or correct what the store holds.
import { observe, type Runtime } from './runtime.ts';
import { codeOf } from './vault.ts';

const LOCK = 'refresh';
/** A holder that outlasts two waits is frozen or dead: its own exchange was abandoned long ago (refresh-bugs class L). */
const PATIENCE = 2;
/** Ms by which those who pass it wait longer for each other than an exchange may take. */
const MARGIN = 1_000;

/** How a job has its lock: `none` where the host has no locks, `passed` where a holder that stands still was passed by. */
export type Grip = 'held' | 'passed' | 'none';

/** Runs `job` under a lock of the device, or without where the host has none. Not at all when it stays taken: then undefined. */
export async function exclusively<T>(
  rt: Runtime,
  name: string,
  job: (grip: Grip) => Promise<T>,
  limits: { timeout?: number } = {},
): Promise<{ done: T } | undefined> {
  const held: { job?: Promise<T> } = {};
  try {
    await rt.host.lock(name, () => (held.job = job('held')), limits);
  } catch (error) {
    if (held.job === undefined && codeOf(error) === 'lock-timeout') return undefined;
    // A lock that cannot be given back is the host's affair: what was done under it is done.
  }
  return { done: await (held.job ?? job('none')) };
}

/** The lock as one job waits for it. */
export interface Wait {
  /** How often in vain. */
  missed: number;
  /** Has stood still while it had the lock, for so long that a sibling may have passed it by. */
  late?: boolean;
}

/**
 * Runs `job` under the device's lock; not at all when it stays taken, until it was waited for twice: then beside its holder. Those who pass
 * it are exclusive again, because all lose their patience together; one who comes late waits with them, since an answer may be on its way.
 * A device where nobody gets that lock either has none that work.
 */
export async function underLock<T>(rt: Runtime, wait: Wait, job: (grip: Grip) => Promise<T>): Promise<{ done: T } | undefined> {
  const { lockTimeout: timeout, refreshTimeout } = rt.settings;
  const aside = async (grip: Grip): Promise<T> => {
    const run = (): Promise<T> => {
      if (grip === 'passed') observe(rt, { type: 'lock-bypassed' });
      return job(grip);
    };
    return ((await exclusively(rt, `${LOCK}-bypass`, run, { timeout: refreshTimeout + MARGIN })) ?? { done: await run() }).done;
  };
  const held = await exclusively(rt, LOCK, wait.late === true ? aside : job, { timeout });
  if (held !== undefined || ++wait.missed < PATIENCE) return held;
  return { done: await aside('passed') };
}
