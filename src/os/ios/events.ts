// What the user does and what happens to the phone, each with its consequences for the app, its tasks and its pushes.
import { groupOf, type Pending } from './pending.ts';
import type { PhoneParts } from './parts.ts';
import { hasFeature } from './versions.ts';
import type { PhoneInput } from './words.ts';

type Of<T extends PhoneInput['type']> = Extract<PhoneInput, { type: T }>;
type Events = { readonly [T in PhoneInput['type']]: (parts: PhoneParts, event: Of<T>) => void };
type Conditional = { readonly [T in PhoneInput['type']]?: (parts: PhoneParts, event: Of<T>) => string | undefined };

/** An event that means nothing now is answered with why. */
export function happen(parts: PhoneParts, event: PhoneInput): void {
  const ignored = (MEANINGLESS[event.type] as ((parts: PhoneParts, event: PhoneInput) => string | undefined) | undefined)?.(parts, event);
  if (ignored === undefined) (EVENTS[event.type] as (parts: PhoneParts, event: PhoneInput) => void)(parts, event);
  else parts.scene.decide({ type: 'input.ignored', input: event.type, why: ignored });
}

const off = ({ conditions }: PhoneParts): string | undefined => (conditions.powered ? undefined : 'powered off');
const absent = ({ record }: PhoneParts): string | undefined => (record.installed ? undefined : 'not installed');

/** Why an event means nothing, where that can be. */
const MEANINGLESS: Conditional = {
  open: (parts) => off(parts) ?? absent(parts) ?? (parts.process.foreground ? 'in the foreground already' : undefined),
  leave: ({ process }) => (process.foreground ? undefined : 'not in the foreground'),
  'force-quit': absent,
  lock: off,
  unlock: off,
  update: absent,
  uninstall: absent,
  install: ({ record }) => (record.installed ? 'installed already' : undefined),
  prewarm: (parts) => {
    if (!hasFeature(parts.scene.settings.config.version, 'prewarming')) return 'before iOS 15';
    return off(parts) ?? absent(parts) ?? (parts.process.alive ? 'running already' : undefined);
  },
  'stop-continued': ({ running }, { identifier }) => (running.has(identifier) ? undefined : 'not running'),
  terminated: ({ process }) => (process.alive ? undefined : 'not running'),
};

const EVENTS: Events = {
  open: (parts) => {
    const { conditions, record, process, scheduler, pushes, scene } = parts;
    if (conditions.locked) unlock(parts);
    record.opened();
    scheduler.usage.opened(conditions.local(scene.now));
    process.wake('user', 'foreground');
    process.enterForeground();
    pushes.launched();
  },
  leave: ({ process, record }) => {
    record.left();
    process.leaveForeground();
  },
  'force-quit': ({ record, scheduler, pushes, endProcess }) => {
    record.quit();
    scheduler.cancel('force-quit', (pending) => !isProcessing(pending));
    endProcess('force-quit');
    pushes.ended();
  },
  lock: ({ process, record, conditions }) => {
    if (process.foreground) {
      record.left();
      process.leaveForeground();
    }
    conditions.lock();
  },
  unlock,
  shutdown: ({ conditions, endProcess }) => {
    endProcess('shutdown');
    conditions.powered = false;
  },
  boot: ({ conditions, scheduler, scene, endProcess }) => {
    endProcess('shutdown');
    conditions.boot();
    scheduler.booted();
    if (scene.settings.rules.pendingAcrossReboot === 'dropped') scheduler.cancel('reboot');
  },
  battery: ({ conditions }, { level, plugged }) => {
    conditions.level = level ?? conditions.level;
    conditions.plugged = plugged ?? conditions.plugged;
  },
  'low-power-mode': ({ conditions }, { on }) => {
    conditions.lowPowerMode = on;
  },
  'background-app-refresh': ({ conditions, scheduler }, input) => {
    if (input.scope === 'phone') conditions.refreshOnPhone = input.setting;
    else conditions.refreshOfApp = input.setting;
    if (!conditions.backgroundAllowed) scheduler.cancel('backgroundRefreshStatus');
  },
  network: ({ conditions }, { connection }) => {
    conditions.connection = connection;
  },
  // the new wall clock came with the moment
  'clock-set': ({ conditions, scheduler }) => {
    conditions.clockSet();
    scheduler.refreshPrediction();
  },
  'time-zone': ({ conditions, scheduler }, { utcOffset }) => {
    conditions.utcOffset = utcOffset;
    scheduler.refreshPrediction();
  },
  passcode: ({ conditions, keychain }, { set }) => {
    conditions.passcodeSet = set;
    if (!set) keychain.passcodeRemoved();
  },
  update: ({ record, endProcess }, { info }) => {
    endProcess('update');
    record.info = info;
  },
  uninstall: ({ record, scheduler, keychain, scene, endProcess }) => {
    endProcess('uninstall');
    scheduler.cancel('uninstall');
    scheduler.usage.forget();
    scheduler.log.forget();
    record.uninstall();
    if (scene.settings.rules.keychainAcrossUninstall === 'removed') keychain.removeAll();
  },
  install: ({ record }, { info }) => record.install(info),
  debugger: ({ conditions, process }, { attached }) => {
    conditions.debugged = attached;
    process.rest();
  },
  prewarm: ({ process }) => void process.wake('prewarm', 'launch'),
  push: ({ pushes }, { push }) => pushes.receive(push),
  'stop-continued': ({ running }, { identifier }) =>
    running.expire('stopped by the user', (run) => run.identifier === identifier && groupOf(run.kind) === 'continued'),
  terminated: ({ endProcess }, { by }) => endProcess(by),
};

/** The user takes the phone: processing tasks are ended, app-refresh tasks are not (facts R18). */
function unlock({ conditions, running }: PhoneParts): void {
  conditions.unlock();
  running.expire('device in use', ({ kind }) => groupOf(kind) === 'processing');
}

function isProcessing({ request }: Pending): boolean {
  return groupOf(request.kind) === 'processing';
}
