// The phone behind the emulated device: clocks, settings, power, Doze, apps, and what its commands and jobs read and change. Elapsed
// time runs with ours and can be moved on; the wall clock is elapsed time plus an offset that anybody with a shell can move.
import { JobScheduler } from './job-scheduler.ts';
import type { App } from './app.ts';
import { LogBuffer } from './log-buffer.ts';

/** Android 9 to 17. */
export type Api = 28 | 29 | 30 | 31 | 32 | 33 | 34 | 35 | 36 | 37;

export interface PhoneOptions {
  api?: Api;
  model?: string;
  build?: 'user' | 'userdebug';
  emulator?: boolean;
  root?: boolean;
  /** Has a fingerprint sensor and Doze hardware; false = "Unable to go deep idle; not enabled". */
  motionSensor?: boolean;
  /** The id of the boot, the same for one machine under two serials. */
  bootId?: string;
  booted?: boolean;
}

export interface Battery {
  plugged: boolean;
  level: number;
  /** `dumpsys battery unplug` or `set` froze it. */
  frozen: boolean;
}

export class Phone {
  readonly api: Api;
  readonly options: PhoneOptions;
  readonly apps = new Map<string, App>();
  readonly log = new LogBuffer(this);
  readonly jobs: JobScheduler;
  readonly settings = new Map<string, string>([
    ['global auto_time', '1'],
    ['global auto_time_zone', '1'],
    ['global wifi_on', '1'],
    ['global mobile_data', '1'],
  ]);
  readonly doze = { deep: 'ACTIVE', light: 'ACTIVE', forced: false };
  readonly battery: Battery = { plugged: true, level: 80, frozen: false };
  airplane = false;
  wifi = true;
  data = true;
  userUnlocked = true;
  screen: 'on' | 'off' = 'on';
  pin: string | undefined;
  /** What the console of the emulator touched with which finger. */
  readonly touches: string[] = [];
  /** Every command that ran, as argv. */
  readonly calls: (readonly string[])[] = [];
  /** Opens a connection to a port of the device itself. */
  connect: (port: number) => Promise<unknown> = () => Promise.reject(new Error('connection refused'));
  #skipped = 0;
  readonly #started = performance.now();
  readonly #wallAtStart = Date.now();
  #offset = 0;

  constructor(options: PhoneOptions = {}) {
    this.options = options;
    this.api = options.api ?? 34;
    this.jobs = new JobScheduler(this);
  }

  /** Ms since boot. */
  elapsed(): number {
    return 3_600_000 + this.#skipped + Math.round(performance.now() - this.#started);
  }

  /** Unix ms as apps see it. */
  wall(): number {
    return this.#wallAtStart + this.#offset + this.#skipped + Math.round(performance.now() - this.#started);
  }

  /** How far the wall clock is from where it would be untouched. */
  get clockOffset(): number {
    return this.#offset;
  }

  setWall(ms: number): void {
    this.#offset += ms - this.wall();
  }

  /** Time passes. */
  async advance(ms: number): Promise<void> {
    this.#skipped += ms;
    await this.jobs.check();
  }

  get online(): boolean {
    return !this.airplane && (this.wifi || this.data);
  }

  get dozing(): boolean {
    return this.doze.deep === 'IDLE' || this.doze.light === 'IDLE';
  }

  app(name: string): App {
    const app = this.apps.get(name);
    if (app === undefined) throw new Error(`no app ${name}`);
    return app;
  }
}
