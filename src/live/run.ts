// One scenario with a real app, from its server to a judged result: the wire invariants at the level of a server's journal, as
// `tokenwarp ctl verify` holds them. Nothing is printed.
import { OwnBugError } from '../core/errors.ts';
import { digestEvents } from '../core/history.ts';
import type { LiveApp } from '../device/live/app.ts';
import type { Plan } from '../sim/plan.ts';
import { judgeJournal } from '../verify/readers/judge-journal.ts';
import type { RunResult, Verdict } from '../verify/result.ts';
import { play, type Played } from './play.ts';
import { refreshesIn } from './seen.ts';
import { OutOfTime, Stage } from './stage.ts';
import type { World } from './transcript.ts';

export interface LiveOptions {
  readonly seed: number;
  /** How many scenarios came before: tokens of their servers must mean nothing to this one. */
  readonly nth: number;
  /** Where the app expects its server. */
  readonly appPort: number;
  readonly patience: number;
  readonly deviceClock: boolean;
  /** Findings that the journal cannot prove do not count. */
  readonly certain: boolean;
  /** Real ms one scenario may take. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** The command that does it again. */
  readonly replay: string;
  say(text: string): void;
}

/** Whatever it changed on the device is undone when this ends, however it ends. */
export async function runLive(plan: Plan, app: LiveApp, world: World, options: LiveOptions): Promise<RunResult> {
  const { machine, openServer } = world;
  const issuer = `http://localhost:${options.appPort}`;
  const server = await openServer({ policy: plan.policy, seed: (options.seed + options.nth) % 2 ** 53, issuer, port: app.serverPort ?? 0 });
  const { patience, deviceClock, timeout, signal, say } = options;
  const stage = new Stage({
    plan,
    app,
    server,
    machine,
    options: { patience, deviceClock, timeout, say, ...(signal === undefined ? {} : { signal }) },
  });
  try {
    const played = await app.undoing(() => play(stage));
    return resultOf(stage, played, options);
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const { entries, now } = stage.look();
    return resultOf(stage, { entries: entries.slice(stage.origin), now, originMs: entries[stage.origin]?.t ?? 0 }, options, error.message);
  } finally {
    await stop(stage);
  }
}

async function stop({ server }: Stage): Promise<void> {
  const [broken] = await server.stop();
  if (broken !== undefined) throw new OwnBugError(`the mock server broke a law of its own: ${broken}`);
}

function resultOf(stage: Stage, { entries, now, originMs }: Played, options: LiveOptions, limit?: string): RunResult {
  const { plan, app, misses } = stage;
  const { verdict, reading } = judgeJournal(entries, { now, relax: plan.relax });
  const told = withUnseen(options.certain ? provenOnly(verdict) : verdict, stage.unseen);
  const { name, family, file, summary, tags } = plan;
  const isBroken = told.findings.length > 0 || misses.length > 0;
  return {
    scenario: { name, family, file, summary, tags },
    client: `${app.app} on ${app.device}`,
    outcome: isBroken ? 'failed' : limit === undefined ? 'passed' : 'inconclusive',
    ...(limit === undefined || isBroken ? {} : { reason: limit }),
    seed: options.seed,
    digest: digestEvents(reading.events),
    virtualMs: now - originMs,
    originMs,
    refreshes: refreshesIn(entries),
    verdict: told,
    expectations: misses,
    clientErrors: [],
    events: reading.events,
    replay: options.replay,
  };
}

function provenOnly(verdict: Verdict): Verdict {
  return { ...verdict, findings: verdict.findings.filter(({ presumed }) => presumed === undefined) };
}

/** What the scenario expects and a server does not see. */
function withUnseen(verdict: Verdict, unseen: ReadonlySet<string>): Verdict {
  const added = [...unseen].map((what) => ({ invariant: 'expectation', reason: `a server does not see ${what}` }));
  return { ...verdict, notApplicable: [...verdict.notApplicable, ...added] };
}
