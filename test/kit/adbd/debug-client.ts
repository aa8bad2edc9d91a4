// The client in the debug build of an app under test: signs in at the mock server when its hook is told to, asks for pages, refreshes on
// a 401. It is right unless it is told to be wrong. What it stores survives its process, what it only knows does not.
import type { Duplex } from 'node:stream';
import type { DebugHook } from './app.ts';
import { ask, type Place } from './phone-http.ts';

export interface Flaws {
  /** Every refused request refreshes by itself. */
  noSingleFlight?: boolean;
  /** A 401 is a reason to refresh, also for a token that was replaced long ago. */
  refreshesForLate401?: boolean;
  /** A new refresh token is used and never stored. */
  losesRotation?: boolean;
  /** Forgets the session when the server is not well. */
  signsOutOn5xx?: boolean;
  /** Goes on with its tokens after a sign-out. */
  staysSignedIn?: boolean;
  /** No word of the hook but these. */
  only?: readonly string[];
  /** Never answers the hook. */
  deaf?: boolean;
  /** Tells its access token as the result of every broadcast. */
  tellsToken?: boolean;
}

interface Tokens {
  access: string;
  refresh: string;
}

const ACTIONS = ['REQUEST', 'SIGN_IN', 'SIGN_OUT', 'PUSH'];

export class DebugClient implements DebugHook {
  readonly actions: readonly string[];
  /** Every token it was ever given. */
  readonly secrets: string[] = [];
  /** What the hook was told, in order. */
  readonly told: string[] = [];
  readonly #port: number;
  readonly #flaws: Flaws;
  #app: Place | undefined;
  #stored: Tokens | undefined;
  #known: Tokens | undefined;
  #flight: Promise<void> | undefined;
  /** What a dead process had begun comes to nothing. */
  #epoch = 0;
  readonly #sockets = new Set<Duplex>();

  constructor(port: number, flaws: Flaws = {}) {
    this.#port = port;
    this.#flaws = flaws;
    this.actions = (flaws.only ?? ACTIONS).map((word) => `dev.tokenwarp.${word}`);
  }

  started(app: Place): void {
    this.#app = app;
    this.#known = this.#stored;
  }

  died(): void {
    this.#epoch++;
    this.#known = undefined;
    this.#flight = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  receive(action: string, extras: ReadonlyMap<string, string>): string | undefined {
    const verb = action.slice('dev.tokenwarp.'.length);
    this.told.push([verb, ...[...extras].map(([key, value]) => `${key}=${value}`)].join(' '));
    if (this.#flaws.deaf !== true) void this.#act(verb, extras).catch(() => undefined);
    return this.#flaws.tellsToken === true ? this.#known?.access : undefined;
  }

  /** What its background job does: refreshes, whatever it thinks of its token. */
  async job(): Promise<'SUCCESS' | 'RETRY'> {
    try {
      await this.#refresh(this.#known?.access ?? '');
      return 'SUCCESS';
    } catch {
      return 'RETRY';
    }
  }

  async #act(verb: string, extras: ReadonlyMap<string, string>): Promise<void> {
    switch (verb) {
      case 'SIGN_IN':
        return this.#signIn(extras.get('user') ?? '', extras.get('device') ?? '');
      case 'SIGN_OUT':
        return this.#signOut();
      case 'PUSH':
        return extras.get('refresh') === '1' ? this.#refresh(this.#known?.access ?? '') : undefined;
      default: {
        const count = Number(extras.get('count') ?? 1);
        const id = extras.get('id') ?? 'q';
        const names = Array.from({ length: count }, (_, i) => (count === 1 ? id : `${id}-${i + 1}`));
        await Promise.all(names.map((name) => this.#request(extras.get('method') ?? 'GET', extras.get('path') ?? '/', name)));
      }
    }
  }

  async #signIn(user: string, device: string): Promise<void> {
    const { body } = await this.#send({ method: 'POST', path: '/debug/session', form: { user, device } });
    this.#adopt(body, true);
  }

  async #signOut(): Promise<void> {
    const { refresh } = this.#known ?? {};
    if (this.#flaws.staysSignedIn === true) return;
    this.#stored = undefined;
    this.#known = undefined;
    if (refresh !== undefined) await this.#send({ method: 'POST', path: '/revoke', form: { token: refresh, client_id: 'app' } });
  }

  async #request(method: string, path: string, id: string): Promise<void> {
    const used = this.#known?.access;
    if (used === undefined) return;
    const first = await this.#api(method, path, { id, access: used });
    if (first !== 401) return;
    if (this.#flaws.refreshesForLate401 === true) await this.#refresh(this.#known?.access ?? '');
    else if (this.#known?.access === used || this.#flaws.noSingleFlight === true) await this.#refresh(used);
    const { access } = this.#known ?? {};
    if (access !== undefined && access !== used) await this.#api(method, path, { id, access });
  }

  async #api(method: string, path: string, { id, access }: { id: string; access: string }): Promise<number> {
    const headers = { authorization: `Bearer ${access}`, 'x-request-id': id };
    return (await this.#send({ method, path: `/api${path}`, headers })).status;
  }

  async #refresh(used: string): Promise<void> {
    if (this.#flaws.noSingleFlight === true) return this.#exchange();
    if (this.#known?.access !== used) return;
    this.#flight ??= this.#exchange().finally(() => {
      this.#flight = undefined;
    });
    await this.#flight;
  }

  async #exchange(): Promise<void> {
    const { refresh } = this.#known ?? {};
    if (refresh === undefined) return;
    const form = { grant_type: 'refresh_token', refresh_token: refresh, client_id: 'app' };
    const { status, body } = await this.#send({ method: 'POST', path: '/token', form });
    // Signed out meanwhile, or somebody else signed in: it is nobody's any more.
    if (this.#known?.refresh !== refresh && this.#flaws.noSingleFlight !== true) return;
    if (status === 200) this.#adopt(body, this.#flaws.losesRotation !== true);
    else if (status === 400 || (status >= 500 && this.#flaws.signsOutOn5xx === true)) {
      this.#stored = undefined;
      this.#known = undefined;
    }
  }

  #adopt(body: string, store: boolean): void {
    const { access_token: access, refresh_token: refresh } = JSON.parse(body) as { access_token: string; refresh_token?: string };
    this.#known = { access, refresh: refresh ?? this.#known?.refresh ?? '' };
    this.secrets.push(access, ...(refresh === undefined ? [] : [refresh]));
    if (store) this.#stored = this.#known;
  }

  async #send(asked: Omit<Parameters<typeof ask>[2], 'onSocket'>): ReturnType<typeof ask> {
    const epoch = this.#epoch;
    const app = this.#app;
    if (app === undefined) throw new Error('there is no process');
    const answer = await ask(app, this.#port, {
      ...asked,
      onSocket: (socket) => {
        this.#sockets.add(socket);
        socket.once('close', () => this.#sockets.delete(socket));
      },
    });
    if (epoch !== this.#epoch) throw new Error('the process died');
    return answer;
  }
}
