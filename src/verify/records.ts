// What the index keeps of a history: exchanges, requests, tokens, processes and devices, each with the events that made it.
// Facts only: nothing here says whether they are good.
import type { EventOf, TokenLabel } from '../core/events.ts';
import type { Moment, Span } from './moments.ts';

/** How the client came to know the end of an exchange; a process that died knows nothing any more. */
export type EndKind = 'delivered' | 'lost' | 'abandoned' | 'process-ended';
export interface ExchangeEnd extends Moment {
  how: EndKind;
}

/** One refresh request on the wire. */
export interface Exchange {
  readonly x: string;
  /** Position among all exchanges, in sending order. */
  readonly index: number;
  readonly process: string;
  readonly device: string;
  readonly rt: TokenLabel;
  /** Which life of the process sent it. */
  readonly life: number;
  readonly sent: EventOf<'token.sent'>;
  /** Exchanges of the same device still in flight when this one was sent. */
  readonly beside: readonly Exchange[];
  /** The exchange before this one with the same refresh token. */
  readonly previous: Exchange | undefined;
  /** The exchange before this one of the same device. */
  readonly before: Exchange | undefined;
  /** The exchange after this one of the same device. */
  next: Exchange | undefined;
  committed: EventOf<'token.committed'> | undefined;
  delivered: EventOf<'token.delivered'> | undefined;
  /** The client's knowledge of the end; undefined while it hangs. */
  end: ExchangeEnd | undefined;
}

/** One sending of a logical request. */
export interface Sending {
  readonly sent: EventOf<'api.sent'>;
  readonly process: string;
  responded: EventOf<'api.responded'> | undefined;
  delivered: EventOf<'api.delivered'> | undefined;
  /** An error reached the client, or it hung up. */
  broken: EventOf<'api.lost'> | EventOf<'api.abandoned'> | undefined;
}

/** One logical request of the app (`n1`) or of the client itself (`c1`). */
export interface LogicalRequest {
  readonly n: string;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  called: EventOf<'request.called'> | undefined;
  settled: EventOf<'request.settled'> | undefined;
  aborted: EventOf<'aborted'> | undefined;
  readonly sendings: Sending[];
}

/** Lineage of a token. `order` counts mintings: larger is younger. */
export interface TokenInfo {
  readonly label: TokenLabel;
  readonly order: number;
  readonly minted: Moment;
  /** The exchange that minted it; undefined for a sign-in. */
  readonly x: string | undefined;
  /** The refresh token presented for it. */
  readonly parent: TokenLabel | undefined;
  readonly family: string | undefined;
  readonly user: string | undefined;
  readonly device: string;
  /** True virtual time of expiry and the whole lifetime, ms; undefined for refresh tokens and where nobody said. */
  readonly expiresAt: number | undefined;
  readonly lifetime: number | undefined;
}

export interface FamilyInfo {
  readonly family: string;
  readonly device: string;
  dead: EventOf<'family.dead'> | undefined;
}

/**
 * The session of a device between a sign-in and the next sign-in, sign-out or change of the server. A kill that undid the last one of them begins the session
 * before it anew: `from` is then its sign-in, moved to the moment of the kill.
 */
export interface Session {
  /** Counts sign-ins and sign-outs of the device, from 1. */
  readonly generation: number;
  readonly family: string;
  readonly user: string;
  readonly from: EventOf<'signIn.called'>;
  /** `seq` of its real sign-in, also where a kill began it anew. */
  readonly began: number;
  to: EventOf<'signIn.called'> | EventOf<'signOut.called'> | EventOf<'server.switched'> | undefined;
}

/** Where a process got the access token it has. */
export type HandSource = 'sign-in' | 'delivered' | 'store' | 'offered';

/** What a process can know to be the newest pair, from `seq` on. */
export interface Hand extends Moment {
  readonly at: TokenLabel | undefined;
  readonly rt: TokenLabel | undefined;
  readonly source: HandSource;
  /** When the access token came into this hand. */
  readonly since: Moment;
  /** The same, for the refresh token. */
  readonly rtSince: Moment;
}

