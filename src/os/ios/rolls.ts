// Dice that can be read ahead: the n-th roll of a request is a function of its seed and n, so that asking "when will it start?" draws
// nothing and changes nothing. The seed itself is drawn from a seeded stream.

/** The n-th number of a seed, 0 .. 2^32 - 1 (the finalizer of MurmurHash3, public domain, over a Weyl sequence). */
export function roll(seed: number, n: number): number {
  let h = (seed + Math.imul(n, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** In [0, 1). */
export function fractionOf(seed: number, n: number): number {
  return roll(seed, n) / 2 ** 32;
}
