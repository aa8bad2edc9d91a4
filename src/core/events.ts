// The vocabulary of a history: every fact a world, a server or a client can record.
// A history is judged, printed and hashed from these records alone; nothing here computes.
import type { ClientFact } from './client-facts.ts';
import type { JobFact } from './job-facts.ts';
import type { GracePolicyName, RefusalReason, FamilyEnd, MarkWord } from './server-words.ts';

/** `phone/app` (a process), `phone` (a device), `as`, `rs` or `world`. */
export type Actor = string;
/** Fingerprint of a token: `AT-2`, `RT-1`; `none` when absent, `unknown` when nobody issued it. */
export type TokenLabel = string;
/** Where between two ends a message got lost. */
export type LossPhase = 'request' | 'before-commit' | 'after-commit' | 'body-cut';
/** What a token response means to a strict reader: RFC 6749 5.1 grant, 5.2 error body, or neither. */
export type ResponseKind = 'granted' | 'oauth-error' | 'other';

/** A token exchange (one refresh request on the wire) is named `x1`, `x2` ... in sending order. */
type TokenSent = ToForeigner & { type: 'token.sent'; x: string; rt: TokenLabel; device: string; attempt: number; forced?: string };
/** Told of a token that goes to another authorization server of the run than the one that issued it, and where that is. */
type ToForeigner = { origin?: string; foreign?: true };
/** What only real sockets show: the connection, and the process the client says it is. */
type OnSocket = { connection?: string; from?: string };
type TokenReceived = OnSocket & { type: 'token.received'; x: string; rt: TokenLabel; arrival: number };
interface TokenCommitted {
  type: 'token.committed';
  x: string;
  rt: TokenLabel;
  at: TokenLabel;
  newRt?: TokenLabel;
  family: string;
  user: string;
  device: string;
  /** True virtual time (the axis of `t`) at which the access token stops being accepted, and the lifetime given, ms. */
  expiresAt: number;
  lifetime: number;
  repeated?: GracePolicyName;
}
/** `late`: the server's grace for a token presented again would have honoured it until that many ms ago. */
type TokenRefused = {
  type: 'token.refused';
  x: string;
  rt: TokenLabel;
  error: string;
  status: number;
  reason: RefusalReason;
  late?: number;
};
type TokenAnswer = {
  x: string;
  status: number;
  kind: ResponseKind;
  error?: string;
  /** Why the session ended, as told beside `invalid_grant` by a server that explains. */
  end?: string;
  at?: TokenLabel;
  newRt?: TokenLabel;
  expiresIn?: number;
  /** Ms for which the refresh token is good, where the answer tells it (Keycloak's `refresh_expires_in`; 0 = without end). */
  refreshExpiresIn?: number;
  retryAfter?: number;
  scripted?: true;
};
type TokenResponded = TokenAnswer & { type: 'token.responded' };
type TokenDelivered = TokenAnswer & { type: 'token.delivered'; rt: TokenLabel };
/** `told`: an error reached the client, which ends the flight; otherwise the message vanished and the client still waits. */
type TokenLost = { type: 'token.lost'; x: string; phase: LossPhase; told: boolean };
type TokenAbandoned = { type: 'token.abandoned'; x: string };

/** `foreign`: neither the origin of the token's issuer nor of its resource server. `redirect`: the transport followed a 3xx, no sending of the client's own.
 * `n` names one logical request of the app, `k` its sending (1 = first). A request the client made by itself is `c1`, `c2` ... */
