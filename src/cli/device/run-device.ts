// `tokenwarp run --device`: the same plans, formats and exit codes as a simulated run, with a real app on a real device. What cannot be
// done is refused before anything is touched; whatever was changed is put back; whatever ends it, the reports of what had finished are written.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DeviceContext } from '../../device/driver.ts';
import { byHand, type Person } from '../../live/by-hand.ts';
import { refuseImpossible, refuseLacking } from '../../live/refuse.ts';
import { runLive } from '../../live/run.ts';
import { openLiveServer } from '../../live/server.ts';
import { recorded, replayed, type World } from '../../live/transcript.ts';
import { InvalidInputError } from '../../core/errors.ts';
import { parseScenario } from '../../scenario/plan.ts';
import { DEFAULT_SEED } from '../../scenario/run.ts';
import { isBuiltIn } from '../corpus.ts';
import { conditionsOf, usageError, type ExitCondition } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import type { GlobalOptions, RunOptions } from '../option-table.ts';
import { openReports } from '../reports.ts';
import { selectPlans, stepLines } from '../select.ts';
import { appPortOf, checkApp, openApp } from './live-app.ts';
import { openPerson } from './person.ts';
import { replayCommand } from './replay-command.ts';
import { inRoom } from './room.ts';
import { openTally, type Job } from './tally.ts';
import { createTranscript, readTranscript, type Head, type RunWords } from './transcript-file.ts';

const USUAL_WAIT = 10_000;
const USUAL_TIMEOUT = 300_000;

export async function runOnDevice(invocation: Invocation<RunOptions>): Promise<ReadonlySet<ExitCondition>> {
  const { options, system } = invocation;
  refuseForeign(options);
  if (options.replay !== undefined) return replay(invocation, options.replay);
  const job = jobOf(invocation);
  refuseImpossible(job.plans);
  return inRoom({ system, options: {} }, async (context) => {
    const hands = job.words.byHand === true ? openPerson(system, context.signal) : undefined;
    try {
      return await performAndRecord(invocation, job, { context, person: hands?.ask });
    } finally {
      hands?.close();
    }
  });
}

async function performAndRecord(
  invocation: Invocation<RunOptions>,
  job: Job,
  place: Omit<Place, 'world'>,
): Promise<ReadonlySet<ExitCondition>> {
  const { options, cwd } = invocation;
  const { machine } = place.context;
  const world: World = { machine, openServer: openLiveServer };
  if (options.record === undefined) return perform(invocation, job, { ...place, world });
  const scenarios = job.plans.map(({ file }, i) => ({
    file,
    text: readFileSync(resolve(cwd, file), 'utf8'),
    replay: job.replays[i] ?? '',
  }));
  const { env, os, pid } = machine;
  const transcript = createTranscript(options.record, cwd, { scenarios, options: job.words, machine: { env, os, pid } });
  try {
    return await perform(invocation, job, { ...place, world: recorded(world, transcript.write) });
  } finally {
    transcript.close();
  }
}

/** Options of simulated runs mean nothing here. */
function refuseForeign(options: RunOptions): void {
  const { client, schedule, seeds, verifyDeterminism, settle, maxVirtual } = options;
  const foreign = Object.entries({ client, schedule, seeds, 'verify-determinism': verifyDeterminism, settle, 'max-virtual': maxVirtual });
  const [given] = foreign.find(([, value]) => value !== undefined) ?? [];
  if (given !== undefined) throw usageError(`--${given} belongs to simulated runs`, 'leave it out, or leave out the device');
}

function jobOf({ args, options, cwd }: Invocation<RunOptions>): Job {
  const words = wordsOf(options);
  checkApp(words);
  const plans = selectPlans(args, options, cwd);
  return { plans, words, replays: plans.map((plan) => replayCommand(plan, isBuiltIn(plan.file, cwd), words)) };
}

function wordsOf({
  device,
  package: app,
  bundle,
  appPort,
  deviceClock,
  byHand: hand,
  certain,
  wait,
  seed,
  timeout,
  bail,
}: RunOptions): RunWords {
  const all = { device, package: app, bundle, appPort, deviceClock, byHand: hand, certain, wait, seed, timeout, bail };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function replay(invocation: Invocation<RunOptions>, file: string): Promise<ReadonlySet<ExitCondition>> {
  const { args, options, cwd } = invocation;
  if (args.length > 0) throw usageError('--replay takes its scenarios from the transcript', `tokenwarp run --replay ${file}`);
  if (options.record !== undefined) throw usageError('--record and --replay contradict each other');
  const { head, lines } = readTranscript(file, cwd);
  // Its changes are changes of no device: their journal is nobody's business.
  const stateFolder = mkdtempSync(join(tmpdir(), 'tokenwarp-replay-'));
  try {
    const world = replayed(lines, head.machine);
    // What somebody did is in the journal already.
    const person = head.options.byHand === true ? async () => undefined : undefined;
    return await perform(invocation, jobIn(head), { context: { machine: world.machine, stateFolder }, world, person });
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

function jobIn({ scenarios, options }: Head): Job {
  const plans = scenarios.flatMap(({ file, text }) => {
    const { plan, problems } = parseScenario(text, file);
    if (plan === undefined)
      throw new InvalidInputError('TW_TRANSCRIPT', `${file} in the transcript: ${problems[0]?.message ?? 'no scenario'}`, {
        hint: 'a version with another format of scenarios wrote it',
      });
    return [plan];
  });
  return { plans, words: options, replays: scenarios.map((scenario) => scenario.replay) };
}

interface Place {
  readonly context: DeviceContext;
  readonly world: World;
  /** In the place of the hook of the app. */
  readonly person?: Person | undefined;
}

async function perform(
  invocation: Invocation<RunOptions>,
  job: Job,
  { context, world, person }: Place,
): Promise<ReadonlySet<ExitCondition>> {
  const { options, system, cwd } = invocation;
  const { machine } = world;
  const found = await openApp({ ...context, machine }, job.words);
  const app = person === undefined ? found : byHand(found, person);
  await refuseLacking(job.plans, app, job.words.deviceClock === true);
  const reports = await openReports(options.reporter ?? [], options, { system, cwd });
  const tally = openTally(reports, job, { system, now: () => machine.now() });
  tally.begin(`${app.app} on ${app.device}`);
  try {
    for (const [i, plan] of job.plans.entries()) {
      const begun = machine.now();
      const result = await runLive(plan, app, world, { ...liveOptions(job, invocation, context), nth: i, replay: job.replays[i] ?? '' });
      tally.add({ result: { ...result, stepLines: stepLines(plan) }, wallMs: machine.now() - begun });
      if (tally.broken >= (job.words.bail ?? Number.POSITIVE_INFINITY)) break;
    }
    tally.end();
  } finally {
    // After an error or a signal: the reports of what had finished.
    tally.close();
  }
  return conditionsOf(tally.finished, { passWithNone: options.passWithNone === true });
}

function liveOptions({ words }: Job, { options, system }: Invocation<RunOptions>, { signal }: DeviceContext) {
  return {
    seed: words.seed ?? DEFAULT_SEED,
    appPort: appPortOf(words),
    patience: words.wait ?? USUAL_WAIT,
    deviceClock: words.deviceClock === true,
    certain: words.certain === true,
    timeout: words.timeout ?? USUAL_TIMEOUT,
    say: sayer(options, (text) => system.err.write(text)),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** A real app takes its time: a person sees on standard error what is being done. */
function sayer({ quiet, json }: GlobalOptions, write: (text: string) => void): (text: string) => void {
  return quiet === true || json === true ? () => undefined : (text) => write(`  · ${text}\n`);
}
