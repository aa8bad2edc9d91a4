// Everything the model knows of one phone with one app: the record that the other files read and change. No rules here.
import type { Gate, OsMoment } from '../model.ts';
import type { AndroidDecision, DecidedWithoutTime, Starter } from './decisions.ts';
import { awake, type Doze } from './doze.ts';
import { newPhone, type Phone } from './phone.ts';
import { emptyBook, type QuotaBook } from './quota.ts';
import { neverLaunched, type Standby } from './standby.ts';
import { ageingOf, featuresOf, figuresOf, quotasOf } from './tables.ts';
import type { AgeingRow, ApiLevel, Bucket, BucketQuota, Features, FigureName, Figures } from './tables.ts';
import type { WorkSpec } from './work-spec.ts';

export interface AndroidOptions {
  readonly api: ApiLevel;
  /** Figures of this device that differ from the table: a vendor's Doze, a scenario's wish. */
  readonly figures?: Partial<Record<FigureName, number>>;
  /** False: no motion sensor, so never deep Doze (some emulators and tablets). */
  readonly deepDoze?: boolean;
  /** False: no screen lock. */
  readonly keyguard?: boolean;
  /** Swiping the app away counts as force-stop, as some vendors do. */
  readonly swipeForceStops?: boolean;
  /** First job id; default 0. */
  readonly firstJobId?: number;
  readonly start?: OsMoment;
}

/** What JobScheduler holds for one WorkSpec. */
export interface Job {
  readonly workId: string;
  readonly jobId: number;
  /** TIMING_DELAY is satisfied from here on, elapsed ms. */
  earliest: number;
  readonly expedited: boolean;
  numFailures: number;
  override: 'none' | 'soft' | 'full';
  /** First time everything but company was there. */
  firstBatched: number | undefined;
}

/** One execution. */
export interface Run {
  readonly id: string;
  readonly workId: string;
  by: Starter;
  readonly startedAt: number;
  /** Its time limit counts from here: JobScheduler may join a run that WorkManager began by itself. */
  limitFrom: number;
  expedited: boolean;
  readonly override: Job['override'];
  readonly topStarted: boolean;
  readonly overrideGeneration: number;
  /** It is part of the session that is open. */
  counted: boolean;
}

export interface App {
  alive: boolean;
  foreground: boolean;
  foregroundService: boolean;
  /** When a cached process is frozen if nothing keeps it, and whether it is. */
  freezeAt: number;
  frozen: boolean;
  /** Force-stopped: nothing of the app runs until the user opens it. */
  stopped: boolean;
  /** WorkManager has not yet seen that force-stop. */
  forceStopUnseen: boolean;
  /** RUN_ANY_IN_BACKGROUND is ignored. */
  restricted: boolean;
  whitelisted: boolean;
}

export interface Device {
  readonly options: AndroidOptions;
  readonly features: Features;
  readonly figures: Figures;
  readonly quotas: Readonly<Record<Bucket, BucketQuota>>;
  readonly ageing: readonly AgeingRow[];
  now: OsMoment;
  next: number | undefined;
  readonly phone: Phone;
  readonly app: App;
  doze: Doze;
  readonly standby: Standby;
  regular: QuotaBook;
  expedited: QuotaBook;
  /** WorkManager's database. */
  readonly works: Map<string, WorkSpec>;
  /** SystemIdInfo: job id by WorkSpec, kept while the job may be gone. */
  readonly systemIds: Map<string, number>;
  nextJobId: number;
  nextWork: number;
  readonly runCount: Map<string, number>;
  /** JobScheduler, by WorkSpec. */
  readonly jobs: Map<string, Job>;
  readonly runs: Map<string, Run>;
  /** Runs that ended before their worker returned: how. */
  readonly ended: Map<string, string>;
  /** What GreedyScheduler knows in this life of the process: when to look, elapsed ms. */
  readonly greedy: Map<string, number>;
  /** The gate last told about. */
  readonly told: Map<string, Gate['gate']>;
  readonly pushes: { readonly id: string; readonly priority: 'high' | 'normal' }[];
  out: AndroidDecision[];
}

export function newDevice(options: AndroidOptions): Device {
  const figures = figuresOf(options.api, options.figures);
  const features = featuresOf(options.api);
  return {
    options,
    features,
    figures,
    quotas: quotasOf(options.api),
    ageing: ageingOf(options.api),
    now: options.start ?? { elapsed: 0, wall: 0 },
    next: undefined,
    phone: { ...newPhone(), keyguard: options.keyguard ?? true, screenChanged: options.start?.elapsed ?? 0 },
    app: newApp(),
    doze: awake(figures),
    standby: neverLaunched(),
    regular: emptyBook(),
    expedited: emptyBook(),
    works: new Map(),
    systemIds: new Map(),
    nextJobId: options.firstJobId ?? 0,
    nextWork: 1,
    runCount: new Map(),
    jobs: new Map(),
    runs: new Map(),
    ended: new Map(),
    greedy: new Map(),
    told: new Map(),
    pushes: [],
    out: [],
  };
}

export function decide(device: Device, decision: DecidedWithoutTime): void {
  device.out.push({ ...decision, at: device.now.elapsed });
}

function newApp(): App {
  return {
    alive: false,
    foreground: false,
    foregroundService: false,
    freezeAt: Infinity,
    frozen: false,
    stopped: false,
    forceStopUnseen: false,
    restricted: false,
    whitelisted: false,
  };
}
