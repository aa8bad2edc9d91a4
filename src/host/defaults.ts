// The parts of a host that most platforms share.
import type { Host } from '../core/contract.ts';

/** Nobody can be asked. */
export const NO_PROMPTS: Host['reauthenticate'] = {
  biometric: () => Promise.resolve('unavailable'),
  password: () => Promise.resolve('unavailable'),
};

/** Nothing runs while the process does not. */
export const NO_BACKGROUND: Host['background'] = {
  register: () => undefined,
  schedule: () => Promise.resolve(),
  cancel: () => undefined,
};

/** As far as anybody knows. */
export const ALWAYS_ONLINE: Host['connectivity'] = { online: () => true, subscribe: () => () => undefined };

/** A number in [0, 1) with 32 random bits, from the platform's cryptographic source. */
export function cryptoRandom(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