export interface ProcessInfo {
  readonly process: string;
  readonly device: string;
  /** +1 at every launch, kill and stop; what was in memory belongs to one life. */
  life: number;
  readonly lives: Moment[];
  readonly launches: EventOf<'process.launch'>[];
  readonly kills: Moment[];
  /** When its client was told to stop. */
  readonly stops: Moment[];
  running: boolean;
  readonly suspended: Span[];
  /** Entries with no token mark that the hand was emptied. */
  readonly hands: (Hand | EmptyHand)[];
  /** Whose session this process itself knows of: from its own sign-in or sign-out, or from what it read in the store. */
  readonly known: Known[];
  /** Ends of its successful reads of the store. */
  readonly reads: Moment[];
  readonly states: EventOf<'state'>[];
  readonly calls: EventOf<'request.called'>[];
  /** Everything it sent, to the token endpoint or a resource. */
  readonly sent: Moment[];
  readonly settles: EventOf<'request.settled'>[];
  readonly opened: Operation[];
  /** What may start a refresh of its own: a request, a start, a sign-in, a push. */
  readonly triggers: Moment[];
  /** While the app is not on screen. */
  readonly background: Span[];
  /** Frames with what only a signed-in user may see. */
  readonly contents: EventOf<'content'>[];
  readonly interactions: Moment[];
  /** Pushes that asked for a refresh. */
  readonly pushes: EventOf<'push'>[];
  /** Every read of the secure store that ended, in order. */
  readonly looks: EventOf<'store.end'>[];
  /** Runs of background jobs, in order of their start. */
  readonly jobs: JobRun[];
}
/** One run of a background job, until it answered or its process went away under it. */
export interface JobRun {
  readonly run: string;
  readonly job: string;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  /** Ms: the longest time for which the job has been put off by asking for it. */
  readonly interval: number | undefined;
  readonly started: EventOf<'job.started'>;
  stopped: EventOf<'job.stopped'> | undefined;
  end: EventOf<'job.ended'> | EventOf<'job.lost'> | undefined;
}
/** From `seq` on the process takes `family` for the session of the device; undefined for none, or when nobody can tell. */
export interface Known extends Moment {
  readonly family: string | undefined;
}
export interface EmptyHand extends Moment {
  readonly at: undefined;
  readonly rt: undefined;
  readonly source: undefined;
}

/** A call of `start`, `signIn` or `signOut` and its end. */
export interface Operation {
  readonly name: 'start' | 'signIn' | 'signOut';
  readonly called: Moment;
  readonly life: number;
  done: (Moment & { readonly ok: boolean }) | undefined;
}

/** What the secure store of a device holds from `seq` on; `at` and `rt` are the youngest in it. */
export interface StoreContent extends Moment {
  readonly labels: readonly TokenLabel[];
  readonly at: TokenLabel | undefined;
  readonly rt: TokenLabel | undefined;
  readonly write: StoreWrite;
}

/** `secure` or `plain`. */
export type Tier = EventOf<'store.changed'>['tier'];

/** A write or deletion, with its begin and its end; or what somebody outside did to the store, which has neither. */
export interface StoreWrite {
  /** Of its begin, or of its end where nobody saw the begin. */
  readonly seq: number;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  readonly op: 'set' | 'delete';
  readonly key: string;
  readonly tier: Tier;
  readonly labels: readonly TokenLabel[];
  readonly begin: EventOf<'store.begin'> | undefined;
  end: EventOf<'store.end'> | undefined;
}

export interface DeviceInfo {
  readonly device: string;
  /** The server it is pointed at; undefined until it was pointed at another. */
  issuer: string | undefined;
  readonly processes: string[];
  readonly sessions: Session[];
  readonly offline: Span[];
  readonly locked: Span[];
  readonly jumps: EventOf<'clock.jump'>[];
  readonly stores: StoreContent[];
  readonly writes: StoreWrite[];
  readonly signOuts: EventOf<'signOut.called'>[];
  readonly exchanges: Exchange[];
  /** A refresh token was seen in the store in clear: what it holds can be judged. */
  observable: boolean;
  /** Things that start a refresh anew: back online, unlocked, foreground. */
  readonly triggers: Moment[];
  readonly prompts: Prompt[];
  /** What somebody outside the client did to the store. */
  readonly changes: EventOf<'store.changed'>[];
  readonly installs: EventOf<'app.installed'>[];
  /** What was asked of its operating system, granted or not. */
  readonly jobRequests: (EventOf<'job.requested'> | EventOf<'job.refused'>)[];
  /** Job -> ms: the longest time for which it has been put off by asking for it. */
  readonly jobIntervals: Map<string, number>;
}

/** A prompt for biometrics or a password, until it was answered or its process ended. */
export interface Prompt {
  readonly process: string;
  readonly device: string;
  readonly life: number;
  readonly shown: EventOf<'prompt.shown'>;
  closed: EventOf<'prompt.closed'> | undefined;
}

/** One use of a named lock: waited for, perhaps held, until it was freed, withdrawn, or its process ended. */
export interface LockUse {
  readonly name: string;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  readonly wait: Moment;
  held: Moment | undefined;
  end: Moment | undefined;
}

/** One connection that goes on: an event stream or a socket. */
export interface Stream {
  readonly s: string;
  readonly path: string;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  readonly opened: EventOf<'stream.opened'>;
  /** The tokens it ran on, in order, each with the event from which on it did. */
  readonly runs: { readonly at: TokenLabel; readonly from: Moment }[];
  readonly messages: EventOf<'stream.message'>[];
  readonly renewals: EventOf<'stream.renewed'>[];
  /** Closed, by whomever, or its process ended. */
  end: Moment | undefined;
}

/** The app's wish to hear what a path brings. */
export interface Listening {
  readonly l: string;
  readonly path: string;
  readonly process: string;
  readonly device: string;
  readonly life: number;
  readonly asked: EventOf<'stream.asked'>;
  left: EventOf<'stream.left'> | undefined;
}

/** What the client said of itself. `features` is undefined when it said nothing. */
export interface Declared {
  readonly features: ReadonlySet<string> | undefined;
  readonly refreshAhead: number | undefined;
  readonly missing: readonly string[];
}