type ApiSent = {
  type: 'api.sent';
  n: string;
  k: number;
  at: TokenLabel;
  rt?: TokenLabel;
  origin: string;
  method: string;
  path: string;
  bodyDigest: string;
  bodyLength: number;
  /** Digest of its Idempotency-Key header, where it has one. */
  key?: string;
  foreign?: true;
  redirect?: true;
};
/** Over sockets the server also keeps what was asked; `named`: the client itself gave the request its name (x-request-id). */
interface ApiReceived extends OnSocket {
  type: 'api.received';
  n: string;
  k: number;
  at: TokenLabel;
  method?: string;
  path?: string;
  bodyDigest?: string;
  bodyLength?: number;
  rt?: TokenLabel;
  named?: true;
}
type ApiAnswer = { n: string; k: number; status: number; error?: string; retryAfter?: number; scripted?: true };
type ApiResponded = ApiAnswer & { type: 'api.responded'; reason?: string };
type ApiDelivered = ApiAnswer & { type: 'api.delivered'; at: TokenLabel };
type ApiLost = { type: 'api.lost'; n: string; k: number; phase: LossPhase; told: boolean };
type ApiAbandoned = { type: 'api.abandoned'; n: string; k: number };

type RevocationSent = ToForeigner & { type: 'revocation.sent'; token: TokenLabel };
type RevocationReceived = { type: 'revocation.received'; token: TokenLabel; status: number };
/** `issuer`: told where a run has several. */
interface SessionGranted {
  type: 'session.granted';
  family: string;
  issuer?: string;
  user: string;
  device: string;
  at: TokenLabel;
  rt?: TokenLabel;
  expiresAt: number;
  lifetime: number;
  grant: string;
}
type FamilyDead = { type: 'family.dead'; family: string; reason: FamilyEnd; user: string; device: string };
/** `expired`: brought to its end early by who controls the server. */
type AccessDead = { type: 'access.dead'; at: TokenLabel; family: string; reason: 'revoked' | 'superseded' | 'expired' };

/** P7: a response header brought a new access token; `adopted` is its first use. */
interface AccessOffered {
  type: 'access.offered';
  at: TokenLabel;
  newAt: TokenLabel;
  family: string;
  user: string;
  device: string;
  expiresAt: number;
  lifetime: number;
}
type AccessAdopted = { type: 'access.adopted'; at: TokenLabel; newAt: TokenLabel; family: string };
/** A device authorization (RFC 8628) is named `d1`, `d2` ...; `outcome` is `granted` or the error told; `interval` is what holds from now on, ms. */
/** An authorization request (RFC 6749 4.1.1) is named `a1`, `a2` ...; `answered` when the browser was sent back: `outcome` is `code` or the error told. */
type AuthorizationAsked = { type: 'authorization.asked'; a: string; client: string; device: string; page: boolean };
type AuthorizationAnswered = { type: 'authorization.answered'; a: string; outcome: string; user?: string };
/** A key comes in (M4): `kid` is listed and signs from these times on, ms. */
type KeyRotated = { type: 'key.rotated'; rotation: string; alg: string; kid: string; listedFrom: number; signsFrom: number };
type DeviceAsked = { type: 'device.asked'; d: string; device: string; interval: number; lifetime: number };
type DeviceDecided = { type: 'device.decided'; d: string; user: string; allowed: boolean };
type DevicePolled = { type: 'device.polled'; d: string; outcome: string; interval: number };

/** Told by a person or a test: something on the client's side that a server cannot see. `by`: how far a clock was moved, ms. */
type Mark = { type: 'mark'; what: MarkWord; device: string; by?: number; note?: string };

