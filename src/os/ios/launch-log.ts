// When the system last ran the app in the background: what rate limiting and the daily budget are counted from.
import { dayOf } from './usage.ts';

export class LaunchLog {
  #launches: { elapsed: number; local: number }[] = [];
  lastProcessing: number | undefined;

  add(elapsed: number, local: number, processing: boolean, window: number): void {
    this.#launches = this.#launches.filter((launch) => elapsed - launch.elapsed <= window || dayOf(launch.local) === dayOf(local));
    this.#launches.push({ elapsed, local });
    if (processing) this.lastProcessing = elapsed;
  }

  get last(): number | undefined {
    return this.#launches.at(-1)?.elapsed;
  }

  within(elapsed: number, window: number): number {
    return this.#launches.filter((launch) => elapsed - launch.elapsed <= window).length;
  }

  onDay(local: number): number {
    return this.#launches.filter((launch) => dayOf(launch.local) === dayOf(local)).length;
  }

  forget(): void {
    this.#launches = [];
    this.lastProcessing = undefined;
  }
}
