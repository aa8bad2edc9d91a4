// The public API, named exports only: load a scenario, run it against a client, judge a history. The engine alone, without Node,
// is `tokenwarp/engine`.
export { FEATURES, REJECTIONS } from './core/contract.ts';
export type {
  Client,
  ClientFactory,
  Feature,
  Host,
  HostClock,
  HostBackground,
  HostConfig,
  HostFetchInit,
  HostResponse,
  HostStore,
  JobOutcome,
  PromptOutcome,
  Rejection,
  RequestInit,
  SessionState,
  TokenResponse,
} from './core/contract.ts';
export { InvalidInputError, NothingSelectedError, OwnBugError, TokenwarpError, UsageError } from './core/errors.ts';
export type { ErrorDetail, SourcePosition } from './core/errors.ts';
export type { HistoryEvent } from './core/events.ts';
export type { RequestRecord } from './core/request-record.ts';
export { createEngine } from './engine/engine.ts';
export type { EngineOptions } from './engine/options.ts';
export type { MockServerOptions, RunningMockServer, WireLimits } from '../mock-server/http.ts';
export type { PolicyPatch } from '../mock-server/policy.ts';
export { startMockServer } from '../mock-server/start.ts';
export { openClientRunner } from './sandbox/runner.ts';
export type { ClientRunner, ClientRunnerOptions } from './sandbox/runner.ts';
export { loadPlan, loadScenarioFile, loadScenarios } from './scenario/load.ts';
export type { LoadedScenario, LoadedScenarios } from './scenario/load.ts';
export { parseScenario } from './scenario/plan.ts';
export type { ParseOptions } from './scenario/plan.ts';
export type { Problem } from './scenario/problem.ts';
export { runScenario } from './scenario/run.ts';
export type { RunOptions } from './scenario/run.ts';
export type { Plan } from './sim/plan.ts';
export { INVARIANTS } from './verify/invariants.ts';
export type { ExpectationFailure, Finding, Invariant, Judgement, Outcome, RunResult, Verdict, Violation } from './verify/result.ts';
export { judge } from './verify/verdict.ts';
export type { JudgeOptions } from './verify/verdict.ts';
