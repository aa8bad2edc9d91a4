// Asking the app for something through its hook and waiting for the server to see it.
import { DeviceError } from '../core/errors.ts';
import type { RequestStep, SignInStep } from '../sim/plan.ts';
import { checkAsked } from './expectations.ts';
import { sessionOf, stateOf, type Asked } from './seen.ts';
import type { Stage } from './stage.ts';
import { pass } from './time.ts';

/** Ms after which a request that was refused is taken to be over, and one that never came when there is no session to send it with. */
const GIVEN_UP = 1_200;

/** Asks for requests; answers how to wait for them and to check what the step expects. One thing at a time: a transcript has one order. */
export async function ask(stage: Stage, step: RequestStep): Promise<() => Promise<void>> {
  const asked = {
    id: `q${stage.asked.length + 1}`,
    method: step.method,
    path: step.path,
    count: step.count,
    from: stage.look().entries.length,
    ...(step.as === undefined ? {} : { as: step.as }),
  };
  stage.asked.push(asked);
  slowDown(stage, step);
  const words = { path: step.path, method: step.method, ...(step.body === undefined ? {} : { body: step.body }) };
  if (step.every === 0) await stage.app.hook('request', { ...words, count: step.count, id: asked.id });
  else
    for (let i = 1; i <= step.count; i++) {
      if (i > 1) await pass(stage, step.every);
      await stage.app.hook('request', { ...words, count: 1, id: `${asked.id}-${i}` });
    }
  return async () => {
    if (!step.wait || step.expect?.includes('pending') === true) return;
    await answered(stage, asked, Math.min(step.deadline, stage.options.patience));
    checkAsked(stage, asked, step.expect, step.source);
  };
}

/** Its messages take longer on their way there and back: by its path, since nothing else tells it from others. */
function slowDown({ server }: Stage, { latency, path, count }: RequestStep): void {
  if (latency === undefined) return;
  const about = {
    endpoint: 'resource',
    path: path.split('?', 1)[0] ?? path,
    times: count,
    verdict: { kind: 'delay', ms: latency.max },
  } as const;
  for (const point of ['request', 'response'] as const)
    server.act({ do: 'fault', fault: { text: `delay ${point}s for ${about.path}`, point, ...about } });
}

/** Until each has an answer, or will get none: at most `most` real ms. A request that is held is waited for no longer. */
export async function answered(stage: Stage, asked: Asked, most = stage.options.patience): Promise<void> {
  const state = (): ReturnType<typeof stateOf> => stateOf(asked, stage.look().entries);
  if (sessionOf(stage.look().entries) === undefined) await stage.quiet(GIVEN_UP, most);
  else await stage.until(({ entries, waiting }) => waiting > 0 || stateOf(asked, entries) !== 'open', most);
  // A 401 is the end only when nothing follows.
  if (state() === 'refused' && stage.look().waiting === 0) await stage.quiet(GIVEN_UP, most);
}

/** Asks the app to sign the user in; waits until the server has granted the session. */
export async function signIn(stage: Stage, { user, wait }: Pick<SignInStep, 'user' | 'wait'>): Promise<void> {
  const from = stage.look().entries.length;
  await stage.app.hook('sign-in', { user, device: stage.device });
  if (!wait) return;
  const isGranted = await stage.until(
    ({ entries, waiting }) => waiting > 0 || entries.slice(from).some(({ type }) => type === 'session.granted'),
  );
  if (!isGranted) throw notSignedIn(stage);
  const granted = stage
    .look()
    .entries.slice(from)
    .find((entry) => entry.type === 'session.granted');
  stage.device = granted?.device ?? stage.device;
}

/** The tap is marked before the app hears of it: what it sends from then on, it sends after the sign-out. */
export async function signOut(stage: Stage, wait: boolean): Promise<void> {
  stage.server.act({ do: 'mark', what: 'sign-out', device: stage.device });
  await stage.app.hook('sign-out', {});
  if (wait) await stage.quiet();
}

function notSignedIn({ app, options }: Stage): DeviceError {
  return new DeviceError('TW_DEVICE_HOOK', `${app.app} did not sign in within ${options.patience / 1_000} s`, {
    hint: 'does its hook post to /debug/session of the server, at the port of --app-port? docs/device-runs.md',
    fields: { device: app.device, app: app.app },
  });
}
