// What the platforms of the guides give for nothing, so that no guide is blamed for its platform: a fair mutex, preferences that answer
// from memory and write later, an HTTP call with a time-out, an answer when the network is back.
import type { Host, HostStore, TokenResponse } from '../../../../src/core/contract.ts';
import { Failure, jsonObject, withLimit } from '../../correct/reactive-class/waiting.ts';

/** Kotlin's `Mutex`: first come, first served. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  withLock<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Android's `SharedPreferences`: loaded once, read from memory, `apply` changes memory at once and the file later, in order. */
export class SharedPreferences {
  readonly #file: HostStore;
  readonly #name: string;
  #values: Readonly<Record<string, unknown>> = {};
  #writes: Promise<unknown> = Promise.resolve();

  constructor(file: HostStore, name: string) {
    this.#file = file;
    this.#name = name;
  }

  async load(): Promise<void> {
    this.#values = jsonObject((await this.#file.get(this.#name)) ?? '');
  }

  get(key: string): string | undefined {
    const value = this.#values[key];
    return typeof value === 'string' ? value : undefined;
  }

  /** Puts these values and keeps the others; without values, clears all. */
  apply(values?: Readonly<Record<string, string>>): void {
    this.#values = values === undefined ? {} : { ...this.#values, ...values };
    const text = JSON.stringify(this.#values);
    this.#writes = this.#writes.then(() => this.#file.set(this.#name, text)).catch(() => undefined);
  }

  /** An activity that stops waits for the file. */
  async written(): Promise<void> {
    await this.#writes;
  }
}

/** Resolves at once, or when the device is online again; rejects when the process closes. */
export async function whenOnline({ connectivity }: Host, closing: AbortSignal): Promise<void> {
  if (connectivity.online()) return;
  await new Promise<void>((resolve, reject) => {
    const stop = connectivity.subscribe((online) => {
      if (!online) return;
      stop();
      resolve();
    });
    closing.addEventListener('abort', () => {
      stop();
      reject(new Failure('network'));
    });
  });
}

/** A refresh request (RFC 6749 6) as any HTTP library sends it; undefined when no whole answer came within `timeout` ms. */
export async function postRefresh(host: Host, refreshToken: string, timeout: number): Promise<RefreshAnswer | undefined> {
  const { tokenEndpoint, clientId } = host.config;
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  try {
    return await withLimit(host, timeout, async (signal) => {
      const response = await host.fetch(tokenEndpoint, { method: 'POST', headers, body, signal });
      const members = jsonObject(await response.text());
      const granted = response.ok && typeof members['access_token'] === 'string' ? (members as TokenResponse) : undefined;
      const retryAfter = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      return { status: response.status, members, granted, retryAfter: Number.isNaN(retryAfter) ? 0 : retryAfter };
    });
  } catch {
    return undefined;
  }
}

export interface RefreshAnswer {
  readonly status: number;
  /** The JSON object; empty when it was none. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly granted: TokenResponse | undefined;
  /** Ms that the server asked for; 0 when it did not. */
  readonly retryAfter: number;
}
