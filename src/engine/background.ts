// Keeps a session fresh while nobody uses the app: asks the phone for runs of a job, and renews in them what would not last until the
// next one. An entry point of its own: an app without background jobs does not pay for it. It uses nothing of the engine but its public doors.
import type { Host, JobOutcome, JobRequest, PeriodicWork, SessionState } from '../core/contract.ts';
import { defined } from '../core/defined.ts';
import type { DueEnd } from './due.ts';
import type { Engine } from './engine.ts';

/** All durations in ms. */
export interface BackgroundOptions {
  /** Between two runs: Android waits at least 15 min, iOS as long as it likes but no less. */
  every: number;
  /** Names the job; on iOS one of `BGTaskSchedulerPermittedIdentifiers`. Default `token-refresh`. */
  id?: string;
  /**
   * Names that earlier versions of the app gave the job. What they have asked for outlives an update of the app, and iOS crashes an app that it
   * launches for a name without a handler: each keeps the handler, until a job of the name of today takes its place.
   */
  formerIds?: readonly string[];
  /**
   * How late a run may plausibly come: a token that would not last for `every` and this is renewed, unless three quarters of its life are
   * left. Default 1 day on Android, 3 days on iOS.
   */
  late?: number;
  /** A run is given up after so long, if the system does not end it before. Default 25 s on iOS, 2 min on Android. */
  patience?: number;
  /**
   * What to ask iOS for: `app-refresh` needs the background mode `fetch`, `processing` needs `processing` and in practice a charger.
   * Default `app-refresh`.
   */
  ios?: 'app-refresh' | 'processing';
  /** What else the periodic work on Android has: constraints, flex, back-off. Default: any network. */
  android?: Omit<PeriodicWork, 'kind' | 'every' | 'initialDelay' | 'existing'>;
  /** Hears the `code` with which the system turned a request down, such as `notPermitted`: nothing will run then. */
  onRefused?: (code: string) => void;
}

/** The doors of an engine that are used here. */
export type Keepable = Pick<Engine, 'start' | 'state' | 'subscribe' | 'refreshIfDue'>;

const DAY = 86_400_000;
const LATE = { ios: 3 * DAY, android: DAY };
const PATIENCE = { ios: 25_000, android: 120_000 };
/** Share of its life above which a token is new: then somebody has just renewed it. */
const MOST_LEFT = 0.75;
/** iOS repeats nothing by itself: after a run that failed, the next is asked for so soon. */
const SECOND_CHANCE = 900_000;

/**
 * Has the phone run a job every now and then for as long as somebody is signed in, and keeps the session of `engine` fresh in it. Call it
 * where the engine is made, before anything is awaited: iOS wants its handlers before the launch has finished. In browsers and under Node
 * nothing runs such jobs. Returns what ends it for this process; the jobs asked for stay.
 *
 * @example
 * const engine = createEngine(host);
 * keepFresh(engine, host, { every: 6 * 3_600_000 });
 * await engine.start();
 */
export function keepFresh(engine: Keepable, host: Host, options: BackgroundOptions): () => void {
  return host.platform === 'ios' || host.platform === 'android' ? new Keeping(engine, host, options).begin() : () => undefined;
}

class Keeping {
  readonly #engine: Keepable;
  readonly #host: Host;
  readonly #options: Required<Pick<BackgroundOptions, 'id' | 'formerIds' | 'every' | 'late' | 'patience' | 'ios'>> & BackgroundOptions;
  readonly #isIos: boolean;
  /** Asked for something in this process: what an earlier one has asked for is replaced. */
  #asked = false;
  #noting: Promise<unknown> = Promise.resolve();

