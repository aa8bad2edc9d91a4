// What each step does to a real app: one function per verb. A step that is not here was refused before anything began.
import { formatDuration } from '../core/duration.ts';
import { OwnBugError } from '../core/errors.ts';
import type { AdvanceStep, AppStep, NetworkStep, ParallelStep, RevokeStep, Step, Verb } from '../sim/plan.ts';
import type { ServerPort } from '../device/server-port.ts';
import { ask, signIn, signOut } from './ask.ts';
import { checkExpectations } from './expectations.ts';
import { HOLD_POINTS } from './needs.ts';
import { newestExpiry } from './seen.ts';
import type { Stage } from './stage.ts';
import { pass, REACTION } from './time.ts';

/** Who takes steps in order: `parallel` and `repeat` hand theirs back. */
export interface Player {
  readonly stage: Stage;
  list(steps: readonly Step[]): Promise<void>;
  step(step: Step): Promise<void>;
  /** Tells that the step begins. */
  announce(step: Step): void;
}

type Takers = { [V in Verb]?: (player: Player, step: Extract<Step, { verb: V }>) => Promise<void> | void };

const TAKERS: Takers = {
  request: async ({ stage }, step) => (await ask(stage, step))(),
  parallel,
  async repeat(player, step) {
    for (let round = 0; round < step.times; round++) await player.list(step.steps);
  },
  advance: ({ stage }, step) => advance(stage, step),
  network: ({ stage }, step) => network(stage, step),
  fault: ({ stage }, step) => stage.server.act({ do: 'fault', fault: step.fault }),
  heal: ({ stage }) => stage.server.act({ do: 'heal' }),
  revoke: ({ stage }, step) => revoke(stage, step),
  server: ({ stage }, step) => stage.server.act({ do: 'policy', patch: step.change }),
  app: ({ stage }, step) => act(stage, step.action),
  async clock({ stage }, step) {
    await stage.app.moveClock(step.jump);
    stage.server.act({ do: 'mark', what: 'clock-moved', device: stage.device, by: step.jump });
  },
  signIn: ({ stage }, step) => signIn(stage, step),
  signOut: ({ stage }, step) => signOut(stage, step.wait),
  async push({ stage }, step) {
    if (step.refresh) stage.server.act({ do: 'mark', what: 'refresh-forced', device: stage.device, note: 'push' });
    await stage.app.hook('push', { refresh: step.refresh ? 1 : 0 });
    await stage.quiet(REACTION);
  },
  async job({ stage }, step) {
    const outcome = await stage.app.runJob(step.id, { patience: stage.options.patience, server: portOf(stage) });
    if (outcome === 'undecided' && !stage.holding)
      stage.misses.push({ message: `nothing shows that the job ${step.id} ran`, source: step.source });
    if (!stage.holding) await stage.quiet();
  },
  expect: ({ stage }, step) => checkExpectations(stage, { source: step.source, ...step.expect }),
};

export async function takeStep(player: Player, step: Step): Promise<void> {
  const take = TAKERS[step.verb] as ((player: Player, step: Step) => Promise<void> | void) | undefined;
  if (take === undefined) throw new OwnBugError(`nothing takes the step ${step.verb}, and it was not refused`);
  await take(player, step);
}

/** The journal as firing a job reads it. */
function portOf({ server }: Stage): ServerPort {
  return {
    mark: async () => server.look().entries.length,
    async since(mark) {
      const types = server
        .look()
        .entries.slice(mark)
        .map(({ type }) => type);
      const count = (type: string): number => types.filter((each) => each === type).length;
      return { received: count('token.received'), committed: count('token.committed'), refused: count('token.refused') };
    },
    hold: () => {
      throw new OwnBugError('a job that is fired by a run is held by the run');
    },
  };
}

/** Slow ones first: a command takes a moment, and what should arrive last must not leave last. */
function slowness(step: Step): number {
  return step.verb === 'request' ? (step.latency?.max ?? 0) : 0;
}

/** Everything is set off in turn, and only then waited for: for an app and a server that is at once. */
async function parallel(player: Player, { steps }: ParallelStep): Promise<void> {
  const endings: (() => Promise<void>)[] = [];
  let gone = 0;
  for (const step of steps.toSorted((a, b) => a.after - b.after || slowness(b) - slowness(a))) {
    await pass(player.stage, step.after - gone);
    gone = step.after;
    player.announce(step);
    if (step.verb === 'request') endings.push(await ask(player.stage, step));
    else await takeStep(player, step);
  }
  for (const end of endings) await end();
}

async function advance(stage: Stage, step: AdvanceStep): Promise<void> {
  if (step.until !== undefined) return until(stage, step);
  if (step.to === 'idle') return void (await stage.quiet());
  const expiry = newestExpiry(stage.look().entries) ?? stage.look().now;
  const target = step.to === 'by' ? undefined : step.to === 'past-expiry' ? expiry + step.by : expiry - step.by;
  await pass(stage, target === undefined ? step.by : Math.max(0, target - stage.look().now));
}

/** The hold was put there before what sets the exchange off; it stays until the next step has been taken. */
async function until(stage: Stage, step: AdvanceStep): Promise<void> {
  const { event = 'token.committed' } = step.until ?? {};
  if (await stage.until(({ waiting }) => waiting > 0)) return;
  const point = HOLD_POINTS[event as keyof typeof HOLD_POINTS];
  stage.misses.push({
    message: `no refresh was ${point} within ${formatDuration(stage.options.patience)} of real time`,
    source: step.source,
  });
}

async function network(stage: Stage, { change }: NetworkStep): Promise<void> {
  if ('latency' in change) return stage.server.act({ do: 'latency', ms: Math.round(change.latency.min + change.latency.max) });
  const offline = change.state === 'offline';
  if (stage.offline === offline) return;
  stage.offline = offline;
  // Noted on the safe side: nothing counts as offline that may still have had its network.
  if (!offline) note(stage, 'online');
  if (offline) stage.server.act({ do: 'offline', on: true });
  await (offline ? stage.app.goOffline() : stage.app.goOnline());
  if (!offline) stage.server.act({ do: 'offline', on: false });
  if (offline) note(stage, 'offline');
  else await stage.quiet(REACTION);
}

function note({ server, device }: Stage, type: 'online' | 'offline'): void {
  server.act({ do: 'note', actor: device, fact: { type } });
}

function revoke({ server, device, plan }: Stage, { what, reason }: RevokeStep): void {
  const user = plan.devices[0]?.user;
  if (what === 'all-sessions') server.act({ do: 'revoke', what: 'user', target: user === undefined ? { device } : { user }, reason });
  else server.act({ do: 'revoke', what, target: { device }, reason });
}

export async function act(stage: Stage, action: AppStep['action']): Promise<void> {
  const { server, app, device } = stage;
  switch (action) {
    case 'kill':
      await app.kill();
      return server.act({ do: 'note', actor: device, fact: { type: 'process.kill', epoch: 0 } });
    case 'launch':
      server.act({ do: 'note', actor: device, fact: { type: 'process.launch', epoch: 0 } });
      await app.launch();
      break;
    case 'relaunch':
      await app.kill();
      server.act({ do: 'mark', what: 'relaunch', device });
      await app.launch();
      break;
    case 'background':
      await app.background();
      server.act({ do: 'mark', what: 'background', device });
      break;
    case 'foreground':
      server.act({ do: 'mark', what: 'foreground', device });
      await app.launch();
      break;
    default:
      throw new OwnBugError(`nothing takes app: ${action}, and it was not refused`);
  }
  if (!stage.holding) await stage.quiet(REACTION);
}
