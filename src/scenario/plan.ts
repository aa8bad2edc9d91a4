// The door from text to plan: parse, diagnose, check, build. Pure: no file is opened here, and nothing is thrown for a
// mistake in the text, whatever the text is.
import { DEFAULT_POLICY, patchPolicy, type ServerPolicy } from '../../mock-server/policy.ts';
import { FEATURES, type Feature, type LockPolicy } from '../core/contract.ts';
import type { DevicePlan, Plan, Step } from '../sim/plan.ts';
import { check } from './check.ts';
import { defined } from '../core/defined.ts';
import { diagnose } from './diagnose.ts';
import { byPosition, type Problem } from './problem.ts';
import type { DeviceInput, ScenarioInput } from './schema.ts';
import { buildLife, buildSystem } from './phone-schema.ts';
import { policyPatch, type ServerInput } from './server-schema.ts';
import { readSource, type Source } from './source.ts';
import { buildExpectations, buildSteps, rangeOf } from './steps.ts';
import { ms } from './values.ts';
import { processNames } from './words.ts';

const DAY = 86_400_000;
/** One-way latency of a decent mobile network. */
const LATENCY = { min: 20, max: 60 };
/** Deadline of a request that names none (facts: I5). */
const DEADLINE = 60_000;
/** Virtual time a run may take beyond what its steps advance: long enough for every idle limit of the default policy, twice. */
const SLACK = 60 * DAY;
const SCOPE = 'openid profile offline_access';

/** What the text is checked against besides the format. */
export interface ParseOptions {
  /** Names that `relax` may use; any name when absent. */
  invariants?: readonly string[];
}

/**
 * A plan, or every mistake of the file in reading order; never both, never neither. `file` is where the text came from:
 * it is repeated in positions, and its last folder is the plan's family.
 */
export function parseScenario(text: string, file: string, options: ParseOptions = {}): { plan?: Plan; problems: Problem[] } {
  const source = readSource(text, file);
  const problems = [...source.problems];
  if (source.value !== undefined) problems.push(...diagnose(source), ...check(source, options.invariants ?? []));
  if (problems.length > 0) return { problems: problems.sort(byPosition).filter(isFirst) };
  return { plan: buildPlan(source.value as ScenarioInput, source), problems };
}

/** What an anchor holds is wrong once, however often it is used. */
function isFirst(problem: Problem, i: number, all: readonly Problem[]): boolean {
  const before = all[i - 1];
  return before === undefined || byPosition(before, problem) !== 0 || before.message !== problem.message;
}

function buildPlan(input: ScenarioInput, source: Source): Plan {
  const { file } = source.at([]);
  const devices = Object.entries(input.devices ?? { phone: null }).map(([name, device]) => buildDevice(name, device ?? {}));
  const requestDeadline = input.deadline === undefined ? DEADLINE : ms(input.deadline);
  const steps = buildSteps(input.steps, ['steps'], { source, devices, requestDeadline, next: 0 });
  return {
    name: input.name,
    family: familyOf(file),
    file,
    summary: input.summary.trim(),
    tags: input.tags ?? [],
    specs: input.specs ?? [],
    reproduces: input.reproduces ?? [],
    needs: FEATURES.filter((feature) => input.needs?.includes(feature) === true || implied(feature, input, steps)),
    methods: METHODS.filter(([verb]) => uses(steps, verb)).map(([, method]) => method),
    policy: policyOf(input.server),
    devices: devices.map((device) => living(device, input, steps)),
    ...defined({
      otherPolicy: input.otherServer && policyOf(input.otherServer),
      lock: lockOf(input.lock),
      client: input.client,
      compare: input.compare,
    }),
    latency: input.network?.latency === undefined ? LATENCY : rangeOf(input.network.latency),
    steps,
    expect: buildExpectations(input.expect ?? {}, ['expect'], source),
    relax: input.relax ?? [],
    maxVirtual: input.maxVirtual === undefined ? SLACK + advanced(steps) : ms(input.maxVirtual),
    requestDeadline,
  };
}

function policyOf(input: ServerInput = {}): ServerPolicy {
  return patchPolicy(DEFAULT_POLICY, policyPatch(input));
}

/** Client methods that a verb calls. */
const METHODS: readonly (readonly [Step['verb'], string])[] = [
  ['signOut', 'signOut'],
  ['interact', 'interaction'],
  ['push', 'push'],
  ['stream', 'openStream'],
];

/** What a scenario needs without saying so: nothing in it would mean anything to a client that does not claim this. */
function implied(feature: Feature, { lock }: ScenarioInput, steps: readonly Step[]): boolean {
  if (feature === 'streams') return uses(steps, 'stream');
  if (feature === 'push') return uses(steps, 'push');
  if (feature === 'background') return uses(steps, 'job');
  return feature === 'idle-lock' && lock !== undefined && lock !== 'consumer';
}

/** Ms, by kind of app (facts: guides G4): what banks, companies and everybody else ask for. */
const LOCKS: Readonly<Record<'fintech' | 'corporate' | 'consumer', LockPolicy>> = {
  fintech: { idle: 300_000, background: 180_000 },
  corporate: { idle: 1_800_000, background: 900_000 },
  consumer: {},
};

function lockOf(input: ScenarioInput['lock']): LockPolicy | undefined {
  if (input === undefined) return undefined;
  if (typeof input === 'string') return LOCKS[input];
  const { idle, background } = input;
  return defined({ idle: idle === undefined ? undefined : ms(idle), background: background === undefined ? undefined : ms(background) });
}

function buildDevice(name: string, input: DeviceInput): DevicePlan {
  const { state, expiresIn } =
    typeof input.session === 'object' ? input.session : { state: input.session ?? 'active', expiresIn: undefined };
  const os = input.os === undefined ? undefined : buildSystem(input.os);
  return {
    name,
    platform: os?.kind ?? input.platform ?? 'ios',
    ...defined({ os }),
    processes: processNames(input.processes, input.platform),
    user: input.user ?? 'ada',
    session: { state, ...defined({ expiresIn: expiresIn === undefined ? undefined : ms(expiresIn) }) },
    clockSkew: input.clockSkew === undefined ? 0 : ms(input.clockSkew),
    launched: input.launched ?? true,
    scope: input.scope ?? SCOPE,
    locks: input.locks ?? 'working',
  };
}

/** Who uses a phone does so for as long as time passes in the scenario. */
function living(device: DevicePlan, { devices }: ScenarioInput, steps: readonly Step[]): DevicePlan {
  const profile = devices?.[device.name]?.profile;
  if (profile === undefined) return device;
  return { ...device, life: buildLife(profile, Math.ceil(advanced(steps) / DAY)) };
}

/** `scenarios/expiry/x.scenario.yaml` -> `expiry`; a file in no folder has no family. */
function familyOf(file: string): string {
  return file.split(/[\\/]/).at(-2) ?? '';
}

function uses(steps: readonly Step[], verb: Step['verb']): boolean {
  return steps.some((step) => step.verb === verb || ('steps' in step && uses(step.steps, verb)));
}

/** Ms that the steps advance in words, with every repeat written out. */
function advanced(steps: readonly Step[]): number {
  return steps.reduce((total, step) => {
    const own = step.after + (step.verb === 'advance' ? step.by : step.verb === 'sleep' ? step.for : 0);
    const inner = 'steps' in step ? advanced(step.steps) * (step.verb === 'repeat' ? step.times : 1) : 0;
    return total + own + inner;
  }, 0);
}
