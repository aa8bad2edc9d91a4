// The result of a run that the client did not let finish: no history came out of its thread, only where it stands.
import type { Plan } from '../sim/plan.ts';
import type { RunResult } from '../verify/result.ts';

export function stuckResult(plan: Plan, seed: number, client: string, how: 'stuck' | 'exit', where: string | undefined): RunResult {
  const { name, family, file, summary, tags } = plan;
  const message = how === 'exit' ? 'it ended its thread' : 'it loops without ever waiting for the host';
  return {
    scenario: { name, family, file, summary, tags },
    client,
    outcome: 'failed',
    seed,
    digest: '',
    virtualMs: 0,
    originMs: 0,
    refreshes: 0,
    verdict: { findings: [], judged: {}, idle: [], notApplicable: [], relaxed: [] },
    expectations: [],
    events: [],
    clientErrors: [{ kind: 'stuck', message, seq: 0, ...(where === undefined ? {} : { where }) }],
    replay: `tokenwarp run ${name} --seed ${seed} --client ${client}`,
  };
}
