// The app's process: launched, in the foreground, running in the background for a reason, suspended, gone. It runs as long as something
// holds it; with the last hold it is suspended, and its connections are closed under it.
import { BackgroundTime } from './background-time.ts';
import { earliest, type Scene } from './scene.ts';
import type { CrashReason, EndReason, WakeReason } from './words.ts';

/** What keeps a process running. */
export type Hold = 'foreground' | 'leaving' | 'launch' | 'push' | 'beginBackgroundTask' | `task ${string}`;

export class AppProcess {
  readonly #scene: Scene;
  readonly #background: BackgroundTime;
  readonly #isDebugged: () => boolean;
  alive = false;
  suspended = false;
  foreground = false;
  launchFinished = false;
  /** Started ahead of the user, who has not come yet. */
  prewarmed = false;
  /** Identifiers that have a launch handler in this process. */
  readonly handlers = new Set<string>();
  readonly #holds = new Set<Hold>();
  #left: number | undefined;
  #suspendAt: number | undefined;
  #suspendedAt = 0;
  #connections: 'kept' | 'defunct' = 'kept';
  #lastHold = 'launch';

  constructor(scene: Scene, isDebugged: () => boolean) {
    this.#scene = scene;
    this.#background = new BackgroundTime(scene);
    this.#isDebugged = isDebugged;
  }

  get running(): boolean {
    return this.alive && !this.suspended;
  }

  /** Makes it run, from nothing or from suspension, and keeps it running for a reason. */
  wake(why: WakeReason, hold: Hold): 'launched' | 'resumed' | 'running' {
    const how = !this.alive ? 'launched' : this.suspended ? 'resumed' : 'running';
    this.#holds.add(hold);
    this.#suspendAt = undefined;
    if (how === 'launched') this.#launch(why);
    if (how === 'resumed') this.#resume(why);
    if (why !== 'prewarm') this.prewarmed = false;
    this.rest();
    return how;
  }

  enterForeground(): void {
    this.foreground = true;
    this.#left = undefined;
    this.#holds.delete('leaving');
    this.#scene.decide({ type: 'app.foreground' });
    this.rest();
  }

  leaveForeground(): void {
    this.foreground = false;
    this.#left = this.#scene.now;
    this.#holds.delete('foreground');
    this.#holds.add('leaving');
    this.#scene.decide({ type: 'app.background' });
    this.rest();
  }

  finishLaunching(): void {
    this.launchFinished = true;
    this.release('launch');
  }

  beginBackgroundTask(task: string): void {
    this.#background.begin(task);
    this.#holds.add('beginBackgroundTask');
    this.rest();
  }

  endBackgroundTask(task: string): void {
    this.#background.end(task);
    if (!this.#background.held) this.release('beginBackgroundTask');
  }

  release(hold: Hold): void {
    if (!this.#holds.delete(hold)) return;
    this.#lastHold = hold;
    this.rest();
  }

  /** Sets when it will be suspended, and whether its background time runs. */
  rest(): void {
    const others = [...this.#holds].filter((hold) => hold !== 'beginBackgroundTask' && hold !== 'leaving');
    this.#background.watch(this.running && others.length === 0 && !this.#isDebugged());
    const idle = this.running && this.#holds.size === 0 && !this.#isDebugged();
    if (!idle) this.#suspendAt = undefined;
    else this.#suspendAt ??= this.#scene.now + (this.#lastHold === 'leaving' ? 0 : this.#scene.settings.figures.afterWork);
  }

  end(why: EndReason): void {
    this.#scene.decide({ type: 'process.ended', why });
    this.#forget();
  }

  crash(why: CrashReason, identifier: string): void {
    this.#scene.decide({ type: 'process.crashed', exception: 'NSInternalInconsistencyException', why, identifier });
    this.#forget();
  }

  next(): number | undefined {
    return earliest([this.#leftOver(), this.#suspendAt, this.#defunctAt(), this.#background.next()]);
  }

  /** Returns the reason to end it when there is one. */
  tick(): EndReason | undefined {
    const { now } = this.#scene;
    if (due(this.#leftOver(), now)) {
      this.#left = undefined;
      this.release('leaving');
    }
    if (this.#background.tick()) return 'background-task-overrun';
    if (due(this.#suspendAt, now)) this.#suspend();
    if (due(this.#defunctAt(), now)) {
      this.#connections = 'defunct';
      this.#scene.decide({ type: 'connections.defunct' });
    }
    return undefined;
  }

  #launch(why: WakeReason): void {
    this.alive = true;
    this.prewarmed = why === 'prewarm';
    this.#holds.add('launch');
    this.#connections = 'kept';
    this.#scene.decide({ type: 'process.launched', why });
  }

  #resume(why: WakeReason): void {
    this.suspended = false;
    this.#scene.decide({
      type: 'process.resumed',
      why,
      asleep: this.#scene.now - this.#suspendedAt,
      connections: this.#connections,
    });
    this.#connections = 'kept';
  }

  #suspend(): void {
    this.suspended = true;
    this.#suspendAt = undefined;
    this.#suspendedAt = this.#scene.now;
    this.#scene.decide({ type: 'process.suspended', why: this.#lastHold });
  }

  #leftOver(): number | undefined {
    return this.#left === undefined ? undefined : this.#left + this.#scene.settings.figures.afterLeaving;
  }

  #defunctAt(): number | undefined {
    if (!this.suspended || this.#connections === 'defunct') return undefined;
    return this.#suspendedAt + this.#scene.settings.figures.connectionsDefunct;
  }

  #forget(): void {
    this.alive = false;
    this.suspended = false;
    this.foreground = false;
    this.launchFinished = false;
    this.prewarmed = false;
    this.handlers.clear();
    this.#holds.clear();
    this.#background.clear();
    this.#left = undefined;
    this.#suspendAt = undefined;
  }
}

function due(moment: number | undefined, now: number): boolean {
  return moment !== undefined && moment <= now;
}
