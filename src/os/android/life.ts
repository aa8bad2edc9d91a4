// What the life of the phone and of the app's process does to the model, and what a tester types: one row per input.
import { awake, forceIdle, step, unforce } from './doze.ts';
import { stopRun } from './execution.ts';
import { shutConstraint } from './gates.ts';
import type { AppInput, CommandInput, LifeInput } from './inputs.ts';
import { setLevel, setPlugged, setScreen } from './phone.ts';
import { clearData, forceStop, killProcess, reboot, receiveBroadcast, startProcess } from './process.ts';
import { receivePush } from './push.ts';
import { emptyBook } from './quota.ts';
import { dozeView, onTop, screenOf } from './standing.ts';
import { used } from './standby.ts';
import { decide, type Device } from './state.ts';
import { stopReasonOf } from './stop-reasons.ts';
import type { Bucket } from './tables.ts';
import { setDoze } from './timers.ts';

type Rows<I extends { type: string }> = { readonly [T in I['type']]: (device: Device, input: Extract<I, { type: T }>) => void };

export const LIFE: Rows<LifeInput> = {
  'screen-on': (device) => changing(device, () => setScreen(device.phone, true, device.now.elapsed)),
  'screen-off': (device) => changing(device, () => setScreen(device.phone, false, device.now.elapsed)),
  'user-present': (device) => changing(device, () => unlock(device)),
  'power-connected': ({ phone, now, figures }) => setPlugged(phone, true, now.elapsed, figures),
  'power-disconnected': ({ phone, now, figures }) => setPlugged(phone, false, now.elapsed, figures),
  'battery-level': ({ phone, figures }, { percent }) => setLevel(phone, percent, figures),
  'power-save-mode': ({ phone }, { on }) => void (phone.powerSave = on),
  'storage-low': ({ phone }, { low }) => void (phone.storageLow = low),
  motion: ({ phone }, { moving }) => void (phone.moving = moving),
  network: ({ phone }, { network }) => void (phone.network = network),
  // The broadcast starts the process; latencies that JobScheduler counts are not computed anew by it.
  'time-set': (device) => receiveBroadcast(device, 'TIME_SET'),
  'timezone-changed': (device) => receiveBroadcast(device, 'TIMEZONE_CHANGED'),
  reboot: (device) => restart(device),
  push: (device, { id, priority }) => receivePush(device, { id, priority }),
};

export const APP: Rows<AppInput> = {
  'app-foreground': (device) => open(device),
  'app-background': (device) => leave(device),
  'app-swiped': (device) => {
    leave(device);
    if (device.options.swipeForceStops === true) forceStop(device);
    else if (device.runs.size === 0) killProcess(device, 'app-swiped');
  },
  'foreground-service': ({ app }, { on }) => void (app.foregroundService = on && app.alive),
  'process-killed': (device, { by }) => {
    leave(device);
    killProcess(device, by);
  },
  'force-stop': (device) => {
    leave(device);
    forceStop(device);
  },
  'package-replaced': (device) => {
    leave(device);
    killProcess(device, 'package-replaced');
  },
  'data-cleared': (device) => {
    leave(device);
    clearData(device);
  },
};

