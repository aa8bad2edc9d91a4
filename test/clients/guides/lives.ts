// G0 lived: weeks of phone life for every usage profile, on both platforms, at both of the intervals the guide names. How often the login
// is lost, when, and why comes out of the histories. It asserts nothing.
import type { EventOf, EventType, HistoryEvent } from '../../../src/core/events.ts';
import { PROFILES } from '../../../src/os/profiles/profiles.ts';
import { parseScenario } from '../../../src/scenario/plan.ts';
import type { Plan } from '../../../src/sim/plan.ts';
import { runPlan } from '../../../src/sim/world.ts';
import { loadClient } from '../matrix.ts';

const DAY = 86_400_000;
export const LIFE_DAYS = 28;
export const LIFE_SEEDS = [1, 2];
export const SYSTEMS = ['android 14', 'ios 18'] as const;
export const INTERVALS = ['5d', '6h'] as const;
export const VERSIONS = ['g0', 'g0-mended'] as const;
export const HABITS: readonly string[] = PROFILES.map(({ name }) => name);
/** Trakt: tokens of seven days, and a pair that ends together. */
const TOKEN_LIFE = 7 * DAY;

/** A login that was lost: on which day, and what kept it from being renewed. */
export interface Loss {
  readonly day: number;
  readonly why: string;
}
export interface Life {
  readonly system: (typeof SYSTEMS)[number];
  readonly habit: string;
  readonly every: (typeof INTERVALS)[number];
  readonly version: (typeof VERSIONS)[number];
  /** Of all seeds together. */
  readonly runs: number;
  readonly losses: readonly Loss[];
}

/** Every version at every interval on every system, for these habits. */
export async function live(habits: readonly string[] = HABITS, seeds: readonly number[] = LIFE_SEEDS): Promise<Life[]> {
  const lives: Life[] = [];
  for (const version of VERSIONS) {
    const factory = await loadClient(new URL(`${version}.ts`, import.meta.url));
    for (const system of SYSTEMS)
      for (const every of INTERVALS)
        for (const habit of habits) {
          const plan = planOf(system, habit, every);
          const events = await Promise.all(
            seeds.map(async (seed) => (await runPlan(plan, { seed, factory, settle: 'drain' })).history.events),
          );
          const runs = events.reduce((sum, each) => sum + of(each, 'job.started').length, 0);
          lives.push({ system, habit, every, version, runs, losses: events.flatMap(lossesIn) });
        }
  }
  return lives;
}

function planOf(system: string, habit: string, every: string): Plan {
  const text = `version: 1
name: weeks-of-life
summary: Weeks of phone life with an app whose login lives by its background refresh.
client: { refreshEvery: ${every} }
server: { accessToken: { ttl: 7d, format: opaque }, refreshToken: { idle: 7d } }
devices: { phone: { os: ${system}, profile: { name: ${habit}, asks: /shows } } }
steps: [{ advance: ${LIFE_DAYS}d }]
`;
  const { plan, problems } = parseScenario(text, 'guides/weeks-of-life.scenario.yaml');
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return plan;
}

/** A pair that was not followed by another before it ended. */
function lossesIn(events: readonly HistoryEvent[]): Loss[] {
  const origin = events.find(({ type }) => type === 'step')?.t ?? 0;
  const granted = events.filter(({ type }) => type === 'session.granted' || type === 'token.committed');
  return granted.flatMap((grant, i) => {
    const end = grant.t + TOKEN_LIFE;
    const next = granted[i + 1]?.t ?? events.at(-1)?.t ?? 0;
    return next > end ? [{ day: Math.round((end - origin) / DAY), why: whyNot(events, grant, end) }] : [];
  });
}

/** Gates of a job whose time has not come. */
const NOT_DUE: readonly string[] = ['WORK_NOT_DUE', 'earliestBeginDate'];

/** What the job did between a grant and the end of what was granted; if it did not run, what held it in the end. */
function whyNot(events: readonly HistoryEvent[], grant: HistoryEvent, end: number): string {
  const within = events.filter(({ seq, t }) => seq > grant.seq && t < end);
  const run = of(within, 'job.ended').at(-1);
  const held = of(within, 'job.held').at(-1);
  const gone = [...of(within, 'job.lost'), ...of(within, 'job.cancelled')].sort((a, b) => a.seq - b.seq).at(-1);
  if (run !== undefined && of(within, 'token.sent').some(({ seq }) => seq < run.seq))
    return `the refresh failed, the run answered ${run.outcome}, and the next came too late`;
  if (gone !== undefined && gone.seq > (held?.seq ?? 0)) return `the request was taken back (${gone.by}), and nobody asked again in time`;
  if (held === undefined) return 'nobody asked for a run';
  if (!NOT_DUE.includes(held.gate)) return `held by ${held.gate}`;
  if (run !== undefined) return 'the last run left the token alone, and the next was not due in time';
  return of(within, 'job.requested').length > 0 ? 'each launch put the run off' : 'the run was not due in time';
}

function of<T extends EventType>(events: readonly HistoryEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> & HistoryEvent => event.type === type);
}
