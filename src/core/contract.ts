// The contract between a world and a client under test. Small and stable: acceptance clients are written against it.

/** Session states. `locked` needs biometrics or a PIN; `expired` needs a new sign-in. */
export type SessionState = 'loading' | 'active' | 'locked' | 'expired' | 'signed-out';

/** What a client may claim beyond the core. Omitted in {@link Client.features} = all whose methods exist. */
export const FEATURES = [
  'refresh-ahead',
  'offline-queue',
  'cross-process',
  'background',
  'push',
  'silent-refresh',
  'reauthentication',
  'idle-lock',
] as const;
/** One thing a client may claim beyond the core. */
export type Feature = (typeof FEATURES)[number];

/** Why a request was rejected: the `reason` property of the Error. */
export const REJECTIONS = [
  'reauthentication-required',
  'signed-out',
  'locked',
  'offline',
  'deadline',
  'queue-full',
  'not-replayable',
  'aborted',
  'network',
] as const;
/** One of {@link REJECTIONS}. */
export type Rejection = (typeof REJECTIONS)[number];

/** RFC 6749 5.1 members of a token response. */
export interface TokenResponse {
  access_token: string;
  token_type: string;
  /** Seconds. */
  expires_in?: number;
  refresh_token?: string;
  scope?: string;
  [member: string]: unknown;
}

/** The part of the WHATWG fetch API that a world lends. Rejects with a TypeError on a network failure, an AbortError on abort. */
export interface HostFetchInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  redirect?: 'follow' | 'manual';
}
/** What a fetch answers: headers by lower- or upper-case name, the body once or often. */
export interface HostResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/** Time as the process sees it. All of it is virtual. */
export interface HostClock {
  /** The device's wall clock, ms since the Unix epoch: can be skewed and can jump. */
  now(): number;
  /** Ms since boot, not counting jumps of the wall clock. */
  monotonic(): number;
  /** Runs `fn` once after `ms` (any length, no 2^31 limit); returns its cancel. */
  setTimeout(fn: () => void, ms: number): () => void;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Secure tier: survives a kill, shared by the device's processes; rejects with `code: 'store-locked'` while the device is locked. */
export interface HostStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** How a prompt for biometrics or a password ended. */
export type PromptOutcome = 'ok' | 'failed' | 'cancelled' | 'unavailable' | 'locked-out';
/** How a background job ended; `retry` asks the system to run it again. */
export type JobOutcome = 'success' | 'failure' | 'retry';

/** Where the servers are and who the client is, RFC 6749 and RFC 8414 words. */
export interface HostConfig {
  issuer: string;
  clientId: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  resourceBaseUrl: string;
  scope: string;
}

/** What the world lends to one process of one device. Everything a client needs; a client that reaches past it is reported. */
export interface Host {
  /** `phone/app`. */
  readonly name: string;
  readonly platform: 'ios' | 'android' | 'web' | 'node';
  readonly config: HostConfig;
  fetch(url: string, init?: HostFetchInit): Promise<HostResponse>;
  readonly clock: HostClock;
  /** A number in [0, 1), from this process's own seeded stream. */
  random(): number;
  readonly store: HostStore;
  /** Mutual exclusion between the processes of one device. Rejects with `code: 'lock-timeout'` after `timeout` ms. */
  lock<T>(name: string, fn: () => Promise<T>, options?: { timeout?: number }): Promise<T>;
  readonly background: {
    register(id: string, handler: () => Promise<JobOutcome>): void;
    schedule(request: { id: string; after?: number }): void;
    cancel(id: string): void;
  };
  readonly reauthenticate: { biometric(): Promise<PromptOutcome>; password(): Promise<PromptOutcome> };
  readonly connectivity: { online(): boolean; subscribe(fn: (online: boolean) => void): () => void };
  /** Optional observations; strings in them are searched for tokens (no-token-leak). */
  emit(event: { type: string; [field: string]: unknown }): void;
}

/** `headers['x-request-id']` names the logical request; forward it on every sending so that replays can be told apart. */
export interface RequestInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

/** The client under test: `start`, `signIn` and `request` are required, the rest says what it can do beyond. */
export interface Client {
  /** After every launch: restore what the store holds. */
  start(): Promise<void>;
  /** The token response just granted by a sign-in. */
  signIn(tokens: TokenResponse): Promise<void>;
  /** Rejects with an Error whose `reason` is a {@link Rejection}. */
  request(path: string, init?: RequestInit): Promise<{ status: number }>;
  signOut?(): Promise<void>;
  state?(): SessionState;
  foreground?(): void;
  background?(): void;
  interaction?(): void;
  push?(payload: unknown): void;
  runBackgroundJob?(id: string, signal: AbortSignal): Promise<JobOutcome>;
  /** The process exits cleanly; on a kill nothing is called. */
  stop?(): Promise<void>;
  readonly features?: readonly Feature[];
  /** Ms before expiry at which this client refreshes ahead, jitter included; undeclared = 5 min is assumed. */
  readonly refreshAhead?: number;
}

/** The default export of a module given to `--client`. */
export type ClientFactory = (host: Host) => Client | Promise<Client>;
