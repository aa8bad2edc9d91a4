// A plan: what a world is to do, as data. A step can describe itself, so every report prints the same words.
import type { Feature, HostConfig, LockPolicy, PromptOutcome, Rejection } from '../core/contract.ts';
import type { DurationRange } from '../core/duration.ts';
import type { SourcePosition } from '../core/errors.ts';
import type { EventType } from '../core/events.ts';
import type { FaultSpec } from '../core/fault.ts';
import type { Expectations } from './expectation-plan.ts';
import type { LifePlan, PhoneChange, SystemPlan } from './phone-plan.ts';
import type { PolicyPatch, ServerPolicy } from '../../mock-server/policy.ts';

/** A scenario that was found valid, with every default filled in. All durations in ms. */
export interface Plan {
  name: string;
  /** Folder under scenarios/: expiry, revocation ... */
  family: string;
  file: string;
  summary: string;
  tags: readonly string[];
  /** RFC clauses, `RFC6749#5.2`. */
  specs: readonly string[];
  /** Public bug reports this scenario reproduces, `zitadel/zitadel#9631`. */
  reproduces: readonly string[];
  /** Features without which the scenario is not applicable. */
  needs: readonly Feature[];
  /** Optional client methods without which it is not applicable (`signOut`). */
  methods: readonly string[];
  policy: ServerPolicy;
  /** Of a second authorization server that devices can be pointed at; absent = there is none. */
  otherPolicy?: ServerPolicy;
  /** When the app must lock itself; absent = never. */
  lock?: LockPolicy;
  devices: readonly DevicePlan[];
  /** Lent to the client as `config.options`. */
  client?: NonNullable<HostConfig['options']>;
  /** Other options, with each of which the same scenario is run beside; they replace those of `client` one by one. */
  compare?: readonly NonNullable<HostConfig['options']>[];
  /** One-way network latency, ms; drawn per message. */
  latency: DurationRange;
  steps: readonly Step[];
  expect: Expectations;
  /** Invariants not judged here, by name, each with its reason. */
  relax: readonly { invariant: string; reason: string }[];
  /** Ms of virtual time after which a run is inconclusive. */
  maxVirtual: number;
  /** Deadline of a request that names none, ms. */
  requestDeadline: number;
}

export interface DevicePlan {
  name: string;
  platform: 'ios' | 'android' | 'web' | 'node';
  /** The operating system that is modelled; absent = processes live as the steps say, and jobs never run by themselves. */
  os?: SystemPlan;
  /** Who uses it while time passes; absent = nobody but the steps. */
  life?: LifePlan;
  /** First one signs in; all share the store. */
  processes: readonly string[];
  user: string;
  /** `active`: access token good for `expiresIn` (whole lifetime when absent); `stale`: access token expired while the app was closed; `signed-out`: nothing stored. */
  session: { state: 'active' | 'stale' | 'signed-out'; expiresIn?: number };
  /** Wall clock minus true time, ms. */
  clockSkew: number;
  /** Whether processes are launched before the first step. */
  launched: boolean;
  scope: HostConfig['scope'];
  /** What `host.lock` is worth; `left-behind`: a kill leaves what the dead process held, as a lock file does. */
  locks: 'working' | 'unavailable' | 'stuck' | 'left-behind';
}

interface StepBase {
  /** Position in reading order over the whole plan, from 0. */
  index: number;
  text: string;
  source: SourcePosition;
  /** Processes (`phone/app`) or devices (`phone`) it applies to, resolved: never empty. */
  on: readonly string[];
  /** Ms to wait before it begins. */
  after: number;
}

/** `ok` = status 2xx; `pending` = not settled when everything that can happen now has happened. */
export type RequestOutcome = 'ok' | 'pending' | number | Rejection;

