// What a scenario expects, as far as a server can see it: how often the app refreshed, and with which status its requests were answered.
// The rest is not checked and says so. After the last step two questions more, whose answers turn an end that nobody saw into a fact.
import type { SourcePosition } from '../core/errors.ts';
import type { Expectations } from '../sim/expectation-plan.ts';
import type { RequestOutcome } from '../sim/plan.ts';
import { arrivalsOf, refreshesIn, sessionOf, statusesOf, type Asked } from './seen.ts';
import type { Stage } from './stage.ts';

/** Checks the outcomes of what was asked; an outcome that only the app knows is not checked. */
export function checkAsked(stage: Stage, asked: Asked, wanted: readonly RequestOutcome[] | undefined, source?: SourcePosition): void {
  if (wanted === undefined) return;
  const visible = wanted.filter((one) => one === 'ok' || typeof one === 'number');
  if (visible.length < wanted.length) {
    stage.unseen.add('outcomes that only the app knows (rejections, pending)');
    return;
  }
  const statuses = statusesOf(asked, stage.look().entries);
  const good = statuses.filter((status) => visible.some((one) => (one === 'ok' ? status >= 200 && status < 300 : status === one)));
  if (good.length >= asked.count) return;
  const many = asked.count === 1 ? '' : `${asked.count} x `;
  miss(stage, `${many}${asked.method} ${asked.path} should be ${wanted.join(' or ')}, but ${butIs(asked, statuses, stage)}`, source);
}

function butIs(asked: Asked, statuses: readonly number[], stage: Stage): string {
  const came = arrivalsOf(asked, stage.look().entries).length;
  if (came === 0) return 'never reached the server';
  if (statuses.length < asked.count) return `${asked.count - statuses.length} of them had no answer`;
  return `is ${[...new Set(statuses)].join(', ')}`;
}

/** What no server sees. */
const UNSEEN: Readonly<Record<Exclude<keyof Expectations, 'refreshes' | 'requests' | 'source'>, string>> = {
  prompts: 'prompts',
  lost: 'logins that the app gave up',
  jobs: 'background jobs',
  sessions: 'session states',
  streams: 'streams',
};

/** An `expect` step, or what the scenario expects at its end. */
export function checkExpectations(stage: Stage, expectations: Expectations): void {
  const { refreshes, requests, source } = expectations;
  const entries = stage.look().entries.slice(stage.origin);
  const count = refreshesIn(entries);
  if (refreshes !== undefined && (count < refreshes.min || count > refreshes.max))
    miss(
      stage,
      `expected ${bound(refreshes)} refresh request${refreshes.max === 1 ? '' : 's'}, but there ${count === 1 ? 'was' : 'were'} ${count}`,
      source,
    );
  for (const [key, what] of Object.entries(UNSEEN)) if (Object.hasOwn(expectations, key)) stage.unseen.add(what);
  const seen = new Set<Asked>();
  for (const [name, wanted] of Object.entries(requests ?? {})) {
    // Of several that were asked for at once nobody can tell the second from the third: they are checked together.
    const asked = stage.asked.find(({ as }) => as === name.replace(/[#@].*$/, ''));
    if (asked !== undefined && seen.has(asked)) continue;
    if (asked !== undefined) seen.add(asked);
    if (asked === undefined) miss(stage, `request "${name}" was never made`, source);
    else checkAsked(stage, asked, wanted, source);
  }
}

function bound({ min, max }: { min: number; max: number }): string {
  if (min === max) return String(min);
  if (min === 0) return `at most ${max}`;
  return max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `${min} to ${max}`;
}

/** After the relaunch: a session that the server honours, and an app that cannot use it. */
export function checkEnd(stage: Stage, last: Asked): void {
  const { entries } = stage.look();
  const own = entries.slice(stage.origin);
  if (sessionOf(own) === undefined) return;
  const statuses = statusesOf(last, entries);
  // Another status than 401 is an answer of the API; a 401 for a token that is brand new is the API's fault.
  const isApis = entries.slice(last.from).some(({ type }) => type === 'token.committed');
  if (statuses.some((status) => status !== 401 || isApis)) return;
  const what = `after a restart, with every fault gone, ${last.method} ${last.path}`;
  if (arrivalsOf(last, entries).length === 0)
    miss(stage, `${what} never reached the server, although the session is alive there: the app has lost it or hangs`);
  else miss(stage, `${what} was answered with ${statuses.join(', ') || 'nothing'}, although the session is alive at the server`);
}

function miss({ misses }: Stage, message: string, source?: SourcePosition): void {
  misses.push(source === undefined ? { message } : { message, source });
}
