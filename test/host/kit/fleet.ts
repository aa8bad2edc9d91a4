// Processes that share one store, as a test sees them: started, asked, stopped, killed. Only processes started here are ever signalled.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostConfig } from '../../../src/core/contract.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { createNodeHost } from '../../../src/host/node.ts';
import type { RunningMockServer } from '../../../mock-server/http.ts';

/** What a process is asked for. */
export type Ask = { id: number } &
  /** `time`: how far the device's clocks are ahead by now, ms. */
  ({ do: 'start'; time: number } | { do: 'sign-in'; tokens: unknown } | { do: 'request'; time: number; path: string } | { do: 'stop' });
type AskWithoutId = Ask extends infer A ? (A extends Ask ? Omit<A, 'id'> : never) : never;

/** What a process says: an answer, what it does with the lock, a state, or an event of the host. */
export interface Told {
  id?: number;
  value?: unknown;
  error?: string;
  lock?: 'held' | 'freed';
  state?: string;
  reason?: string;
  event?: string;
}

export interface MemberOptions {
  /** The program. */
  app: string;
  folder: string;
  config: HostConfig;
  engine?: EngineOptions;
  /** The environment of a machine with a keychain; absent = it uses none. */
  keychain?: NodeJS.ProcessEnv;
  tellsLock?: boolean;
  stopsAt?: 'lock' | 'sent';
}

/** Default of the engine's option `storeKey`. */
const STORE_KEY = 'tokenwarp.session';

/** One process. */
export class Member {
  readonly told: Told[] = [];
  readonly ready: Promise<void>;
  /** Once it is gone and everything it said has been heard. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (told: Told) => void>();
  readonly #listeners = new Set<(told: Told) => void>();
  #asked = 0;

  constructor(options: MemberOptions) {
    const { folder, config, engine = {}, keychain, tellsLock = false, stopsAt } = options;
    const setup = JSON.stringify({ folder, config, engine, keychain: keychain !== undefined, tellsLock, stopsAt });
    this.#child = fork(options.app, [setup], {
      env: { ...process.env, ...keychain },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (told: Told) => this.#hear(told));
    this.ready = this.when(({ event }) => event === 'ready');
    const ends = ['exit', 'disconnect'].map((event) => new Promise<void>((resolve) => void this.#child.once(event, () => resolve())));
    this.gone = Promise.all(ends).then(() => {
      for (const answer of this.#waiting.values()) answer({ error: 'gone' });
      this.#waiting.clear();
    });
  }

  /** Its answer; `error: 'gone'` when it died before. */
  ask(what: AskWithoutId): Promise<Told> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...what, id }, (error) => {
        if (error !== null) resolve({ error: 'gone' });
      });
    });
  }

  /** Resolves with the next thing it says that fits. */
  when(fits: (told: Told) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (told: Told): void => {
        if (!fits(told)) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** By the last it said. */
  get holds(): boolean {
    return this.told.findLast(({ lock }) => lock !== undefined)?.lock === 'held';
  }

  /** Events of its host. */
  get events(): string[] {
    return this.told.flatMap(({ event }) => event ?? []);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.gone;
  }

  #hear(told: Told): void {
    this.told.push(told);
    if (told.id !== undefined) {
      this.#waiting.get(told.id)?.(told);
      this.#waiting.delete(told.id);
    }
    for (const listener of [...this.#listeners]) listener(told);
  }
}

/** Members over one folder; all gone, and the folder with them, when the test ends. */
export class Fleet {
  readonly folder = mkdtempSync(join(tmpdir(), 'tokenwarp-fleet-'));
  readonly config: HostConfig;
  readonly #app: string;
  readonly #all: Member[] = [];

  constructor(server: RunningMockServer, app: string) {
    this.config = configOf(server);
    this.#app = app;
    onTestFinished(async () => {
      await Promise.all(this.#all.map((member) => member.kill()));
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** What the store holds, as one more process would read it. */
  async stored(): Promise<string | undefined> {
    return createNodeHost({ app: 'fleet', folder: this.folder, config: this.config, keychain: false }).store.get(STORE_KEY);
  }

  async launch(options: Omit<MemberOptions, 'app' | 'folder' | 'config'> = {}): Promise<Member> {
    const member = new Member({ app: this.#app, folder: this.folder, config: this.config, ...options });
    this.#all.push(member);
    await member.ready;
    return member;
  }
}

export function configOf({ url }: RunningMockServer): HostConfig {
  return {
    issuer: url,
    clientId: 'app',
    tokenEndpoint: `${url}/token`,
    revocationEndpoint: `${url}/revoke`,
    resourceBaseUrl: `${url}/api`,
    scope: 'openid offline_access',
  };
}
