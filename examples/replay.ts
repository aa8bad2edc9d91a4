// The same from a program or a test: load a scenario, run it against a client, look at the result.
import { loadPlan, runScenario } from 'tokenwarp';
import myClient from './my-client.ts';

const plan = loadPlan('two-requests-at-expiry.scenario.yaml');
const ours = await runScenario(plan);
const yours = await runScenario(plan, { client: { name: 'my-client.ts', factory: myClient }, seed: 42 });

console.log(ours.outcome, ours.refreshes, ours.digest);
console.log(
  yours.outcome,
  yours.verdict.findings.map((finding) => `${finding.invariant}: ${finding.message}`),
  yours.replay,
);