export const COMMANDS: Rows<CommandInput> = {
  'set-standby-bucket': (device, { bucket, predicted = false }) => {
    const until = predicted ? device.now.elapsed + device.figures.predictionHolds : undefined;
    moveTo(device, bucket, 'set-standby-bucket');
    Object.assign(device.standby, { reason: predicted ? 'predicted' : 'forced', until });
  },
  'run-any-in-background': ({ app }, { allowed }) => void (app.restricted = !allowed),
  'deviceidle-whitelist': ({ app }, { listed }) => void (app.whitelisted = listed),
  'force-idle': (device, { mode }) => setDoze(device, forceIdle(mode, device.now.elapsed, device.figures), 'cmd deviceidle'),
  'unforce-idle': (device) => setDoze(device, unforce(dozeView(device), device.now.elapsed, device.figures), 'cmd deviceidle'),
  'step-idle': (device, { mode }) => {
    const due = mode === 'deep' ? { deepAt: device.now.elapsed, lightAt: Infinity } : { lightAt: device.now.elapsed, deepAt: Infinity };
    const stepped = step({ ...device.doze, ...due }, dozeView(device), device.now.elapsed, device.figures);
    const other =
      mode === 'deep' ? { lightAt: stepped.light === 'OVERRIDE' ? Infinity : device.doze.lightAt } : { deepAt: device.doze.deepAt };
    setDoze(device, { ...stepped, ...other }, 'cmd deviceidle');
  },
  'reset-execution-quota': (device) => Object.assign(device, { regular: emptyBook(), expedited: emptyBook() }),
  'run-job': (device, input) => runJob(device, input),
  'stop-job': (device, { job, reason }) => {
    const run = [...device.runs.values()].find(({ workId, by }) => workId === job && by === 'JobScheduler');
    if (run === undefined) return command(device, 'stop', 0, 'No matching executing jobs found.');
    command(device, 'stop', 0, 'Stopping job');
    stopRun(device, run, stopReasonOf(reason), 'cmd jobscheduler stop');
  },
};

/** An app that comes on top or leaves it with the screen is used then. */
function changing(device: Device, change: () => void): void {
  const before = onTop(device);
  change();
  if (onTop(device) !== before) touch(device);
}

function unlock(device: Device): void {
  const first = !device.phone.userUnlocked;
  Object.assign(device.phone, { locked: false, userUnlocked: true });
  if (first) receiveBroadcast(device, 'BOOT_COMPLETED');
}

/** Without a screen lock the credential storage opens at once. */
function restart(device: Device): void {
  leave(device);
  reboot(device);
  setDoze(device, awake(device.figures), 'reboot');
  const locked = device.phone.keyguard;
  Object.assign(device.phone, { userUnlocked: !locked, locked });
  if (!locked) receiveBroadcast(device, 'BOOT_COMPLETED');
}

/** The user opens the app: out of the stopped state, into the ACTIVE bucket. */
function open(device: Device): void {
  if (!device.phone.userUnlocked)
    return decide(device, { type: 'refused', what: 'app-foreground', code: 'USER_LOCKED', detail: 'not unlocked since boot' });
  device.app.stopped = false;
  startProcess(device, 'app-foreground');
  device.app.foreground = true;
  touch(device);
}

function leave(device: Device): void {
  if (!device.app.foreground) return;
  const wasOnTop = onTop(device);
  device.app.foreground = false;
  if (wasOnTop) touch(device);
}

/** The user has the app before him, or just had. */
function touch(device: Device): void {
  if (device.app.alive) startProcess(device, 'app-foreground');
  const from = device.standby.bucket;
  used(device.standby, device.now.elapsed, screenOf(device, device.now.elapsed));
  if (from !== 'ACTIVE') decide(device, { type: 'bucket', from, to: 'ACTIVE', by: 'used' });
}

function moveTo(device: Device, to: Bucket, by: string): void {
  const from = device.standby.bucket;
  device.standby.bucket = to;
  if (from !== to) decide(device, { type: 'bucket', from, to, by });
}

/** "Running job" says that explicit constraints are satisfied or overridden, no more. */
function runJob(device: Device, { job: id, flag }: Extract<CommandInput, { type: 'run-job' }>): void {
  const [job, work] = [device.jobs.get(id), device.works.get(id)];
  if (job === undefined || work === undefined) return command(device, 'run', 23, `Could not find job for ${id}`);
  const override = flag === 'force' ? 'full' : flag === 'soft' ? 'soft' : 'none';
  const early = override === 'none' && device.now.elapsed < job.earliest;
  if (early || shutConstraint(device, work, override, device.now.elapsed) !== undefined)
    return command(device, 'run', 22, `Job ${job.jobId} has functional constraints but --force not specified`);
  job.override = override;
  command(device, 'run', 0, flag === 'force' ? 'Running job [FORCED]' : 'Running job');
}

function command(device: Device, what: string, exit: number, text: string): void {
  decide(device, { type: 'command', what, exit, text });
}
