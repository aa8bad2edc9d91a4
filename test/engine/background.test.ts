// Background refresh against an operating system of a few lines: what the app asks of it, what a run does, and what it answers.
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Host, JobOutcome, JobRequest } from '../../src/core/contract.ts';
import { keepFresh, type BackgroundOptions } from '../../src/engine/background.ts';
import { runEngine, type EngineRun } from './kit.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS_7 = 'server: { accessToken: { ttl: 7d } }\n';

interface Job {
  /** Virtual ms since the world was made. */
  at: number;
  /** The system ends the run after so long. */
  stop?: number;
}

interface Played {
  run: EngineRun;
  /** What was asked of the system, in order: `periodic 6h KEEP`, `app-refresh +6h`, `cancel`. */
  asked: string[];
  /** What the runs answered, and how long they took. */
  answers: { outcome: JobOutcome; took: number }[];
  /** Names that got a handler. */
  handled: string[];
  /** Processes in which the handler was there before anything was awaited. */
  inTime: number;
  refused: string[];
}

interface Playing {
  jobs?: readonly Job[];
  options?: Partial<BackgroundOptions>;
  /** The name under which the system runs it. */
  job?: string;
  /** The code with which the system turns requests down. */
  refuse?: string;
  /** Changes the host further. */
  also?(host: Host): Host;
  /** Called before each run. */
  meanwhile?(): void;
}

/** Plays a scenario with background refresh on; runs the job at the given times in whatever process lives then. */
async function played(
  platform: 'ios' | 'android',
  yaml: string,
  { jobs = [], options = {}, job = 'token-refresh', refuse, also = (host) => host, meanwhile }: Playing = {},
): Promise<Played> {
  const result: Omit<Played, 'run'> = { asked: [], answers: [], handled: [], inTime: 0, refused: [] };
  const system = (host: Host): Host => {
    let handler: ((signal: AbortSignal) => Promise<JobOutcome>) | undefined;
    for (const { at, stop } of jobs.filter((job) => job.at > host.clock.monotonic() - booted(host))) {
      host.clock.setTimeout(
        () => {
          const stopped = new AbortController();
          if (stop !== undefined) host.clock.setTimeout(() => stopped.abort(), stop);
          meanwhile?.();
          const began = host.clock.monotonic();
          void handler?.(stopped.signal).then((outcome) => {
            result.answers.push({ outcome, took: host.clock.monotonic() - began });
          });
        },
        at - (host.clock.monotonic() - booted(host)),
      );
    }
    return {
      ...also(host),
      background: {
        register: (id, run) => {
          result.handled.push(id);
          if (id === job) handler = run;
        },
        schedule: async (request) => {
          result.asked.push(say(request));
          if (refuse !== undefined) throw Object.assign(new Error('no'), { code: refuse });
        },
        cancel: (id) => void result.asked.push(id === 'token-refresh' ? 'cancel' : `cancel ${id}`),
      },
    };
  };
  let boot: number | undefined;
  const booted = (host: Host): number => (boot ??= host.clock.monotonic());
  const run = await runEngine(`devices: { phone: { platform: ${platform}, session: active } }\n${yaml}`, {
    wrap: system,
    seen: (engine, host) => {
      keepFresh(engine, host, { every: 6 * HOUR, onRefused: (code) => result.refused.push(code), ...options });
      result.inTime += 1;
    },
  });
  return { run, ...result };
}

function say(request: JobRequest): string {
  const hours = (ms: number | undefined): string => (ms === undefined ? 'now' : `+${Math.round(ms / 36_000) / 100}h`);
  if (request.kind === 'periodic')
    return `periodic ${hours(request.every)} after ${hours(request.initialDelay)} ${request.existing ?? 'KEEP'} ${request.network ?? ''}`;
  return request.kind === 'one-time' ? 'one-time' : `${request.kind} ${hours(request.earliestBegin)}`;
}

const outcomes = ({ answers }: Played): readonly JobOutcome[] => answers.map(({ outcome }) => outcome);

