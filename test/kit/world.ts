// Runs a scenario given as text against a client given as code, and hands back the history: the door world tests go through.
import type { Client, ClientFactory, Host, TokenResponse } from '../../src/core/contract.ts';
import type { EventOf, EventType, HistoryEvent } from '../../src/core/events.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { parseScenario } from '../../src/scenario/plan.ts';
import { runPlan, type WorldOptions, type WorldRecord } from '../../src/sim/world.ts';

/** The plan of a scenario whose body is `yaml`; name and version are added. */
export function planOf(yaml: string) {
  const text = `version: 1\nname: inline\nsummary: A test of the world itself.\ntags: [test]\n${yaml}`;
  const { plan, problems } = parseScenario(text, 'scenarios/test/inline.scenario.yaml');
  if (plan === undefined) throw new Error(problems.map((problem) => formatProblem(problem, text)).join('\n'));
  return plan;
}

export function play(yaml: string, factory: ClientFactory, options: Partial<WorldOptions> = {}): Promise<WorldRecord> {
  return runPlan(planOf(yaml), { seed: 1, factory, ...options });
}

export function eventsOf<T extends EventType>(record: WorldRecord, type: T): EventOf<T>[] {
  return record.history.events.filter((event): event is EventOf<T> & HistoryEvent => event.type === type);
}

/** The smallest client that works: stores the pair, sends the token, refreshes on 401 without any care. */
export function naiveClient(host: Host): Client {
  let tokens: TokenResponse | undefined;
  const save = (next: TokenResponse): Promise<void> => host.store.set('tokens', JSON.stringify((tokens = next)));
  const refresh = async (): Promise<void> => {
    const body = `grant_type=refresh_token&client_id=app&refresh_token=${tokens?.refresh_token ?? ''}`;
    const response = await host.fetch(host.config.tokenEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    if (!response.ok) throw Object.assign(new Error('refused'), { reason: 'reauthentication-required' });
    await save((await response.json()) as TokenResponse);
  };
  return {
    async start() {
      const stored = await host.store.get('tokens');
      if (stored !== undefined) tokens = JSON.parse(stored) as TokenResponse;
    },
    signIn: (granted) => save(granted),
    async request(path, init = {}) {
      const send = () =>
        host.fetch(host.config.resourceBaseUrl + path, {
          ...init,
          headers: { ...init.headers, authorization: `Bearer ${tokens?.access_token ?? ''}` },
        });
      let response = await send();
      if (response.status === 401) {
        await refresh();
        response = await send();
      }
      return { status: response.status };
    },
  };
}
