// What a client and the process it runs in do: calls, state, store, locks, prompts, streams, and what leaves the process.
// A part of the vocabulary in events.ts.
import type { TokenLabel } from './events.ts';

type ClientDeclared = { type: 'client.declared'; features: readonly string[]; refreshAhead?: number; missing: readonly string[] };
/** The app made a further client in the same process, or wants no more of the newest one; whatever either of them has begun goes on. */
type ClientMounted = { type: 'client.mounted' | 'client.unmounted' };
/** The client, and all others of its process, were told to stop: it ends, or the app lets go of the newest. */
type StopCalled = { type: 'stop.called' };
type StartCalled = { type: 'start.called' };
type StartDone = { type: 'start.done'; ok: boolean; reason?: string };
type RequestCalled = {
  type: 'request.called';
  n: string;
  generation: number;
  method: string;
  path: string;
  bodyDigest: string;
  bodyLength: number;
  deadline: number;
};
type RequestSettled = { type: 'request.settled'; n: string; status?: number; reason?: string };
type Aborted = { type: 'aborted'; n: string };
type State = { type: 'state'; from: string; to: string; reason?: string };
/** `w` pairs a begin with its end; `labels` are the tokens found in the value written or read. Without a tier: the secure one. */
type StoreBegin = { type: 'store.begin'; w: number; op: 'set' | 'delete'; key: string; labels: readonly TokenLabel[]; tier?: 'plain' };
type StoreEnd = {
  type: 'store.end';
  w: number;
  op: 'get' | 'set' | 'delete';
  key: string;
  labels: readonly TokenLabel[];
  ok: boolean;
  error?: string;
  tier?: 'plain';
};
type LockEvent = { type: 'lock.wait' | 'lock.held' | 'lock.freed'; name: string; by?: 'kill' | 'timeout' };
/** `refreshExpiresIn` as in the answer to a refresh. */
type SignInCalled = {
  type: 'signIn.called';
  user: string;
  generation: number;
  family: string;
  at: TokenLabel;
  rt?: TokenLabel;
  refreshExpiresIn?: number;
};
type SignInDone = { type: 'signIn.done'; ok: boolean; reason?: string };
type SignOutCalled = { type: 'signOut.called'; generation: number };
type SignOutDone = { type: 'signOut.done'; ok: boolean; reason?: string };
type PromptShown = { type: 'prompt.shown'; method: 'biometric' | 'password'; purpose: 'unlock' | 'sign-in' };
type PromptClosed = { type: 'prompt.closed'; method: 'biometric' | 'password'; outcome: string };
/** The app drew a frame with what only a signed-in user may see; `state` is what the client said of itself then. */
type Content = { type: 'content'; state: string };
/** What the app was told about locking itself, ms on the monotonic clock. */
type LockPolicyFact = { type: 'lock.policy'; idle?: number; background?: number };
type Interaction = { type: 'interaction' };
/** A silent push was handed to the process. `refresh`: it asks for a refresh. */
type Push = { type: 'push'; refresh: boolean };
/** The app listens to what `path` brings, until it leaves; `l` names one listening, `l1`, `l2` ... The client keeps a stream open for it. */
type StreamAsked = { type: 'stream.asked'; l: string; path: string };
type StreamLeft = { type: 'stream.left'; l: string };
/** A stream is named after the request that opened it (`n`.`k`); `at` is the token it runs on. */
type StreamOpened = { type: 'stream.opened'; s: string; at: TokenLabel; path: string };
/** The server sent a message; `dead`: although the token of the stream was no longer good. */
type StreamMessage = { type: 'stream.message'; s: string; at: TokenLabel; dead?: true };
/** The client told the open stream a new token. */
type StreamRenewed = { type: 'stream.renewed'; s: string; from: TokenLabel; at: TokenLabel; accepted: boolean };
type StreamClosed = { type: 'stream.closed'; s: string; at: TokenLabel; by: 'server' | 'client' | 'network'; reason?: string };
/** Any string that left the process; already redacted, `leaks` names the tokens that were in it. */
type Text = { type: 'text'; channel: string; text: string; leaks: readonly TokenLabel[] };
/** A fault of the client itself, not of the session: an unhandled rejection, ambient time, a timer left behind. `at` is `function (file:line)`. */
type ClientError = {
  type: 'client.error';
  kind: 'unhandled-rejection' | 'uncaught-exception' | 'ambient-api' | 'leaked-timer' | 'stuck' | 'threw';
  message: string;
  where?: string;
};

/** All of them. */
export type ClientFact =
  | ClientDeclared
  | ClientMounted
  | StartCalled
  | StopCalled
  | StartDone
  | RequestCalled
  | RequestSettled
  | Aborted
  | State
  | StoreBegin
  | StoreEnd
  | LockEvent
  | SignInCalled
  | SignInDone
  | SignOutCalled
  | SignOutDone
  | PromptShown
  | PromptClosed
  | Content
  | LockPolicyFact
  | Interaction
  | Push
  | StreamAsked
  | StreamLeft
  | StreamOpened
  | StreamMessage
  | StreamRenewed
  | StreamClosed
  | Text
  | ClientError;
