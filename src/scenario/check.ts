// What a schema cannot say: one verb per step, names that exist, keys that belong together. It reads the raw data with
// suspicion and never throws, so that these mistakes are found in the same pass as wrong shapes.
import { parseDuration } from '../core/duration.ts';
import { DEFAULT_POLICY } from '../../mock-server/policy.ts';
import { checkStore } from './check-store.ts';
import { checkFault } from './check-fault.ts';
import { checkPlace, type CheckContext } from './check-context.ts';
import { checkExpectations, noSuch } from './check-expect.ts';
import { checkSystem, checkSystemStep, systemsOf } from './check-phone.ts';
import { list, record, type Raw } from './raw.ts';
import type { Problem } from './problem.ts';
import type { Path, Source } from './source.ts';
import { step } from './step-schema.ts';
import { didYouMean } from '../core/suggest.ts';
import { VERBS, expandPlace, isVerb, processNames } from './words.ts';

/** What a whole file may do when every `repeat` is written out; more is a benchmark. */
const MOST_STEPS = 10_000;
/** Actors of a history that are not devices. */
const RESERVED = ['as', 'rs', 'world'];
const STEP_KEYS = new Set(Object.keys(step.shape));

/** Everything that is wrong beyond the shape; `invariants` are the names `relax` may use. */
export function check(source: Source, invariants: readonly string[]): Problem[] {
  const raw = record(source.value);
  const problems: Problem[] = [];
  const context: CheckContext = {
    source,
    devices: devicesOf(raw),
    systems: systemsOf(raw),
    requests: new Map(),
    streams: new Set(),
    saved: new Set(),
    report: (...problem) => problems.push(source.problem(...problem)),
  };
  checkDevices(raw, context);
  checkGrace(record(raw['server']), ['server'], context);
  checkGrace(record(raw['otherServer']), ['otherServer'], context);
  const total = checkSteps(list(raw['steps']), { path: ['steps'], times: 1 }, context);
  if (total > MOST_STEPS)
    context.report('TW_SCENARIO_VALUE', source.keyAt(['steps']), `${total} steps with every repeat written out`, `at most ${MOST_STEPS}`);
  checkExpectations(raw, context);
  checkRelax(list(raw['relax']), invariants, context);
  return problems;
}

/** Devices as the file means them, also when parts of them are wrong. */
function devicesOf(raw: Raw): ReadonlyMap<string, readonly string[]> {
  if (raw['devices'] === undefined) return new Map([['phone', ['app']]]);
  return new Map(
    Object.entries(record(raw['devices'])).map(([name, device]) => {
      const { processes, platform } = record(device);
      return [name, processNames(processes, platform)];
    }),
  );
}

function checkDevices(raw: Raw, context: CheckContext): void {
  const { source, devices, report } = context;
  if (devices.size === 0)
    report('TW_SCENARIO_VALUE', source.at(['devices']), 'a scenario without devices', 'name one, or leave `devices` out for one phone');
  const ttl = parseDuration(String(record(record(raw['server'])['accessToken'])['ttl'])) ?? DEFAULT_POLICY.accessToken.lifetime;
  for (const [name, processes] of devices) {
    const path = ['devices', name];
    checkSystem(record(record(raw['devices'])[name]), path, context);
    if (RESERVED.includes(name))
      report(
        'TW_SCENARIO_NAME',
        source.keyAt(path),
        `a device cannot be called "${name}"`,
        'the servers and the world are called so in a history',
      );
    const twice = processes.findIndex((process, i) => processes.indexOf(process) < i);
    if (twice > 0)
      report('TW_SCENARIO_DUPLICATE', source.at([...path, 'processes', twice]), `process "${processes[twice]}" is there twice`);
    const session = record(record(record(raw['devices'])[name])['session']);
    const expiresIn = parseDuration(String(session['expiresIn']));
    if (expiresIn === undefined) continue;
    const at = source.at([...path, 'session', 'expiresIn']);
    if (session['state'] !== 'active') report('TW_SCENARIO_KEY', at, '"expiresIn" means nothing beside a session that is not active');
    if (expiresIn > ttl)
      report(
        'TW_SCENARIO_VALUE',
        at,
        `an access token cannot be good for longer than it lives`,
        'raise server.accessToken.ttl, or lower this',
      );
  }
}

