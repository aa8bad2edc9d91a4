// Seeded random streams with names. Each name has its own sequence, so one more draw in one place moves nothing elsewhere.

/** One named sequence. Integers only: floats would depend on rounding. */
export interface Stream {
  /** Next 32 random bits, 0 .. 2^32 - 1. */
  next(): number;
  /** A whole number in [min, max], both ends included. */
  integer(min: number, max: number): number;
  /** In [0, 1), 32 bits of it. */
  fraction(): number;
  /** True in `chances` of `outOf` cases. */
  oneIn(outOf: number): boolean;
  /** `length` characters of base64url alphabet. */
  text(length: number): string;
}

export interface Streams {
  stream(name: string): Stream;
}

const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', (letter) => letter.charCodeAt(0));

/** Streams of one seed (a whole number, 0 .. 2^53 - 1). The same name gives the same stream object. */
export function createStreams(seed: number): Streams {
  const open = new Map<string, Stream>();
  return {
    stream(name) {
      let stream = open.get(name);
      if (stream === undefined) open.set(name, (stream = createStream(`${seed}/${name}`)));
      return stream;
    },
  };
}

function createStream(key: string): Stream {
  const next = sfc32(key);
  const integer = (min: number, max: number): number => min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  return {
    next,
    integer,
    fraction: () => next() / 2 ** 32,
    oneIn: (outOf) => integer(1, outOf) === 1,
    text(length) {
      const codes: number[] = [];
      for (let i = 0; i < length; i++) codes.push(ALPHABET[next() & 63] ?? 0);
      return String.fromCharCode(...codes);
    },
  };
}

/** FNV-1a of the key in four lanes seeds sfc32 (Chris Doty-Humphrey's small fast counter, public domain). */
function sfc32(key: string): () => number {
  const lanes = [0x811c9dc5, 0x1b873593, 0x85ebca6b, 1];
  for (let i = 0; i < key.length; i++) {
    for (let lane = 0; lane < 3; lane++) lanes[lane] = Math.imul((lanes[lane] ?? 0) ^ (key.charCodeAt(i) + lane), 0x01000193);
  }
  let [a = 0, b = 0, c = 0, counter = 1] = lanes;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
