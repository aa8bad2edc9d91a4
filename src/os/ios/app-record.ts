// What the system keeps of the app beyond its process: Info.plist, whether it is installed, swiped away, and when it was last used.
import { permits } from './register.ts';
import { happens, type Scene } from './scene.ts';
import type { InfoPlist } from './words.ts';

export class AppRecord {
  readonly #scene: Scene;
  info: InfoPlist;
  installed = true;
  /** Swiped out of the app switcher and not opened since; survives a reboot. */
  forceQuit: 'no' | 'all' | 'all but processing' = 'no';
  /** Elapsed time of the last use in the foreground, or of the installation. */
  usedAt: number;
  /** Elapsed time at which the user last brought the app to the foreground; undefined: it never was. */
  openedAt: number | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.info = scene.settings.config.info;
    this.usedAt = scene.now;
  }

  permits(identifier: string): 'exact' | 'wildcard' | 'no' {
    const { config, figures } = this.#scene.settings;
    return permits(this.info, identifier, config.version, figures.identifierLength);
  }

  /** Whether processing tasks go on is drawn at each force-quit. */
  quit(): void {
    const { draws, settings } = this.#scene;
    this.forceQuit = happens(draws('force-quit'), settings.figures.processingAfterForceQuit) ? 'all but processing' : 'all';
  }

  opened(): void {
    this.forceQuit = 'no';
    this.openedAt = this.#scene.now;
  }

  /** A launch counts as use when the app was in focus long enough. */
  left(): void {
    const { now, settings } = this.#scene;
    if (this.openedAt !== undefined && now - this.openedAt >= settings.figures.unusedFocus) this.usedAt = now;
  }

  /** Also takes the app off the list of those that were swiped away. */
  uninstall(): void {
    this.installed = false;
    this.forceQuit = 'no';
  }

  install(info: InfoPlist): void {
    this.info = info;
    this.installed = true;
    this.usedAt = this.#scene.now;
    this.openedAt = undefined;
  }
}