/** Also for the patch of a `server` step. */
function checkGrace(server: Raw, path: Path, { source, report }: CheckContext): void {
  const grace = record(record(server['refreshToken'])['grace']);
  if (grace['policy'] === 'strict' && grace['window'] !== undefined) {
    report(
      'TW_SCENARIO_KEY',
      source.keyAt([...path, 'refreshToken', 'grace', 'window']),
      'grace policy "strict" has no window',
      'leave the window out, or choose another policy',
    );
  }
}

/** Checks a list of steps; returns how many they are with every repeat written out. */
function checkSteps(steps: readonly unknown[], where: { path: Path; times: number }, context: CheckContext): number {
  return steps.reduce<number>(
    (total, raw, i) => total + checkStep(record(raw), { path: [...where.path, i], times: where.times }, context),
    0,
  );
}

function checkStep(raw: Raw, where: { path: Path; times: number }, context: CheckContext): number {
  const { source, report } = context;
  const verbs = Object.keys(raw).filter(isVerb);
  const [verb, second] = verbs;
  if (verb === undefined) {
    // A misspelt verb is reported as an unknown key already.
    if (Object.keys(raw).every((key) => STEP_KEYS.has(key)))
      report('TW_SCENARIO_VERB', source.at(where.path), 'a step without a verb', `one of ${Object.keys(VERBS).join(', ')}`);
    if (raw['on'] !== undefined) checkOn('request', raw, where.path, context);
    return 1;
  }
  if (second !== undefined) {
    report(
      'TW_SCENARIO_VERB',
      source.keyAt([...where.path, second]),
      `a step with ${verbs.length} verbs: ${verbs.join(', ')}`,
      'one verb per step; use parallel for steps that begin together',
    );
    return 1;
  }
  checkCompanions(verb, raw, where, context);
  checkOn(verb, raw, where.path, context);
  checkSystemStep(verb, raw, where.path, context);
  if (verb === 'fault') checkFault(record(raw['fault']), [...where.path, 'fault'], context);
  if (verb === 'store' && typeof raw['store'] === 'object') checkStore(record(raw['store']), [...where.path, 'store'], context);
  if (verb === 'server') checkGrace(record(raw['server']), [...where.path, 'server'], context);
  if (verb === 'app') checkSwitch(raw['app'], [...where.path, 'app'], context);
  if (verb === 'advance') checkActor(record(raw['advance'])['by'], [...where.path, 'advance', 'by'], context);
  if (verb === 'request' || verb === 'stream') checkPath(verb, raw[verb], [...where.path, verb], context);
  if (verb === 'signOut' && typeof raw['signOut'] === 'string') checkPlace(raw['signOut'], source.at([...where.path, 'signOut']), context);
  return 1 + checkInner(verb, raw, where, context);
}

function checkSwitch(action: unknown, at: Path, { source, report }: CheckContext): void {
  if (action !== 'switch-server' || record(source.value)['otherServer'] !== undefined) return;
  report(
    'TW_SCENARIO_NAME',
    source.at(at),
    'there is no other server to switch to',
    'otherServer: {} beside server, at the top of the file',
  );
}

function checkActor(by: unknown, at: Path, context: CheckContext): void {
  if (typeof by === 'string') checkPlace(by, context.source.at(at), context);
}

/** The device in `{session:tablet}` exists, and the stream that is closed was opened before. */
function checkPath(verb: 'request' | 'stream', value: unknown, at: Path, context: CheckContext): void {
  const { source, devices, streams, report } = context;
  const key = verb === 'request' ? 'path' : 'open';
  const [text, where] = typeof value === 'string' ? [value, at] : [record(value)[key], [...at, key]];
  for (const [whole, device = ''] of typeof text === 'string' ? text.matchAll(/\{([^}]*)\}?/g) : []) {
    const name = /^session:(.*)$/.exec(device)?.[1];
    if (name === undefined)
      report(
        'TW_SCENARIO_VALUE',
        source.at(where),
        `nothing stands for "${whole}" in a path`,
        '{session:phone} is the session id of phone',
      );
    else if (!devices.has(name))
      report('TW_SCENARIO_NAME', source.at(where), `there is no device "${name}" in this scenario`, didYouMean(name, devices.keys()));
  }
  const { close } = record(value);
  if (verb === 'stream' && typeof close === 'string' && !streams.has(close))
    report('TW_SCENARIO_NAME', source.at([...at, 'close']), ...noSuch('stream', close, streams));
}

