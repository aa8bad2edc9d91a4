// What the app's code calls, and what it is answered. A call of a process that does not run cannot have happened: it is ignored, aloud.
import { InvalidInputError } from '../../core/errors.ts';
import { groupOf } from './pending.ts';
import type { PhoneParts } from './parts.ts';
import { judgeRegister } from './register.ts';
import { judgeSubmit, type SubmitFacts } from './submit.ts';
import { hasFeature } from './versions.ts';
import type { AppCall, TaskRequest, TaskRequestKind } from './words.ts';

type Calls = { readonly [T in AppCall['type']]: (parts: PhoneParts, call: Extract<AppCall, { type: T }>) => void };

export function call(parts: PhoneParts, input: AppCall): void {
  const process = 'process' in input ? input.process : 'app';
  if (process !== 'app' && parts.scene.settings.config.extensions?.[process] === undefined) {
    throw new InvalidInputError('TW_OS_INPUT', `there is no extension "${process}"`, { hint: 'name it under extensions of the model' });
  }
  if (process === 'app' && !parts.process.running) {
    return parts.scene.decide({ type: 'input.ignored', input: input.type, why: parts.process.alive ? 'suspended' : 'not running' });
  }
  (CALLS[input.type] as (parts: PhoneParts, input: AppCall) => void)(parts, input);
}

const CALLS: Calls = {
  register: ({ scene, process, record, crash }, { process: from, identifier }) => {
    const permitted = record.permits(identifier);
    const answer = judgeRegister({
      extension: from !== 'app',
      permitted: permitted !== 'no',
      late: process.launchFinished,
      duplicate: process.handlers.has(identifier),
      lateRegistration: scene.settings.rules.lateRegistration,
      onDemand: permitted === 'wildcard',
    });
    if (answer.answer === 'exception') return crash(answer.why, identifier);
    if (answer.answer === 'registered') process.handlers.add(identifier);
    const why = answer.answer === 'false' ? answer.why : 'registered';
    scene.decide({ type: 'register.answered', identifier, registered: answer.answer === 'registered', why });
  },
  'launch-finished': ({ process, running }) => {
    process.finishLaunching();
    running.deliver();
  },
  submit: (parts, { process, request }) => submit(parts, process, request),
  cancel: ({ scheduler }, { identifier }) => scheduler.cancel('cancelled by the app', ({ request }) => request.identifier === identifier),
  'cancel-all': ({ scheduler }) => scheduler.cancel('cancelled by the app'),
  'expiration-handler': ({ running }, { identifier, set }) => running.setExpirationHandler(identifier, set),
  'set-task-completed': ({ running }, { identifier, success }) => running.complete(identifier, success),
  'release-task': ({ running }, { identifier }) => running.release(identifier),
  'begin-background-task': ({ process }, { task }) => process.beginBackgroundTask(task),
  'end-background-task': ({ process }, { task }) => process.endBackgroundTask(task),
  'push-completed': ({ pushes }) => pushes.completed(),
};

function submit(parts: PhoneParts, from: string, request: TaskRequest): void {
  const { scene, scheduler, crash } = parts;
  const { identifier, kind } = request;
  checkKind(kind, scene.settings.config.version);
  const answer = judgeSubmit(factsOf(parts, from, request));
  if (answer.answer === 'exception') return crash('submitted-without-handler', identifier);
  const reachedTheList = answer.answer === 'accepted' || (answer.answer === 'error' && answer.replaced);
  if (reachedTheList) scheduler.cancel('replaced', (pending) => pending.request.identifier === identifier);
  if (answer.answer === 'accepted') {
    scene.decide({ type: 'submit.accepted', identifier });
    scheduler.add(request);
    if (groupOf(kind) === 'continued') scheduler.tick();
    return;
  }
  scheduler.list.refused(identifier);
  const error = answer.answer === 'error' ? { code: answer.code, name: answer.name } : {};
  scene.decide({ type: 'submit.refused', identifier, why: answer.why, ...error });
}

function factsOf({ scene, conditions, record, process, scheduler }: PhoneParts, from: string, request: TaskRequest): SubmitFacts {
  const { config, figures, rules } = scene.settings;
  return {
    kind: request.kind,
    strategy: request.strategy ?? 'queue',
    extension: from !== 'app',
    mayReachScheduler: from === 'app' || (config.extensions?.[from]?.maySchedule ?? true),
    simulator: config.device === 'simulator',
    registered: process.handlers.has(request.identifier),
    permitted: record.permits(request.identifier) !== 'no',
    resources: request.requiredResources ?? 'supported',
    backgroundAllowed: conditions.backgroundAllowed,
    recordValid: record.installed,
    modes: record.info.UIBackgroundModes,
    pending: scheduler.list.counted(request),
    limit: scheduler.list.limitOf(request.kind, figures),
    canRunNow: scheduler.canContinueNow(),
    unsupportedResources: rules.unsupportedResources,
  };
}

function checkKind(kind: TaskRequestKind, version: number): void {
  if (kind === 'BGTaskRequest' || hasFeature(version, kind)) return;
  throw new InvalidInputError('TW_OS_INPUT', `iOS ${version} has no ${kind}`, { hint: 'another kind, or a later version' });
}