export interface RequestStep extends StepBase {
  verb: 'request';
  /** Name for later expectations; `count` > 1 makes them `name`, `name#2` ... */
  as?: string;
  path: string;
  method: string;
  body?: string;
  /** The body is a stream: it can be read once. */
  oneShot: boolean;
  count: number;
  /** Ms between two of `count`. */
  every: number;
  /** One-way latency of this request's messages to the resource server, both ways, instead of the plan's. */
  latency?: DurationRange;
  /** Go on without waiting for it to settle. */
  wait: boolean;
  abortAfter?: number;
  deadline: number;
  /** Any of these. Absent: not checked. */
  expect?: readonly RequestOutcome[];
}
/** The app asks its client to keep a stream open, or wants no more of one that it asked for. */
export interface StreamStep extends StepBase {
  verb: 'stream';
  /** Name for later steps and expectations. */
  as?: string;
  change: { open: string } | { close: string };
  /** Wait until it is open. */
  wait: boolean;
  /** Ms that this may take. */
  deadline: number;
}
export interface ParallelStep extends StepBase {
  verb: 'parallel';
  steps: readonly Step[];
}
export interface RepeatStep extends StepBase {
  verb: 'repeat';
  times: number;
  steps: readonly Step[];
}
/** `by` ms; or to just past / before the expiry of the newest access token of `on`; or until nothing is pending, or something happens (at most `by`). */
export interface AdvanceStep extends StepBase {
  verb: 'advance';
  to: 'by' | 'past-expiry' | 'before-expiry' | 'idle' | 'event';
  by: number;
  /** What is waited for, and whose it is: a process, a device, a server; anybody's when absent. */
  until?: { event: EventType; actor?: string };
}
export interface NetworkStep extends StepBase {
  verb: 'network';
  change: { state: 'offline' | 'online' } | { latency: DurationRange };
}
export interface FaultStep extends StepBase {
  verb: 'fault';
  fault: FaultSpec & { for?: number };
}
/** Removes every fault rule. */
export interface HealStep extends StepBase {
  verb: 'heal';
}
export interface RevokeStep extends StepBase {
  verb: 'revoke';
  what: 'access-token' | 'refresh-token' | 'family' | 'all-sessions';
  reason: 'user' | 'password' | 'admin';
}
export const APP_ACTIONS = [
  'kill',
  'launch',
  'prewarm',
  'relaunch',
  'suspend',
  'resume',
  'foreground',
  'background',
  'hide',
  'show',
  'stop',
  'mount',
  'unmount',
  'reinstall',
  'update',
  'switch-server',
] as const;
export interface AppStep extends StepBase {
  verb: 'app';
  action: (typeof APP_ACTIONS)[number];
}
/** A device sleeps: nothing on it runs. Whether its monotonic clock stops meanwhile, and timers with it, differs by platform. */
export interface SleepStep extends StepBase {
  verb: 'sleep';
  for: number;
  monotonic: 'runs' | 'stops';
}
export interface ClockStep extends StepBase {
  verb: 'clock';
  jump: number;
}
export interface StoreStep extends StepBase {
  verb: 'store';
  change: StoreChange;
}
type Tiers = readonly ('secure' | 'plain')[];
export type StoreChange =
  | { kind: 'lock' | 'unlock' }
  | { kind: 'fail'; what: 'reads' | 'writes'; times: number; code: string }
  | { kind: 'delay'; ms: number }
  /** Characters; infinite = no limit. */
  | { kind: 'quota'; size: number }
  | { kind: 'writes'; mode: 'atomic' | 'torn' | 'clear-first' }
  | { kind: 'clear' | 'corrupt'; tiers: Tiers }
  | { kind: 'truncate'; tiers: Tiers; keep: number }
  /** `{access-token}` and `{refresh-token}` in it stand for the newest ones that the tier held. */
  | { kind: 'overwrite'; tiers: Tiers; text: string }
  | { kind: 'save'; name: string }
  | { kind: 'restore'; tiers: Tiers; name: string };
export interface SignInStep extends StepBase {
  verb: 'signIn';
  user: string;
  wait: boolean;
}
export interface SignOutStep extends StepBase {
  verb: 'signOut';
  wait: boolean;
}
/** What the next prompts of a device answer, in order; the last answer stays. */
export interface PromptStep extends StepBase {
  verb: 'prompt';
  biometric?: readonly PromptOutcome[];
  password?: readonly PromptOutcome[];
  /** Ms a person takes. */
  takes?: number;
}
/** The user touches the app. */
export interface InteractStep extends StepBase {
  verb: 'interact';
}
/** A silent push; `refresh`: it asks for a refresh, whatever the client thinks of its token. */
export interface PushStep extends StepBase {
  verb: 'push';
  refresh: boolean;
}
/** A background job runs at once, whatever an operating system would say. */
export interface JobStep extends StepBase {
  verb: 'job';
  id: string;
  /** Ms after which it is told that its time is over. */
  expireAfter?: number;
  wait: boolean;
}
/** Something happens to a phone whose operating system is modelled. */
export interface PhoneStep extends StepBase {
  verb: 'phone';
  change: PhoneChange;
}
export interface ServerStep extends StepBase {
  verb: 'server';
  change: PolicyPatch;
}
export interface ExpectStep extends StepBase {
  verb: 'expect';
  expect: Expectations;
}

export type Step =
  | RequestStep
  | StreamStep
  | ParallelStep
  | RepeatStep
  | AdvanceStep
  | NetworkStep
  | FaultStep
  | HealStep
  | RevokeStep
  | AppStep
  | SleepStep
  | ClockStep
  | StoreStep
  | SignInStep
  | SignOutStep
  | PromptStep
  | InteractStep
  | PushStep
  | JobStep
  | PhoneStep
  | ServerStep
  | ExpectStep;
export type Verb = Step['verb'];