function checkInner(verb: string, raw: Raw, where: { path: Path; times: number }, context: CheckContext): number {
  if (verb === 'parallel') return checkSteps(list(raw['parallel']), { path: [...where.path, 'parallel'], times: where.times }, context);
  if (verb !== 'repeat') return 0;
  const times = Number(record(raw['repeat'])['times']) || 1;
  const inner = { path: [...where.path, 'repeat', 'steps'], times: where.times * times };
  return times * checkSteps(list(record(raw['repeat'])['steps']), inner, context);
}

/** `as` names requests and streams, each name once; `wait` is for what takes time. */
function checkCompanions(verb: keyof typeof VERBS, raw: Raw, where: { path: Path; times: number }, context: CheckContext): void {
  const { source, requests, streams, report } = context;
  const rule = VERBS[verb];
  if (raw['wait'] !== undefined && rule.wait === undefined)
    report('TW_SCENARIO_KEY', source.keyAt([...where.path, 'wait']), `"wait" means nothing beside "${verb}"`);
  const name = raw['as'];
  if (name === undefined) return;
  if (rule.as === undefined) {
    const hint = 'only requests and streams have names';
    report('TW_SCENARIO_KEY', source.keyAt([...where.path, 'as']), `"as" means nothing beside "${verb}"`, hint);
  } else if (typeof name === 'string') {
    const names = namesOf(name, raw['on'], context);
    if (names.some((each) => requests.has(each) || streams.has(each)))
      report('TW_SCENARIO_DUPLICATE', source.at([...where.path, 'as']), `a ${verb} called "${name}" is there already`);
    else if (verb === 'stream') for (const each of names) streams.add(each);
    else for (const each of names) requests.set(each, Number(record(raw['request'])['count']) || 1);
  }
}

/** A request on several places is several: `name@phone/app`, `name@tablet/app`. A repeated one is known by its last round. */
function namesOf(name: string, on: unknown, { devices }: CheckContext): string[] {
  const places = [on]
    .flat()
    .filter((place) => typeof place === 'string')
    .flatMap((place) => expandPlace(place, (device) => devices.get(device)));
  if (places.length < 2) return [name];
  return places.map((place) => `${name}@${place.includes('/') ? place : `${place}/${devices.get(place)?.[0] ?? 'app'}`}`);
}

function checkOn(verb: keyof typeof VERBS, raw: Raw, path: Path, context: CheckContext): void {
  const on = raw['on'];
  if (on === undefined) return;
  const { source, report } = context;
  const rule = VERBS[verb].on;
  if (rule === 'nothing') {
    const hint = verb === 'fault' ? 'use "from" in the fault for one device or process' : 'put it on the steps inside, or leave it out';
    report('TW_SCENARIO_KEY', source.keyAt([...path, 'on']), `"on" means nothing beside "${verb}"`, hint);
    return;
  }
  const names: [unknown, Path][] = Array.isArray(on) ? on.map((name, i) => [name, [...path, 'on', i]]) : [[on, [...path, 'on']]];
  for (const [given, at] of names) {
    if (typeof given !== 'string') continue;
    const name = rule === 'process' && context.devices.has(given.replace(/\/\*$/, '')) ? given.replace(/\/\*$/, '') : given;
    const device = name.split('/', 1)[0] ?? name;
    if (rule === 'device' && name.includes('/'))
      report('TW_SCENARIO_NAME', source.at(at), `"${verb}" is about a device, not about one process`, `on: ${device}`);
    else checkPlace(name, source.at(at), context);
  }
}

function checkRelax(relax: readonly unknown[], invariants: readonly string[], { source, report }: CheckContext): void {
  for (const [i, item] of relax.entries()) {
    const name = record(item)['invariant'];
    if (typeof name !== 'string' || invariants.length === 0 || invariants.includes(name)) continue;
    report(
      'TW_SCENARIO_NAME',
      source.at(['relax', i, 'invariant']),
      `there is no invariant "${name}"`,
      didYouMean(name, invariants) ?? `one of ${invariants.join(', ')}`,
    );
  }
}