  constructor(engine: Keepable, host: Host, options: BackgroundOptions) {
    this.#engine = engine;
    this.#host = host;
    this.#isIos = host.platform === 'ios';
    const platform = this.#isIos ? 'ios' : 'android';
    this.#options = {
      id: 'token-refresh',
      formerIds: [],
      ios: 'app-refresh',
      late: LATE[platform],
      patience: PATIENCE[platform],
      ...defined(options),
      every: options.every,
    };
  }

  begin(): () => void {
    const { id, formerIds } = this.#options;
    for (const name of [id, ...formerIds]) this.#host.background.register(name, (signal) => this.#run(name, signal));
    // iOS has room for one request of an app: that of another name would be in the way.
    if (this.#isIos) this.#cancelAll(formerIds);
    return this.#engine.subscribe(({ from, to }) => {
      if (isIn(to) && !isIn(from)) void this.#ask(from === 'loading');
      else if (!isIn(to)) this.#cancel();
    });
  }

  /** One run. It answers when the time is up, whatever is under way: the engine keeps an answer that comes later. */
  async #run(name: string, signal: AbortSignal): Promise<JobOutcome> {
    // First of all: whatever becomes of this run, there is a next one.
    const asked = this.#isIos ? this.#submit(this.#options.every) : undefined;
    const end = await this.#within(signal);
    if (end === 'failed' || (end === 'expired' && !isOver(this.#engine.state()))) {
      if (!this.#isIos) return 'retry';
      const again = this.#submit(Math.min(this.#options.every, SECOND_CHANCE));
      if (end === 'failed') await again;
      return 'failure';
    }
    // On Android not before: the process may have been launched for work of a former name, which would be stopped.
    if (name === this.#options.id) this.#cancelAll(this.#options.formerIds);
    await asked;
    return 'success';
  }

  /** What the run came to, or `expired` once the system or our own patience has ended it. */
  #within(signal: AbortSignal): Promise<DueEnd | 'expired'> {
    const limit = new AbortController();
    return new Promise((resolve) => {
      const expire = (): void => settle('expired');
      const cancel = this.#host.clock.setTimeout(expire, this.#options.patience);
      const settle = (end: DueEnd | 'expired'): void => {
        cancel();
        signal.removeEventListener('abort', expire);
        limit.abort();
        resolve(end);
      };
      signal.addEventListener('abort', expire);
      if (signal.aborted) expire();
      void this.#renew(limit.signal).then(settle);
    });
  }

  async #renew(signal: AbortSignal): Promise<DueEnd> {
    try {
      // Restores the session if the system has launched the app for this; a store that cannot be read leaves the state `loading`.
      await this.#engine.start();
      const end = await this.#engine.refreshIfDue((life) => this.#lasting(life), signal);
      if (end === 'ended') this.#cancel();
      return end;
    } catch {
      return 'failed';
    }
  }

  #lasting(life: number | undefined): number {
    const { every, late } = this.#options;
    return Math.min(every + late, (life ?? Number.POSITIVE_INFINITY) * MOST_LEFT);
  }

  /**
   * For a session that was restored, the request of an earlier process stands. Android keeps it by itself, with UPDATE also if the app
   * has another interval by now. iOS replaces it, so that asking at each launch would put it off for ever: there it gets the date it had.
   */
  async #ask(restored: boolean): Promise<void> {
    const { id, every, android } = this.#options;
    if (!this.#isIos)
      return await this.#schedule({
        network: 'CONNECTED',
        ...android,
        id,
        kind: 'periodic',
        every,
        initialDelay: every,
        existing: 'UPDATE',
      });
    const date = restored ? await this.#noted() : undefined;
    if (this.#asked || !isIn(this.#engine.state())) return;
    const left = date === undefined ? every : date - this.#host.clock.now();
    await this.#submit(Math.min(left, every));
  }

  async #submit(after: number): Promise<void> {
    const { id, ios } = this.#options;
    this.#asked = true;
    this.#note(String(this.#host.clock.now() + after));
    const begin = after > 0 ? { earliestBegin: after } : {};
    await this.#schedule(ios === 'processing' ? { id, kind: ios, network: true, ...begin } : { id, kind: ios, ...begin });
  }

  async #schedule(request: JobRequest): Promise<void> {
    try {
      await this.#host.background.schedule(request);
    } catch (error) {
      const { code } = error as { code?: unknown };
      this.#options.onRefused?.(typeof code === 'string' ? code : 'unknown');
    }
  }

  #cancel(): void {
    this.#asked = false;
    this.#cancelAll([this.#options.id, ...this.#options.formerIds]);
    if (this.#isIos) this.#note(undefined);
  }

  #cancelAll(names: readonly string[]): void {
    for (const name of names) this.#host.background.cancel(name);
  }

  get #key(): string {
    return `tokenwarp.background.${this.#options.id}`;
  }

  /** When the pending request may begin, in the plain tier: not secret, and readable while the phone is locked. */
  async #noted(): Promise<number | undefined> {
    await this.#noting;
    const text = await this.#host.plain.get(this.#key).catch(() => undefined);
    const date = Number(text ?? Number.NaN);
    return Number.isFinite(date) ? date : undefined;
  }

  #note(text: string | undefined): void {
    const { plain } = this.#host;
    const write = (): Promise<void> => (text === undefined ? plain.delete(this.#key) : plain.set(this.#key, text));
    this.#noting = this.#noting.then(write).catch(() => undefined);
  }
}

function isOver(state: SessionState): boolean {
  return state === 'expired' || state === 'signed-out';
}

/** Somebody is signed in, also while the app is locked. */
function isIn(state: SessionState): boolean {
  return state === 'active' || state === 'locked';
}
