// Plays a plan with a real app: brings the session to where the scenario begins, takes the steps, and ends with a restart and one more
// request, which turns a wedge, a dead session or a resurrected one into something a server sees.
import type { HistoryEvent } from '../core/events.ts';
import type { RequestStep, Step } from '../sim/plan.ts';
import { answered, signIn, signOut } from './ask.ts';
import { checkEnd, checkExpectations } from './expectations.ts';
import { HOLD_POINTS, type HoldPoint } from './needs.ts';
import { newestExpiry } from './seen.ts';
import type { Stage } from './stage.ts';
import { act, takeStep, type Player } from './takers.ts';
import { pass, REACTION } from './time.ts';

/** What the run of a scenario came to, before it is judged. */
export interface Played {
  readonly entries: readonly HistoryEvent[];
  /** Virtual time up to which they are complete. */
  readonly now: number;
  /** Virtual time of the first step. */
  readonly originMs: number;
}

/** Where the last request goes when the scenario asks for none. */
const ANYWHERE = '/feed';

export async function play(stage: Stage): Promise<Played> {
  await begin(stage);
  const originMs = stage.look().now;
  const player = new Steps(stage);
  await player.list(stage.plan.steps);
  await stage.quiet();
  checkExpectations(stage, stage.plan.expect);
  await end(stage);
  const { entries, now } = stage.look();
  return { entries: entries.slice(stage.origin), now, originMs };
}

/** Everything of an earlier run that the app still holds comes before the sign-in, and is not judged. */
async function begin(stage: Stage): Promise<void> {
  const { app, server, plan } = stage;
  const [device] = plan.devices;
  if (plan.client !== undefined) stage.unseen.add('options of a client, which nobody told the app');
  if (plan.lock !== undefined) stage.unseen.add('whether the app locks itself');
  await app.reach(server.port);
  if (device !== undefined && device.clockSkew !== 0) await app.moveClock(device.clockSkew);
  await app.launch();
  await stage.quiet(REACTION);
  stage.options.say('sign-in');
  if (device === undefined || device.session.state === 'signed-out') {
    await signOut(stage, true);
    stage.origin = stage.look().entries.length;
  } else {
    await signIn(stage, { user: device.user, wait: true });
    stage.origin = lastGrant(stage.look().entries);
  }
  if (device !== undefined && device.clockSkew !== 0)
    server.act({ do: 'mark', what: 'clock-moved', device: stage.device, by: device.clockSkew });
  await stage.quiet();
  await age(stage);
}

/** A session that is older than its sign-in: the app is closed meanwhile. */
async function age(stage: Stage): Promise<void> {
  const [device] = stage.plan.devices;
  if (device === undefined || device.session.state === 'signed-out') return;
  const { state, expiresIn } = device.session;
  const left = state === 'stale' ? -1_000 : expiresIn;
  if (left === undefined && device.launched) return;
  await act(stage, 'kill');
  const { entries, now } = stage.look();
  if (left !== undefined) await pass(stage, Math.max(0, (newestExpiry(entries) ?? now) - left - now));
  if (device.launched) await act(stage, 'launch');
}

function lastGrant(entries: readonly HistoryEvent[]): number {
  return Math.max(
    0,
    entries.findLastIndex(({ type }) => type === 'session.granted'),
  );
}

class Steps implements Player {
  readonly stage: Stage;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** A hold stands before what sets off the exchange that is waited for, and goes once the step behind has been taken. */
  async list(steps: readonly Step[]): Promise<void> {
    const holds = holdsIn(steps);
    let last: number | undefined;
    for (const [i, step] of steps.entries()) {
      const at = holds.get(i);
      if (at !== undefined) this.#hold(at);
      await this.step(step);
      if (last !== undefined && i > last) {
        this.#release();
        last = undefined;
      }
      if (step.verb === 'advance' && step.until !== undefined) last = i;
    }
    if (last !== undefined) this.#release();
  }

  async step(step: Step): Promise<void> {
    await pass(this.stage, step.after);
    this.announce(step);
    await takeStep(this, step);
  }

  announce({ verb, index, text }: Step): void {
    if (verb === 'parallel' || verb === 'repeat' || verb === 'expect') return;
    this.stage.options.say(text);
    this.stage.server.act({ do: 'note', actor: 'world', fact: { type: 'step', index, text } });
  }

  #hold(at: HoldPoint): void {
    this.stage.holding = true;
    this.stage.server.act({ do: 'hold', at });
  }

  #release(): void {
    this.stage.holding = false;
    this.stage.server.act({ do: 'release' });
  }
}

/** Step before which a hold is put in place -> where it holds. */
function holdsIn(steps: readonly Step[]): Map<number, HoldPoint> {
  const holds = new Map<number, HoldPoint>();
  for (const [i, step] of steps.entries()) {
    if (step.verb !== 'advance' || step.until === undefined) continue;
    const cause = steps.slice(0, i).findLastIndex(setsOff);
    const point = HOLD_POINTS[step.until.event as keyof typeof HOLD_POINTS];
    holds.set(cause < 0 || holds.has(cause) ? i : cause, point);
  }
  return holds;
}

/** Whether an app may refresh because of it. */
function setsOff({ verb }: Step): boolean {
  return ['request', 'parallel', 'repeat', 'app', 'push', 'job', 'network', 'signIn'].includes(verb);
}

/** No fault any more, network, a new process, and the app is asked once more. */
async function end(stage: Stage): Promise<void> {
  const { app, server, options } = stage;
  options.say('restart, and one more request');
  server.act({ do: 'heal' });
  server.act({ do: 'latency', ms: 0 });
  if (stage.offline) {
    await app.goOnline();
    server.act({ do: 'offline', on: false });
    stage.offline = false;
  }
  await act(stage, 'relaunch');
  const path = stage.plan.steps.findLast((step): step is RequestStep => step.verb === 'request' && step.method === 'GET')?.path ?? ANYWHERE;
  const asked = { id: 'last', method: 'GET', path, count: 1, from: stage.look().entries.length };
  await app.hook('request', { path, method: 'GET', count: 1, id: asked.id });
  await answered(stage, asked);
  checkEnd(stage, asked);
  // What answers arrive late belongs to the run too; then the process goes, or it would meet the next server with these tokens.
  await stage.quiet(REACTION);
  await app.kill();
}
