// Which steps of a scenario a real app on a device can take, and what each needs: one table, from which the refusal up front and the
// page for QA are made. What is not here is refused with what would give it, never left out in silence.
import type { AppStep, RequestStep, Step, Verb } from '../sim/plan.ts';
import type { Ability, Lack } from '../device/live/app.ts';

/** What a step needs, or why no device can take it. */
export type Needs = { readonly abilities: readonly Ability[] } | Lack;

interface Row<V extends Verb> {
  /** For people: what it becomes on a device. */
  readonly becomes: string;
  readonly needs: (step: Extract<Step, { verb: V }>) => Needs;
}

const nothing = { abilities: [] } as const;
const needs = (...abilities: readonly Ability[]): Needs => ({ abilities });

export const STEP_TABLE: { readonly [V in Verb]: Row<V> } = {
  request: {
    becomes: 'the app is asked for it through its hook; the journal tells when it is answered. A latency delays its path at the server',
    needs: requestNeeds,
  },
  parallel: { becomes: 'its steps at the same time', needs: () => nothing },
  repeat: { becomes: 'its steps again and again', needs: () => nothing },
  advance: {
    becomes:
      "the server's clock moves (with --device-clock the phone's too); up to 3 s pass in real time; `until` an event holds the exchange at that point until the next step is taken",
    needs: ({ until }) =>
      until === undefined || Object.hasOwn(HOLD_POINTS, until.event)
        ? nothing
        : { what: `a server does not see ${until.event}`, fix: `wait for one of ${Object.keys(HOLD_POINTS).join(', ')}` },
  },
  network: {
    becomes: 'airplane mode, and no way to the server; latency: every request to the server is that much later',
    needs: ({ change }) => ('state' in change ? needs('offline') : nothing),
  },
  fault: { becomes: 'a rule of the server', needs: () => nothing },
  heal: { becomes: 'every rule of the server is removed', needs: () => nothing },
  revoke: { becomes: 'the server revokes', needs: () => nothing },
  server: { becomes: "the server's policy changes", needs: () => nothing },
  app: { becomes: 'launch, foreground, background, kill and relaunch by the commands of the platform', needs: appNeeds },
  clock: { becomes: "the phone's wall clock is moved", needs: () => needs('clock') },
  signIn: { becomes: 'the app is asked to sign the user in through its hook', needs: () => needs('hook-sign-in') },
  signOut: { becomes: 'marked in the journal, then the app is asked to sign out through its hook', needs: () => needs('hook-sign-out') },
  push: { becomes: 'a silent push (iOS), or its stand-in through the hook (Android)', needs: () => needs('push') },
  job: {
    becomes:
      'Android: the background job with this unique name, or of this worker, is made due and fired, as `tokenwarp fire android` does',
    needs: ({ expireAfter }) =>
      expireAfter === undefined
        ? needs('fire-job')
        : { what: 'a run cannot stop a job after a time', fix: '`tokenwarp fire android --stop timeout` while `tokenwarp serve` runs' },
  },
  expect: { becomes: 'what a server sees is checked: refreshes, and outcomes of requests that are statuses', needs: () => nothing },
  stream: {
    becomes: 'refused',
    needs: () => ({ what: 'the hook of the app cannot be asked for a stream', fix: 'open the stream by hand, with `tokenwarp serve`' }),
  },
  phone: {
    becomes: 'refused',
    needs: () => ({
      what: 'a real phone has a system of its own, not a modelled one',
      fix: '`tokenwarp device doze deep` and the like by hand, before the run',
    }),
  },
  sleep: {
    becomes: 'refused',
    needs: () => ({
      what: 'no command makes a phone sleep with everything on it',
      fix: '`app: background` and `advance`, or `tokenwarp device doze deep` by hand',
    }),
  },
  store: {
    becomes: 'refused',
    needs: () => ({ what: 'nobody but the app reaches its store on a real device', fix: 'a simulated run: leave out --device' }),
  },
  prompt: {
    becomes: 'refused',
    needs: () => ({
      what: 'a person answers prompts of a real device',
      fix: '`tokenwarp device finger` (Android) or `device biometric` (iOS) by hand, with `tokenwarp serve`',
    }),
  },
  interact: {
    becomes: 'refused',
    needs: () => ({ what: 'where the app may be touched is not known', fix: 'a simulated run: leave out --device' }),
  },
};

/** Events a request can be stopped at, and where that is. */
export const HOLD_POINTS = { 'token.received': 'received', 'token.committed': 'committed', 'token.responded': 'serialised' } as const;
export type HoldPoint = (typeof HOLD_POINTS)[keyof typeof HOLD_POINTS];

const ACTION_NEEDS: Partial<Readonly<Record<AppStep['action'], readonly Ability[]>>> = {
  launch: ['launch'],
  foreground: ['launch'],
  background: ['background'],
  kill: ['kill'],
  relaunch: ['kill', 'launch'],
};

function appNeeds({ action }: AppStep): Needs {
  const abilities = ACTION_NEEDS[action];
  if (abilities !== undefined) return { abilities };
  return { what: `a real app cannot be told to ${action}`, fix: `what can be done with it: ${Object.keys(ACTION_NEEDS).join(', ')}` };
}

/** What the words of the hook cannot say. */
function requestNeeds({ abortAfter, oneShot }: RequestStep): Needs {
  const odd = abortAfter !== undefined ? 'abortAfter' : oneShot ? 'oneShot' : undefined;
  if (odd === undefined) return needs('hook-request');
  return { what: `the hook of the app has no word for ${odd}`, fix: 'a simulated run: leave out --device' };
}

/** What this step needs, its own alone: those inside `parallel` and `repeat` are asked by themselves. */
export function needsOf(step: Step): Needs {
  const row = STEP_TABLE[step.verb] as { needs: (step: Step) => Needs };
  return row.needs(step);
}