type Connectivity = { type: 'online' | 'offline' };
/** `asleep`: ms for which the monotonic clock of the device stood still before a resume. */
interface ProcessEvent {
  type: 'process.launch' | 'process.kill' | 'process.suspend' | 'process.resume' | 'process.stop';
  epoch: number;
  asleep?: number;
}
type AppVisibility = { type: 'foreground' | 'background' };
type StoreLock = { type: 'store.locked' | 'store.unlocked' };
/** Something outside the client changed what the store holds; `labels` are the tokens it holds now. */
type StoreChanged = {
  type: 'store.changed';
  how: 'corrupted' | 'truncated' | 'torn' | 'cleared' | 'restored' | 'replaced';
  tier: 'secure' | 'plain';
  labels: readonly TokenLabel[];
};
/** `reinstall`: the plain tier is gone, the keychain of an iPhone is not. */
/** `lent`: options of the client in which the new version differs. */
type AppInstalled = { type: 'app.installed'; how: 'reinstall' | 'update'; lent?: Readonly<Record<string, string | number | boolean>> };
/** The app was pointed at another authorization server, `issuer` from now on; what is stored stays. */
type ServerSwitched = { type: 'server.switched'; issuer: string };
type ClockJump = { type: 'clock.jump'; by: number };
/** The scenario did something: `text` is the step's own description. */
type StepBegun = { type: 'step'; index: number; text: string };
interface RunEnd {
  type: 'run.end';
  ending: RunEnding;
  stores: Readonly<Record<string, Readonly<Record<string, readonly TokenLabel[]>>>>;
  states: Readonly<Record<string, string>>;
  open: readonly string[];
  detail?: string;
}
/** How a run ended: `finished` judged whole; `deadlock` with `open` operations; the rest are limits (exit code 5) or a client that never yields. */
export type RunEnding = 'finished' | 'deadlock' | 'livelock' | 'step-limit' | 'time-limit' | 'wall-limit' | 'stuck';

/** A request that repeats an earlier one byte by byte: `transport` = sent again by the HTTP stack after its connection broke, without the application. */
type WireRepeated = { type: 'wire.repeated'; name: string; of: string; by: 'transport' | 'app'; gap: number };

/** The facts without their frame; what a recorder is handed. */
export type Fact =
  | TokenSent
  | TokenReceived
  | TokenCommitted
  | TokenRefused
  | TokenResponded
  | TokenDelivered
  | TokenLost
  | TokenAbandoned
  | ApiSent
  | ApiReceived
  | ApiResponded
  | ApiDelivered
  | ApiLost
  | ApiAbandoned
  | RevocationSent
  | RevocationReceived
  | SessionGranted
  | FamilyDead
  | AccessDead
  | AccessOffered
  | AccessAdopted
  | AuthorizationAsked
  | AuthorizationAnswered
  | KeyRotated
  | DeviceAsked
  | DeviceDecided
  | DevicePolled
  | Mark
  | ClientFact
  | JobFact
  | WireRepeated
  | Connectivity
  | ProcessEvent
  | AppVisibility
  | StoreLock
  | StoreChanged
  | AppInstalled
  | ServerSwitched
  | ClockJump
  | StepBegun
  | RunEnd;

/** The frame the recorder adds to each fact. */
export interface Frame {
  /** Position in the history, from 0. */
  readonly seq: number;
  /** True virtual time, ms since the run began. */
  readonly t: number;
  readonly actor: Actor;
  /** `seq` of the event that led to this one. */
  readonly cause?: number;
  /** The device's wall clock, ms since the Unix epoch, where it differs from true time. */
  readonly wall?: number;
}
/** A fact with its place in the history: when (virtual ms), by whom, caused by which event. */
export type HistoryEvent = Frame & Fact;
export type EventType = Fact['type'];
/** One kind of event, by its type: `EventOf<'token.sent'>`. */
export type EventOf<T extends EventType> = Frame & FactOf<T>;
/** Distributes by hand: Extract would lose the members whose `type` is itself a union (`lock.wait | lock.held | lock.freed`). */
type FactOf<T extends EventType> = Fact extends infer F
  ? F extends { type: infer K }
    ? T extends K
      ? F & { type: T }
      : never
    : never
  : never;
/** What a server may record: it sees arrivals, commits and answers, never what the client knows. */
export type ServerFact = Extract<
  Fact,
  {
    type:
      | 'token.received'
      | 'token.committed'
      | 'token.refused'
      | 'token.responded'
      | 'api.received'
      | 'api.responded'
      | 'revocation.received'
      | 'session.granted'
      | 'family.dead'
      | 'access.dead'
      | 'access.offered'
      | 'access.adopted'
      | 'authorization.asked'
      | 'authorization.answered'
      | 'key.rotated'
      | 'device.asked'
      | 'device.decided'
      | 'device.polled';
  }
>;
