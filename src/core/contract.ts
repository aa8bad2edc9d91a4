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
  'streams',
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
  body?: Body;
  signal?: AbortSignal;
  redirect?: 'follow' | 'manual';
}
/** What is sent: text, or a stream that can be read once. Whoever reads it again gets nothing (WHATWG Fetch: a disturbed body). */
export type Body = string | AsyncIterable<string>;
/** What a fetch answers: headers by lower- or upper-case name, the body once or often. */
export interface HostResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/** An answer that goes on: an event stream or a socket. */
export interface HostStream {
  /** Anything but 2xx: it did not open, `next` tells its end at once. */
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /**
   * The next message; undefined once the server ended it. Rejects with a TypeError when the connection breaks. A message is one event as it
   * stands in an event stream (WHATWG HTML 9.2), without the empty line at its end: `id: 7` (where ids are given) and `data: ...` lines.
   */
  next(): Promise<string | undefined>;
  /**
   * Says something on it, such as a new access token in `Bearer <token>` form: resolves once the server has taken it, rejects with a
   * TypeError where the server takes no such message (then only a new request brings the new token), and once the stream is over.
   */
  send(message: string): Promise<void>;
  close(): void;
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

/**
 * What a prompt is for. `unlock`: the app opens again. `sign-in`: a session that ended is replaced; on `ok` the new tokens have been
 * handed to {@link Client.signIn} before the prompt resolves.
 */
export type PromptPurpose = 'unlock' | 'sign-in';
/** How a prompt for biometrics or a password ended. */
export type PromptOutcome = 'ok' | 'failed' | 'cancelled' | 'unavailable' | 'locked-out';
/**
 * How a background job ended: Android's `Result.success()`, `failure()`, `retry()`; on iOS `setTaskCompleted(success:)`, which knows no retry.
 */
export type JobOutcome = 'success' | 'failure' | 'retry';

/** A background job as each platform can be asked for it. Times in ms. */
export type JobRequest = { readonly id: string } & (AppRefresh | Processing | PeriodicWork | OneTimeWork);
/** BGAppRefreshTaskRequest: runs once, some time after `earliestBegin` from now; asking again replaces it. */
export interface AppRefresh {
  readonly kind: 'app-refresh';
  readonly earliestBegin?: number;
}
/** BGProcessingTaskRequest. */
export interface Processing {
  readonly kind: 'processing';
  readonly earliestBegin?: number;
  readonly network?: boolean;
  readonly power?: boolean;
}
/** PeriodicWorkRequest, enqueued as unique work under its id. `every` at least 15 min; `flex`: the end of each period in which it may run. */
export interface PeriodicWork extends WorkConditions {
  readonly kind: 'periodic';
  readonly every: number;
  readonly flex?: number;
  /** Default: KEEP. */
  readonly existing?: 'KEEP' | 'UPDATE' | 'CANCEL_AND_REENQUEUE';
}
/** OneTimeWorkRequest, enqueued as unique work under its id. */
export interface OneTimeWork extends WorkConditions {
  readonly kind: 'one-time';
  readonly expedited?: boolean;
  /** OutOfQuotaPolicy: what becomes of expedited work once the quota for it is used up. Default: RUN_AS_NON_EXPEDITED_WORK_REQUEST. */
  readonly outOfQuota?: 'RUN_AS_NON_EXPEDITED_WORK_REQUEST' | 'DROP_WORK_REQUEST';
  /** Default: KEEP. */
  readonly existing?: 'KEEP' | 'REPLACE' | 'APPEND' | 'APPEND_OR_REPLACE';
}
/** What both kinds of work share: androidx.work.Constraints and BackoffPolicy (default: EXPONENTIAL, 30 s). */
export interface WorkConditions {
  readonly initialDelay?: number;
  readonly network?: 'NOT_REQUIRED' | 'CONNECTED' | 'UNMETERED' | 'NOT_ROAMING';
  readonly charging?: boolean;
  readonly batteryNotLow?: boolean;
  readonly backoff?: { readonly policy: 'EXPONENTIAL' | 'LINEAR'; readonly delay: number };
}

/** Where the servers are and who the client is, RFC 6749 and RFC 8414 words. */
export interface HostConfig {
  issuer: string;
  clientId: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  resourceBaseUrl: string;
  scope: string;
  /** When the app must lock itself, ms without interaction or in background; absent = never. */
  lock?: LockPolicy;
  /** What a scenario hands to its client (`client:`), such as the interval of its background refresh. Nothing here is the world's business. */
  options?: Readonly<Record<string, string | number | boolean>>;
  /** Response header in which the API offers a new access token, unasked; `<header>-expires-in` tells its life, s. Absent = it offers none. */
  silentRefreshHeader?: string;
}
/** Ms, both on the monotonic clock. */
export interface LockPolicy {
  /** Without interaction, in foreground. */
  idle?: number;
  /** In background. */
  background?: number;
}

/** Background jobs of the operating system. Where there is none, a job is never run and nothing is refused. */
export interface HostBackground {
  /**
   * Says what runs a job. iOS wants it before the first synchronous part of {@link Client.start} is over, which is when the launch has
   * finished, and the app crashes otherwise (BGTaskScheduler.register). `signal` aborts when the system ends the run.
   */
  register(id: string, handler: (signal: AbortSignal) => Promise<JobOutcome>): void;
  /** Asks for a job. Rejects with an Error whose `code` is the platform's own name: `notPermitted`, `tooManyPendingTaskRequests`, `unavailable` ... */
  schedule(request: JobRequest): Promise<void>;
  cancel(id: string): void;
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
  /** Plain tier: not protected, readable while the device is locked, gone after a reinstall. */
  readonly plain: HostStore;
  /** Opens an event stream or socket with a GET; rejects as `fetch` does. */
  stream(url: string, init?: Pick<HostFetchInit, 'headers' | 'signal'>): Promise<HostStream>;
  /**
   * Mutual exclusion between the processes of one device. Rejects with `code: 'lock-timeout'` after `timeout` ms, with
   * `code: 'lock-unavailable'` where there is none.
   */
  lock<T>(name: string, fn: () => Promise<T>, options?: { timeout?: number }): Promise<T>;
  readonly background: HostBackground;
  /** Without a purpose: `unlock` while the client says it is locked, else `sign-in`. */
  readonly reauthenticate: {
    biometric(purpose?: PromptPurpose): Promise<PromptOutcome>;
    password(purpose?: PromptPurpose): Promise<PromptOutcome>;
  };
  readonly connectivity: { online(): boolean; subscribe(fn: (online: boolean) => void): () => void };
  /** Optional observations; strings in them are searched for tokens (no-token-leak). */
  emit(event: { type: string; [field: string]: unknown }): void;
}

/** `headers['x-request-id']` names the logical request; forward it on every sending so that replays can be told apart. */
export interface RequestInit {
  method?: string;
  headers?: Record<string, string>;
  body?: Body;
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
  /** A silent push arrived, in any state of the app. */
  push?(payload: unknown): void;
  /** The app listens to something that goes on; the client keeps it open, over every renewal of the token, until it is closed. */
  openStream?(path: string, onMessage: (message: string) => void): Promise<{ close(): void }>;
  runBackgroundJob?(id: string, signal: AbortSignal): Promise<JobOutcome>;
  /** The process exits cleanly; on a kill nothing is called. */
  stop?(): Promise<void>;
  readonly features?: readonly Feature[];
  /** Ms before expiry at which this client refreshes ahead, jitter included; undeclared = 5 min is assumed. */
  readonly refreshAhead?: number;
}

/** The default export of a module given to `--client`. */
export type ClientFactory = (host: Host) => Client | Promise<Client>;
