// beginBackgroundTask: how long an app may go on after it left the foreground, and what it costs not to end in time (facts R23).
import { earliest, type Scene } from './scene.ts';

export class BackgroundTime {
  readonly #scene: Scene;
  readonly #tasks = new Set<string>();
  #deadline: number | undefined;
  #killAt: number | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  get held(): boolean {
    return this.#tasks.size > 0;
  }

  begin(task: string): void {
    this.#tasks.add(task);
  }

  end(task: string): void {
    this.#tasks.delete(task);
  }

  /** `counts`: the app is in the background and nothing else keeps it running; else the countdown stands still and starts anew later. */
  watch(counts: boolean): void {
    const { figures } = this.#scene.settings;
    if (!counts || !this.held) {
      this.#deadline = undefined;
      this.#killAt = undefined;
    } else if (this.#killAt === undefined) this.#deadline ??= this.#scene.now + figures.backgroundTime;
  }

  next(): number | undefined {
    return earliest([this.#deadline, this.#killAt]);
  }

  /** True when the process is to be killed. */
  tick(): boolean {
    const { now, settings } = this.#scene;
    if (this.#deadline !== undefined && this.#deadline <= now) {
      this.#deadline = undefined;
      this.#killAt = now + settings.figures.backgroundGrace;
      for (const task of this.#tasks) this.#scene.decide({ type: 'background-task.expired', task });
    }
    return this.#killAt !== undefined && this.#killAt <= now;
  }

  clear(): void {
    this.#tasks.clear();
    this.watch(false);
  }
}
