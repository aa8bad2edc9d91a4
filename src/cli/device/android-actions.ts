// The actions of `tokenwarp device` on Android: words to values, an operation of the driver, one line about what holds now.
import { JOB_STOP_REASONS, STANDBY_BUCKETS, type JobStopReason, type StandbyBucket } from '../../core/android-words.ts';
import { formatDuration, parseDuration } from '../../core/duration.ts';
import { didYouMean } from '../../core/suggest.ts';
import { noJob } from '../../device/errors.ts';
import { openAndroid, type AndroidDevice } from '../../device/android/open.ts';
import { readJobs, readPackage } from '../../device/android/situation.ts';
import * as clock from '../../device/android/state/clock.ts';
import * as life from '../../device/android/state/life.ts';
import * as network from '../../device/android/state/network.ts';
import * as power from '../../device/android/state/power.ts';
import * as standing from '../../device/android/state/standing.ts';
import { stopJob } from '../../device/android/state/stop-job.ts';
import { usageError } from '../exit.ts';
import type { ActionCall, ActOn } from './actions.ts';
import { readPort } from './values.ts';

type Act = (device: AndroidDevice, words: readonly string[], call: ActionCall & { app: string }) => Promise<string>;

/** Where `serve` listens when nobody says otherwise. */
const USUAL_TARGET = 7357;

const ACTS: Readonly<Record<string, Act>> = {
  async doze(device, [how]) {
    const depth = oneOf(how, ['deep', 'light', 'off'], 'doze deep');
    return dozeWords(depth === 'off' ? await power.endDoze(device) : await power.forceDoze(device, depth));
  },
  step: async (device, [depth = 'deep']) => dozeWords(await power.stepDoze(device, oneOf(depth, ['deep', 'light'], 'step light'))),
  async bucket(device, [name], { app }) {
    const { from, to } = await standing.setBucket(device, app, bucketOf(name));
    return `${app} is in ${standing.bucketName(to)}, was in ${standing.bucketName(from)}`;
  },
  async 'reset-quota'(device, _words, { app }) {
    await standing.resetQuota(device, app);
    return `the quota of ${app} is as if it had never run`;
  },
  async battery(device, [how]) {
    if (how !== 'unplugged' && !/^(?:\d|[1-9]\d|100)$/.test(how ?? ''))
      throw usageError(`"${how ?? ''}" is neither "unplugged" nor a percentage`, 'battery 10');
    await power.setBattery(device, how === 'unplugged' ? how : Number(how));
    return how === 'unplugged' ? 'the charger is out' : `the battery is at ${how} %`;
  },
  async airplane(device, [how]) {
    const on = onOff(how, 'airplane on');
    await network.setAirplaneMode(device, on);
    return `airplane mode is ${on ? 'on' : 'off'}`;
  },
  async radio(device, [which, how]) {
    const radio = oneOf(which, ['wifi', 'data'], 'radio wifi off');
    const on = onOff(how, 'radio wifi off');
    await network.setRadio(device, radio, on);
    return `${radio} is ${on ? 'on' : 'off'}`;
  },
  async restrict(device, [how], { app }) {
    const on = onOff(how, 'restrict on');
    await standing.restrictBackground(device, app, on);
    return `${app} ${on ? 'may not run' : 'may run'} in the background`;
  },
  async clock(device, [to]) {
    const moved = await clock.moveClock(device, timeOf(to));
    return `the wall clock moved by ${formatDuration(moved.to - moved.from)}, automatic time is off`;
  },
  async pin(device, [digits = '']) {
    if (digits === 'off') return (await life.clearPin(device)) ? 'the PIN is gone' : 'there is no PIN that was set from here';
    if (!/^\d{4,16}$/.test(digits)) throw usageError('a PIN has 4 to 16 digits', 'pin 1234, or pin off');
    await life.setPin(device, digits);
    return 'the phone has a PIN';
  },
  async finger(device, [id = '1'], { options }) {
    if (!/^\d{1,3}$/.test(id)) throw usageError(`"${id}" is no number of a finger`, 'finger 1');
    for (let i = 0; i < (options.count ?? 1); i++) await life.touchSensor(device, Number(id));
    return `finger ${id} touched the sensor`;
  },
  async launch(device, _words, { app }) {
    const { activity, cold } = await life.launch(device, app);
    return `${activity} is in front (${cold ? 'its process is new' : 'its process was there'})`;
  },
  async home(device) {
    await life.goHome(device);
    return 'the home screen is in front';
  },
  async kill(device, _words, { app }) {
    return (await life.killApp(device, app)) ? `${app} has no process` : `${app} still has a process: a service or another app keeps it`;
  },
  async 'force-stop'(device, _words, { app }) {
    await life.forceStop(device, app);
    return `${app} is stopped, its jobs are gone until it is opened`;
  },
  async 'stop-job'(device, [reason = 'user'], { app, options }) {
    const why = reasonOf(reason);
    const job = await runningJob(device, app, options.job);
    await stopJob(device, app, job, why);
    return `job ${job.id} of ${app} was stopped (${why}, ${JOB_STOP_REASONS[why]})`;
  },
  async reverse(device, [port = '', target]) {
    const [from, to] = [readPort(port), target === undefined ? USUAL_TARGET : readPort(target)];
    await network.reversePort(device, from, to);
    return `http://localhost:${from} of the phone leads to port ${to} of this machine, until the connection breaks`;
  },
};

