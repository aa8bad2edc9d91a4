// How the benchmarks measure: CPU time of this thread, so that a busy machine changes little; everything that is compared runs in
// turns within one process, and the median of the rounds counts.

/** Something to measure: does its work `times` times. */
export type Work = (times: number) => void | Promise<void>;

export interface MeasureOptions {
  /** Rounds whose median counts. */
  rounds?: number;
  /** CPU ms one round should at least take; the number of repetitions is found from it. */
  roundMs?: number;
}

/** Microseconds of CPU time for one repetition of each work, medians of interleaved rounds. */
export async function measure<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  options: MeasureOptions = {},
): Promise<Record<Name, number>> {
  const { rounds = 9, roundMs = 60 } = options;
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number>();
  for (const name of names) times.set(name, await calibrate(works[name], roundMs));
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const repetitions = times.get(name) ?? 1;
      samples.get(name)?.push((await cpuOf(works[name], repetitions)) / repetitions);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(samples.get(name) ?? [])])) as Record<Name, number>;
}

/** Warms the work up and finds how many repetitions fill a round. */
async function calibrate(work: Work, roundMs: number): Promise<number> {
  let times = 1;
  for (;;) {
    const used = await cpuOf(work, times);
    if (used >= roundMs * 500) return Math.max(1, Math.round((times * roundMs * 1_000) / used));
    times *= 2;
  }
}

/** Microseconds of CPU time the work takes. */
export async function cpuOf(work: Work, times: number): Promise<number> {
  const before = threadCpu();
  await work(times);
  return threadCpu() - before;
}

function threadCpu(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Runs `body` in a callback of the event loop: the in-place drain does nothing inside a microtask. */
export function inMacrotask(body: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        body();
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}
