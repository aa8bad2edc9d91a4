// The state of the phone: power, lock, battery, network, switches. What of it holds background work is decided in the table of gates.
import type { Scene } from './scene.ts';
import type { Connection, Protection, RefreshSetting } from './words.ts';

export class Conditions {
  readonly #scene: Scene;
  powered = true;
  /** Wall clock at boot; undefined = long ago. */
  bootWall: number | undefined;
  unlockedSinceBoot = true;
  /** Undefined while the phone is unlocked: in the user's hands. */
  lockedAt: number | undefined;
  passcodeSet: boolean;
  level: number;
  plugged: boolean;
  lowPowerMode = false;
  connection: Connection;
  refreshOnPhone: RefreshSetting = 'on';
  refreshOfApp: 'on' | 'off' = 'on';
  utcOffset: number;
  debugged = false;
  #told: Protection = 'unlocked';

  constructor(scene: Scene) {
    this.#scene = scene;
    const { config } = scene.settings;
    this.passcodeSet = config.passcode ?? true;
    this.level = config.battery?.level ?? 80;
    this.plugged = config.battery?.plugged ?? false;
    this.connection = config.connection ?? 'wifi';
    this.utcOffset = config.utcOffset ?? 0;
  }

  /** Local time of an elapsed time, as the wall clock stands now. */
  local(elapsed: number): number {
    const { at } = this.#scene;
    return at.wall - at.elapsed + elapsed + this.utcOffset;
  }

  get locked(): boolean {
    return this.lockedAt !== undefined;
  }

  get backgroundAllowed(): boolean {
    return this.refreshOnPhone !== 'off' && this.refreshOfApp === 'on';
  }

  /** Low Power Mode holds work when it is on and the phone is not plugged in, or nearly empty although it is (1.5). */
  get lowPowerEnforced(): boolean {
    return this.lowPowerMode && (!this.plugged || this.level < this.#scene.settings.figures.lowPowerPluggedBelow);
  }

  protection(): Protection {
    if (!this.#protects()) return 'unlocked';
    if (!this.unlockedSinceBoot) return 'before-first-unlock';
    const gone = this.#keyGone();
    return gone !== undefined && gone <= this.#scene.now ? 'locked' : 'unlocked';
  }

  /** Elapsed time from which the device counts as idle; undefined while it is in use. */
  idleFrom(): number | undefined {
    return this.lockedAt === undefined ? undefined : this.lockedAt + this.#scene.settings.figures.idleAfter;
  }

  lock(): void {
    this.lockedAt ??= this.#scene.now;
    this.tell();
  }

  unlock(): void {
    this.lockedAt = undefined;
    this.unlockedSinceBoot = true;
    this.tell();
  }

  boot(): void {
    const { at } = this.#scene;
    this.powered = true;
    this.bootWall = at.wall;
    this.unlockedSinceBoot = false;
    this.lockedAt = at.elapsed;
    this.tell();
  }

  /** The wall clock was set. One that says the phone has not booted yet is taken to mean that it booted long ago, for good. */
  clockSet(): void {
    const { at, settings } = this.#scene;
    if (this.bootWall !== undefined && at.wall < this.bootWall - settings.figures.clockBackwards) this.bootWall = undefined;
  }

  /** When items of the classes that need an unlocked phone can no longer be read. */
  next(): number | undefined {
    return this.#told === 'unlocked' && this.#protects() && this.powered ? this.#keyGone() : undefined;
  }

  /** Says which secrets can be read when that is another answer than before. */
  tell(): void {
    const state = this.protection();
    if (state === this.#told) return;
    this.#told = state;
    this.#scene.decide({ type: 'protected-data', state });
  }

  /** Keys hang on a passcode; a simulator has none of them. */
  #protects(): boolean {
    return this.passcodeSet && this.#scene.settings.config.device !== 'simulator';
  }

  #keyGone(): number | undefined {
    return this.lockedAt === undefined ? undefined : this.lockedAt + this.#scene.settings.figures.classKeyDiscarded;
  }
}