describe('what is asked of the system', () => {
  test('Android: unique periodic work at sign-in, updated at each launch, cancelled at sign-out', async () => {
    const yaml = `${DAYS_7}steps: [{ advance: 1h }, { app: kill }, { app: launch }, { advance: 1h }, { signOut: {} }, { advance: 1h }]`;
    const { asked } = await played('android', yaml);
    expect(asked).toEqual(['cancel', 'periodic +6h after +6h UPDATE CONNECTED', 'periodic +6h after +6h UPDATE CONNECTED', 'cancel']);
  });

  test('iOS: launching again and again does not put the pending request off, however often', async () => {
    const day = '{ advance: 2h }, { app: kill }, { app: launch }';
    const { asked } = await played('ios', `${DAYS_7}steps: [${[day, day, day, day].join(', ')}, { advance: 1s }]`);
    expect(asked).toEqual(['cancel', 'app-refresh +6h', 'app-refresh +4h', 'app-refresh +2h', 'app-refresh now', 'app-refresh now']);
  });

  test('iOS: a clock that was set back does not put it off by more than one interval', async () => {
    const yaml = `${DAYS_7}steps: [{ advance: 1h }, { clock: -30d }, { app: kill }, { app: launch }, { advance: 1s }]`;
    expect((await played('ios', yaml)).asked).toEqual(['cancel', 'app-refresh +6h', 'app-refresh +6h']);
  });

  test.each([
    ['ios', 'app-refresh +6h'],
    ['android', 'periodic +6h after +6h UPDATE CONNECTED'],
  ] as const)(
    '%s: nothing while nobody is signed in, once when somebody is, nothing for whoever signs in over them',
    async (platform, request) => {
      const yaml = 'steps: [{ signOut: {} }, { advance: 1h }, { signIn: bob }, { advance: 1h }, { signIn: ada }, { advance: 1h }]';
      expect((await played(platform, yaml)).asked).toEqual(['cancel', request, 'cancel', request]);
    },
  );

  test('iOS: a name of an earlier version has a handler too, and its request makes room for the one of today', async () => {
    const options = { formerIds: ['renewal'] };
    const { asked, handled } = await played('ios', `${DAYS_7}steps: [{ advance: 1h }, { signOut: {} }]`, { options });
    expect(handled).toEqual(['token-refresh', 'renewal']);
    expect(asked).toEqual(['cancel renewal', 'cancel', 'cancel renewal', 'app-refresh +6h', 'cancel', 'cancel renewal']);
  });

  test.each([
    ['renewal', []],
    ['token-refresh', ['cancel renewal']],
  ])('Android: work of an earlier version goes once that of today has run, and not under itself: run of %s', async (job, cancelled) => {
    const playing = { options: { formerIds: ['renewal'] }, job, jobs: [{ at: 6 * DAY }] };
    const result = await played('android', `${DAYS_7}steps: [{ advance: 7d }]`, playing);
    expect(outcomes(result)).toEqual(['success']);
    expect(result.run.refreshesAt).toHaveLength(1);
    expect(result.asked.slice(result.asked.indexOf('periodic +6h after +6h UPDATE CONNECTED') + 1)).toEqual(cancelled);
  });

  test('Android: work of an earlier version stays while that of today has not done what it is for', async () => {
    const playing = { options: { formerIds: ['renewal'] }, jobs: [{ at: 6 * DAY }] };
    const yaml = `${DAYS_7}steps: [{ advance: 5d }, { network: offline }, { advance: 2d }]`;
    const result = await played('android', yaml, playing);
    expect(outcomes(result)).toEqual(['retry']);
    expect(result.asked.at(-1)).toBe('periodic +6h after +6h UPDATE CONNECTED');
  });

  test('a refusal is told by its code, and hurts nobody', async () => {
    const result = await played('ios', 'steps: [{ request: /a }]', { refuse: 'notPermitted' });
    expect(result.refused).toEqual(['notPermitted']);
    expect(result.run.outcomes).toEqual({ n1: 200 });
  });
});

