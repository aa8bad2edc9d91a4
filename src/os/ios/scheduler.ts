// BGTaskScheduler and the daemon behind it: which requests are pending, which gate holds each, and when the system takes one to run it.
import type { Gate } from '../model.ts';
import type { AppRecord } from './app-record.ts';
import type { Conditions } from './conditions.ts';
import { gateOf, holdingOf, read, type GateView, type Holding } from './gates.ts';
import { LaunchLog } from './launch-log.ts';
import { likelihood, batteryScore, nextProcessing, nextRefresh, type ScoreView } from './likelihood.ts';
import { groupOf, PendingList, type Gone, type Pending } from './pending.ts';
import type { AppProcess } from './process.ts';
import type { RunningTasks } from './running.ts';
import { earliest, within, type Scene } from './scene.ts';
import { nextDay, Usage } from './usage.ts';
import type { CancelReason, TaskRequest } from './words.ts';

export interface SchedulerParts {
  readonly scene: Scene;
  readonly conditions: Conditions;
  readonly record: AppRecord;
  readonly process: AppProcess;
  readonly running: RunningTasks;
}

export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly list = new PendingList();
  readonly usage: Usage;
  readonly log = new LaunchLog();
  /** Elapsed time from which the three-hourly check counts. */
  #checksFrom: number;
  #lastCheck: number;
  #next: number | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    const { figures, config } = parts.scene.settings;
    this.usage = new Usage(figures, config.habit);
    this.#checksFrom = this.#lastCheck = parts.scene.now;
  }

  /** Puts an accepted request on the list. */
  add(request: TaskRequest): void {
    const { scene } = this.#parts;
    const { figures } = scene.settings;
    const draws = scene.draws('request');
    this.list.add({
      request,
      seed: draws.next(),
      base: scene.now,
      step: within(draws, figures.evaluation),
      shown: undefined,
      plan: undefined,
    });
  }

  cancel(why: CancelReason, concerns: (pending: Pending) => boolean = () => true): void {
    for (const pending of this.list.all()) {
      const { identifier } = pending.request;
      if (!concerns(pending)) continue;
      this.list.remove(identifier, why);
      this.#parts.scene.decide({ type: 'request.cancelled', identifier, why });
    }
  }

  /** Whether a continued-processing task could begin at once. */
  canContinueNow(): boolean {
    const { process, running, scene } = this.#parts;
    return process.foreground && running.count('BGContinuedProcessingTaskRequest') < scene.settings.figures.continuedAtOnce;
  }

  why(identifier: string): Gate | undefined {
    const pending = this.list.get(identifier);
    if (pending !== undefined) return gateOf(this.#holding(pending, this.#view()));
    const gone = this.list.whyGone(identifier);
    return gone === undefined ? undefined : { gate: 'not submitted', detail: gone, by: byOf(gone), documented: true };
  }

  /** As of the last `judge`. */
  next(): number | undefined {
    return this.#next;
  }

  /** Checks that are due, then starts what the last gate lets through. */
  tick(): void {
    this.#checkUnused();
    this.refreshPrediction();
    for (const pending of this.list.all()) {
      const holding = this.#holding(pending, this.#view());
      const { opens } = holding.closed;
      if (holding.last && opens !== undefined && opens <= this.#parts.scene.now) this.#start(pending, gateOf(holding).detail);
    }
  }

  refreshPrediction(): void {
    const { conditions, scene } = this.#parts;
    this.usage.refresh(conditions.local(scene.now));
  }

  /** Works out what holds each request, tells it when that is another gate than before, and when this changes by itself. */
  judge(tells: boolean): void {
    this.#next = undefined;
    if (this.list.size === 0) return;
    const view = this.#view();
    const moments: (number | undefined)[] = [this.#unusedCheck()];
    for (const pending of this.list.all()) {
      const holding = this.#holding(pending, view);
      moments.push(holding.closed.opens);
      if (holding.row.gate === 'app usage') moments.push(this.#predictionEnds());
      if (!tells || holding.row.gate === pending.shown) continue;
      pending.shown = holding.row.gate;
      this.#parts.scene.decide({ type: 'task.held', identifier: pending.request.identifier, gate: gateOf(holding) });
    }
    this.#next = earliest(moments);
  }

  booted(): void {
    this.#checksFrom = this.#lastCheck = this.#parts.scene.now;
  }

  #start(pending: Pending, why: string): void {
    const { scene, conditions, running } = this.#parts;
    const { identifier, kind } = pending.request;
    const { spacingWindow } = scene.settings.figures;
    this.list.remove(identifier, 'executed');
    if (groupOf(kind) !== 'continued') this.log.add(scene.now, conditions.local(scene.now), groupOf(kind) === 'processing', spacingWindow);
    scene.decide({ type: 'request.taken', identifier, why });
    running.take(pending.request);
  }

  /** A gate that would open after the app counts as unused does not open by itself: the request is cancelled before. */
  #holding(pending: Pending, view: GateView): Holding {
    const holding = holdingOf(view, pending);
    const { opens, detail } = holding.closed;
    const check = this.#unusedCheck();
    if (opens === undefined || check === undefined || opens < check) return holding;
    const closed = { ...holding.closed, opens: undefined, detail: () => `${read(detail)}; the app counts as unused before` };
    return { ...holding, row: { ...holding.row, by: 'the user opens the app' }, closed };
  }

  #view(): GateView {
    const { scene, conditions, process, record, running } = this.#parts;
    const { figures, config } = scene.settings;
    return {
      at: scene.at,
      figures,
      device: config.device ?? 'iPhone',
      conditions,
      log: this.log,
      foreground: process.foreground,
      forceQuit: record.forceQuit,
      isRunning: (identifier) => running.has(identifier),
      continuedRunning: running.count('BGContinuedProcessingTaskRequest'),
      plan: (pending) => this.#plan(pending),
    };
  }

  #plan(pending: Pending): { opens: number | undefined; detail: () => string } {
    const { scene } = this.#parts;
    const refresh = groupOf(pending.request.kind) === 'refresh';
    const score = this.#score();
    const key = refresh ? keyOf(score, this.usage.edition, this.#parts.conditions.local(0)) : 'processing';
    if (!holds(pending.plan, key, scene.now)) {
      const { figures } = scene.settings;
      const opens = refresh ? nextRefresh(score, pending, scene.now) : nextProcessing(pending, scene.now, figures);
      pending.plan = { key, from: scene.now, opens };
    }
    return { opens: pending.plan?.opens, detail: () => (refresh ? detailOf(score, scene.now) : 'the system picks the moment') };
  }

  #score(): ScoreView {
    const { scene, conditions, record } = this.#parts;
    return {
      figures: scene.settings.figures,
      probability: (elapsed) => this.usage.probability(conditions.local(elapsed)),
      lastUsed: record.openedAt === undefined ? undefined : record.usedAt,
      further: this.list.size - 1,
      predictable: conditions.unlockedSinceBoot,
      level: conditions.level,
      plugged: conditions.plugged,
    };
  }

  /** When the prediction of today is replaced. */
  #predictionEnds(): number {
    const { conditions, scene } = this.#parts;
    const local = conditions.local(scene.now);
    return scene.now + nextDay(local) - local;
  }

  /** The first check at which the app counts as unused. */
  #unusedCheck(): number | undefined {
    const { process, record, scene, conditions } = this.#parts;
    const { unusedAfter, unusedCheck } = scene.settings.figures;
    if (process.foreground || !conditions.powered || this.list.size === 0) return undefined;
    const after = Math.max(record.usedAt + unusedAfter, this.#lastCheck + 1);
    return this.#checksFrom + Math.ceil((after - this.#checksFrom) / unusedCheck) * unusedCheck;
  }

  #checkUnused(): void {
    const check = this.#unusedCheck();
    if (check === undefined || check > this.#parts.scene.now) return;
    this.#lastCheck = check;
    this.cancel('unused app');
  }
}

/** A plan is good for the state it was made for, from its moment on until the look it found. */
function holds(plan: Pending['plan'], key: string, now: number): boolean {
  return plan !== undefined && plan.key === key && plan.from <= now && (plan.opens === undefined || plan.opens >= now);
}

function byOf(gone: Gone): string {
  if (gone === 'force-quit' || gone === 'unused app') return 'the user opens the app and it submits again';
  if (gone === 'backgroundRefreshStatus') return 'Background App Refresh on, and the app submits again';
  return 'the app submits a request';
}

function keyOf({ lastUsed, further, predictable, level, plugged }: ScoreView, edition: number, offset: number): string {
  return `${edition} ${lastUsed} ${further} ${predictable} ${level} ${plugged} ${offset}`;
}

function detailOf(view: ScoreView, now: number): string {
  const { figures, predictable, level, plugged } = view;
  const likely = predictable ? likelihood(view.probability(now + figures.lookAhead), 0, figures.likelyFrom) : figures.beforeFirstUnlock;
  return `likelihood ${likely.toFixed(2)}, battery ${batteryScore(level, plugged, figures).toFixed(2)}`;
}