/** Carries one out. */
export const actOnAndroid: ActOn = async (context, name, call) => {
  const found = ACTS[name];
  if (found === undefined) throw usageError(`there is no action "${name}" on Android`);
  const device = await openAndroid(context, call.options.device);
  const app = call.options.package ?? '';
  // Most commands of the shell say nothing about an app that is not there, and a change of it could never be undone.
  if (app !== '') await readPackage(device, app);
  const said = await found(device, call.words, { ...call, app });
  return { device: device.id, said, pending: device.undo.pending() };
};

async function runningJob(device: AndroidDevice, app: string, wanted: string | undefined) {
  const { jobs } = await readJobs(device, app);
  const active = jobs.filter((job) => job.package === app && job.ready?.parts['active'] === true);
  const mine = wanted === undefined ? active : active.filter(({ id }) => id === Number(wanted));
  const [job, second] = mine;
  if (job === undefined) throw noJob(`no job of ${app} runs now`, 'a hold keeps one running: tokenwarp ctl hold, then fire it');
  if (second !== undefined)
    throw noJob(`${mine.length} jobs of ${app} run now`, `say which: ${mine.map(({ id }) => `--job ${id}`).join(' or ')}`);
  return job;
}

function dozeWords({ deep = 'unknown', light = 'unknown', forced }: { deep?: string; light?: string; forced: boolean }): string {
  return `Doze: deep ${deep}, light ${light}${forced ? ', forced' : ''}`;
}

function oneOf<const W extends string>(word: string | undefined, words: readonly W[], example: string): W {
  const found = words.find((each) => each === word);
  if (found === undefined) throw usageError(`"${word ?? ''}" is not one of ${words.join(', ')}`, didYouMean(word ?? '', words) ?? example);
  return found;
}

function onOff(word: string | undefined, example: string): boolean {
  return oneOf(word, ['on', 'off'], example) === 'on';
}

function bucketOf(word = ''): StandbyBucket {
  const name = word.toUpperCase().replaceAll('-', '_');
  const settable = Object.keys(STANDBY_BUCKETS).filter((each) => each !== 'EXEMPTED');
  if (settable.includes(name)) return name as StandbyBucket;
  const words = settable.map((each) => each.toLowerCase().replaceAll('_', '-'));
  throw usageError(`"${word}" is no bucket that can be set`, didYouMean(word, words) ?? words.join(', '));
}

function reasonOf(word: string): JobStopReason {
  if (Object.hasOwn(JOB_STOP_REASONS, word)) return word as JobStopReason;
  throw usageError(`"${word}" is no reason`, didYouMean(word, Object.keys(JOB_STOP_REASONS)) ?? Object.keys(JOB_STOP_REASONS).join(', '));
}

/** `15m`, `-1h`, or a time with its zone. */
function timeOf(word = ''): (now: number) => number {
  const by = parseDuration(word);
  if (by !== undefined) return (now) => now + by;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(word) ? Date.parse(word) : Number.NaN;
  if (Number.isNaN(at)) throw usageError(`"${word}" is neither a duration nor a time`, 'clock 15m, clock -1h, clock 2026-12-24T18:00:00Z');
  return () => at;
}