describe('a run', () => {
  test.each(['ios', 'android'] as const)('%s: leaves a token that will last alone', async (platform) => {
    const result = await played(platform, `${DAYS_7}steps: [{ advance: 1d }]`, { jobs: [{ at: 6 * HOUR }] });
    expect(outcomes(result)).toEqual(['success']);
    expect(result.run.refreshesAt).toEqual([]);
  });

  test.each([
    ['ios', 6 * HOUR, 3.75 * DAY + HOUR],
    ['android', 6 * HOUR, 5.75 * DAY + HOUR],
    ['android', 5 * DAY, 5 * DAY],
  ] as const)('%s every %d ms: renews one that may not last until the next run, and says so', async (platform, every, at) => {
    const result = await played(platform, `${DAYS_7}steps: [{ advance: 8d }, { request: /a }]`, { jobs: [{ at }], options: { every } });
    expect(outcomes(result)).toEqual(['success']);
    expect(result.run.refreshesAt).toHaveLength(1);
    expect(result.run.refreshesAt[0]).toBeLessThan(at + 1_000);
    expect(result.run.stored['tokenwarp.session']).toContain('RT-2');
  });

  test.each([
    ['ios', 'failure'],
    ['android', 'retry'],
  ] as const)('%s: offline, it sends nothing and asks for another chance', async (platform, outcome) => {
    const yaml = `${DAYS_7}steps: [{ advance: 6d }, { network: offline }, { advance: 1d }, { network: online }, { advance: 1m }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY + HOUR }] });
    expect(outcomes(result)).toEqual([outcome]);
    expect(result.asked.at(-1)).toBe(platform === 'ios' ? 'app-refresh +0.25h' : 'periodic +6h after +6h UPDATE CONNECTED');
    expect(result.run.findings).toEqual([]);
  });

  test.each([
    ['ios', 'failure', 26_000],
    ['android', 'retry', 121_000],
  ] as const)('%s: against a server that fails it tries again, and gives up inside its time', async (platform, outcome, limit) => {
    const yaml = `${DAYS_7}steps: [{ fault: { reply: 503, of: token, for: 30d } }, { advance: 7d }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY }] });
    expect(outcomes(result)).toEqual([outcome]);
    expect(result.answers[0]?.took).toBeLessThan(limit);
    expect(result.run.refreshesAt.length).toBeGreaterThan(1);
    // That it is early is known to be right only where the history knows of jobs.
    expect(result.run.findings.filter((text) => !text.startsWith('no-duplicate-refresh b'))).toEqual([]);
  });

  test.each(['ios', 'android'] as const)('%s: one failure is made good in the same run', async (platform) => {
    const yaml = `${DAYS_7}steps: [{ fault: { reply: 503, of: token, times: 1 } }, { advance: 7d }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY }] });
    expect(outcomes(result)).toEqual(['success']);
    expect(result.run.refreshesAt).toHaveLength(2);
  });

  test.each(['ios', 'android'] as const)('%s: a session that the server ended is success, and the job is cancelled', async (platform) => {
    const yaml = `${DAYS_7}steps: [{ advance: 5d }, { revoke: family }, { advance: 2d }, { app: kill }, { app: launch }, { advance: 1d }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY }, { at: 6.5 * DAY }] });
    expect(outcomes(result)).toEqual(['success', 'success']);
    expect(result.run.refreshesAt).toHaveLength(1);
    expect(result.run.transitions).toContain('active > expired (invalid-grant)');
    expect(result.asked.at(-1)).toBe('cancel');
  });

  test.each([
    ['ios', 'failure'],
    ['android', 'retry'],
  ] as const)('%s: ended by the system it answers at once, and keeps the rotation that comes later', async (platform, outcome) => {
    const yaml = `network: { latency: 2s }\n${DAYS_7}steps: [{ advance: 7d }, { request: { path: /a } }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY, stop: 1_000 }] });
    expect(result.answers).toEqual([{ outcome, took: 1_000 }]);
    expect(result.run.refreshesAt).toHaveLength(1);
    expect(result.run.stored['tokenwarp.session']).toContain('RT-2');
    expect(result.run.sent).toEqual(['AT-2 /a']);
  });

  test.each(['ios', 'android'] as const)(
    '%s: ended by the system it sends nothing any more, also when the answer is lost',
    async (platform) => {
      const yaml = `network: { latency: 2s }\n${DAYS_7}steps: [{ fault: { drop: response, of: token } }, { advance: 6d2h }]`;
      const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY, stop: 1_000 }] });
      expect(result.run.refreshesAt).toHaveLength(1);
    },
  );

  test.each(['ios', 'android'] as const)(
    '%s: an answer that was lost so is asked for again as soon as the app is back, good token or not',
    async (platform) => {
      const grace = 'server: { accessToken: { ttl: 7d }, refreshToken: { grace: { policy: same-successor, window: 1h } } }';
      const yaml = `network: { latency: 2s }\n${grace}\nsteps: [{ fault: { drop: response, of: token, times: 1 } }, { app: background }, { advance: 6d1m }, { app: foreground }, { advance: 1m }]`;
      const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY, stop: 1_000 }] });
      expect(result.run.refreshesAt).toHaveLength(2);
      expect(result.run.stored['tokenwarp.session']).toContain('RT-2');
    },
  );

  test.each([
    ['ios', 'failure'],
    ['android', 'retry'],
  ] as const)('%s: a locked store is no signed-out user', async (platform, outcome) => {
    const yaml = `${DAYS_7}steps: [{ advance: 6d }, { app: kill }, { store: lock }, { app: launch }, { advance: 2h }, { store: unlock }, { advance: 1m }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY + HOUR }] });
    expect(outcomes(result)).toEqual([outcome]);
    expect(result.run.refreshesAt).toEqual([]);
    expect(result.asked.slice(1)).not.toContain('cancel');
  });

  test.each([
    ['ios', 'failure'],
    ['android', 'retry'],
  ] as const)('%s: a rotation that the store does not take is not called a success', async (platform, outcome) => {
    const yaml = `network: { latency: 2s }\n${DAYS_7}steps: [{ advance: 6d }, { after: 1s, store: lock }, { advance: 1h }, { store: unlock }, { advance: 1m }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY }] });
    expect(outcomes(result)).toEqual([outcome]);
    expect(result.run.stored['tokenwarp.session']).toContain('RT-2');
  });

  test.each([
    ['ios', 'failure'],
    ['android', 'retry'],
  ] as const)('%s: a store that cannot be read risks no rotation, and is not waited for', async (platform, outcome) => {
    let broken = false;
    const unreadable = (host: Host): Host => ({
      ...host,
      store: { ...host.store, get: (key) => (broken ? Promise.reject(new Error('no')) : host.store.get(key)) },
    });
    const yaml = `${DAYS_7}steps: [{ advance: 1m }, { advance: 7d }]`;
    const result = await played(platform, yaml, { jobs: [{ at: 6 * DAY }], also: unreadable, meanwhile: () => (broken = true) });
    expect(result.answers.map((answer) => answer.outcome)).toEqual([outcome]);
    expect(result.answers[0]?.took).toBeLessThan(1_000);
    expect(result.run.refreshesAt).toEqual([]);
  });

  test('leaves nothing behind on the signal it was given', async () => {
    const signal = new AbortController().signal;
    const run = await runEngine(`${DAYS_7}steps: [{ advance: 6d }]`, {
      seen: (engine, host) => void host.clock.setTimeout(() => void engine.refreshIfDue(() => 8 * DAY, signal), 5 * DAY),
    });
    expect(run.refreshesAt).toHaveLength(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('iOS asks for the next run before it does anything else: a run that is killed has asked', async () => {
    const yaml = `network: { latency: 2s }\n${DAYS_7}steps: [{ advance: 6d }, { after: 1s, app: kill }, { advance: 1h }]`;
    const result = await played('ios', yaml, { jobs: [{ at: 6 * DAY }] });
    expect(result.answers).toEqual([]);
    expect(result.run.refreshesAt).toHaveLength(1);
    expect(result.asked).toEqual(['cancel', 'app-refresh +6h', 'app-refresh +6h']);
  });
});
