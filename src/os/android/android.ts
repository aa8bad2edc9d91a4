// The model of Android for one phone with one app: WorkManager on JobScheduler. Events in, decisions out; see model.ts for the contract.
import { OwnBugError } from '../../core/errors.ts';
import type { Gate, OsModel, OsMoment } from '../model.ts';
import type { AndroidDecision } from './decisions.ts';
import type { DeepState, LightState } from './doze.ts';
import { cancelWork, enqueue, refuse, updateWork } from './enqueue.ts';
import { finishRun } from './execution.ts';
import { explainGate } from './explain.ts';
import { firstShut } from './gates.ts';
import type { AndroidInput, CallInput } from './inputs.ts';
import { APP, COMMANDS, LIFE } from './life.ts';
import { NEVER, nextRunTime } from './next-run.ts';
import { online } from './phone.ts';
import { startProcess } from './process.ts';
import { settle } from './settle.ts';
import { dozing, effectiveBucket, onTop, uidActive } from './standing.ts';
import { newDevice, type AndroidOptions, type Device } from './state.ts';
import { stopReasonOf, type StopReason } from './stop-reasons.ts';
import type { Bucket } from './tables.ts';
import { isFinished, type WorkSpec, type WorkState } from './work-spec.ts';

/** What `WorkInfo` tells an app, and the job id that a dump shows. */
export interface WorkInfo {
  readonly id: string;
  readonly worker: string;
  readonly uniqueName: string | undefined;
  readonly periodic: boolean;
  readonly state: WorkState;
  readonly runAttemptCount: number;
  readonly periodCount: number;
  readonly generation: number;
  /** Unix ms; undefined = never, or the work is finished or running. */
  readonly nextScheduleTime: number | undefined;
  readonly stopReason: StopReason;
  readonly jobId: number | undefined;
}

/** The app's surroundings, for the world that carries its traffic. */
export interface AndroidView {
  readonly bucket: Bucket;
  readonly deep: DeepState;
  readonly light: LightState;
  readonly processAlive: boolean;
  readonly stopped: boolean;
  readonly userUnlocked: boolean;
  /** The app is what the user sees. */
  readonly onTop: boolean;
  /** Doze takes the network from apps that are neither active nor allowlisted. */
  readonly network: boolean;
}

export interface AndroidModel extends OsModel<AndroidInput, AndroidDecision> {
  /** By WorkSpec id or unique name. */
  workInfo(job: string): WorkInfo | undefined;
  workInfos(): WorkInfo[];
  view(): AndroidView;
}

export function createAndroid(options: AndroidOptions): AndroidModel {
  const device = newDevice(options);
  return {
    handle(input, at) {
      catchUp(device, at);
      apply(device, input);
      settle(device);
      return drained(device);
    },
    next: () => device.next,
    tick(at) {
      catchUp(device, at);
      settle(device);
      return drained(device);
    },
    why: (job, at) => whyHeld(device, job, at),
    workInfo(job) {
      const work = find(device, job);
      return work === undefined ? undefined : infoOf(device, work);
    },
    workInfos: () => [...device.works.values()].map((work) => infoOf(device, work)),
    view: () => viewOf(device),
  };
}

/** Everything that was due before `at`, each at its own time. The wall clock runs on as it was: it is set at `at`, not before. */
function catchUp(device: Device, at: OsMoment): void {
  if (at.elapsed < device.now.elapsed) throw new OwnBugError(`elapsed time runs backwards, from ${device.now.elapsed} to ${at.elapsed} ms`);
  const offset = device.now.wall - device.now.elapsed;
  while (device.next !== undefined && device.next <= at.elapsed) {
    const elapsed = device.next;
    device.now = elapsed === at.elapsed ? at : { elapsed, wall: elapsed + offset };
    settle(device);
  }
  device.now = at;
}

const ROWS = { ...LIFE, ...APP, ...COMMANDS };
type Row = (device: Device, input: AndroidInput) => void;

function apply(device: Device, input: AndroidInput): void {
  const row = (ROWS as Partial<Record<string, Row>>)[input.type];
  if (row === undefined) call(device, input as CallInput);
  else row(device, input);
}

/** A call comes from code of the app, so its process runs. */
function call(device: Device, input: CallInput): void {
  if (input.type === 'finished') return finishRun(device, input.run, input.outcome);
  if (!device.phone.userUnlocked)
    return refuse(device, input.type, 'IllegalStateException', 'WorkManager cannot be reached before the first unlock');
  if (device.app.stopped) return refuse(device, input.type, 'FLAG_STOPPED', 'nothing of a force-stopped app runs');
  startProcess(device, input.type);
  switch (input.type) {
    case 'enqueue':
      return enqueue(device, input);
    case 'update-work': {
      const old = device.works.get(input.request.id ?? '');
      if (old === undefined)
        return refuse(device, 'update-work', 'NOT_APPLIED', `${input.request.id ?? 'a request without id'} is not known`);
      return updateWork(device, old, input.request);
    }
    case 'cancel-work':
      return cancelWork(device, ({ id }) => id === input.id, input.type);
    case 'cancel-unique-work':
      return cancelWork(device, ({ uniqueName }) => uniqueName === input.name, input.type);
    case 'cancel-all-work':
      return cancelWork(device, () => true, input.type);
  }
}

function whyHeld(device: Device, job: string, at: OsMoment): Gate {
  const work = find(device, job);
  if (work === undefined) return { gate: 'unknown', detail: `no work is called ${job}`, by: 'enqueue', documented: true };
  if (isFinished(work.state)) return { gate: work.state, detail: 'the work has ended', by: 'enqueue', documented: true };
  const run = device.runs.get(work.id);
  if (run !== undefined) return { gate: 'running', detail: `${run.id} by ${run.by}`, by: 'its end', documented: true };
  const gate = firstShut(device, work, at);
  if (gate === undefined) return { gate: 'ready', detail: 'every gate is open', by: 'the next look', opens: at.elapsed, documented: true };
  return explainGate(gate, device, work, at);
}

function find(device: Device, job: string): WorkSpec | undefined {
  return device.works.get(job) ?? [...device.works.values()].find(({ uniqueName }) => uniqueName === job);
}

function infoOf(device: Device, work: WorkSpec): WorkInfo {
  const { id, worker, uniqueName, periodic, state, runAttemptCount, periodCount, generation } = work;
  const nextRun = state === 'ENQUEUED' ? nextRunTime(work, device.figures) : NEVER;
  return {
    id,
    worker,
    uniqueName,
    periodic,
    state,
    runAttemptCount,
    periodCount,
    generation,
    nextScheduleTime: nextRun === NEVER ? undefined : nextRun,
    stopReason: stopReasonOf(work.stopReason),
    jobId: device.jobs.get(id)?.jobId,
  };
}

function viewOf(device: Device): AndroidView {
  const { doze, app, phone } = device;
  return {
    bucket: effectiveBucket(device),
    deep: doze.deep,
    light: doze.light,
    processAlive: app.alive,
    stopped: app.stopped,
    userUnlocked: phone.userUnlocked,
    onTop: onTop(device),
    network: online(phone) && (uidActive(device) || !dozing(device)),
  };
}

function drained(device: Device): AndroidDecision[] {
  const { out } = device;
  device.out = [];
  return out;
}
