// `cmd jobscheduler` as Android answers it: texts, streams, and exit codes that are negative numbers cut to a byte.
import type { Reply } from '../device-shell.ts';
import type { Job } from '../job-scheduler.ts';
import type { Phone } from '../phone.ts';

const NO_PACKAGE = 24;
const NO_JOB = 23;
const CONSTRAINTS = 22;
const USAGE = 255;

export async function jobSchedulerCommand(phone: Phone, [verb = '', ...args]: readonly string[]): Promise<Reply> {
  switch (verb) {
    case 'run':
      return run(phone, args);
    case 'timeout':
      return stop(phone, args, 3, 'timeout');
    case 'stop':
      return phone.api >= 34 ? stop(phone, args, 13, 'stop command') : unknown(verb);
    case 'reset-execution-quota':
      return phone.api >= 30 ? reset(phone, args) : unknown(verb);
    case 'get-job-state':
      return jobState(phone, args);
    default:
      return unknown(verb);
  }
}

interface Asked {
  flags: Set<string>;
  values: Map<string, string>;
  words: string[];
}

function parse(args: readonly string[], withValue: readonly string[]): Asked | Reply {
  const asked: Asked = { flags: new Set(), values: new Map(), words: [] };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (withValue.includes(word)) asked.values.set(word, args[++i] ?? '');
    else if (/^-[fs]$/.test(word)) asked.flags.add(word);
    else if (word.startsWith('-') && !/^-\d+$/.test(word)) return { out: `Error: unknown option '${word}'\n`, code: USAGE };
    else asked.words.push(word);
  }
  return asked;
}

async function run(phone: Phone, args: readonly string[]): Promise<Reply> {
  const asked = parse(args, phone.api >= 34 ? ['-u', '-n'] : ['-u']);
  if (!('flags' in asked)) return asked;
  const [name = '', id = ''] = asked.words;
  const full = asked.flags.has('-f');
  const exact = asked.flags.has('-s');
  if (full && exact) return { out: 'Cannot specify both --force and --satisfied\n', code: USAGE };
  if (!/^-?\d+$/.test(id)) return { out: `Exception: java.lang.NumberFormatException: For input string: "${id}"\n`, code: USAGE };
  const user = asked.values.get('-u') ?? '0';
  const namespace = asked.values.get('-n');
  const app = phone.apps.get(name);
  const where = `${namespace === undefined ? '' : ` / namespace ${namespace}`} / user ${user}`;
  if (app === undefined || app.user !== Number(user)) return { err: `Package not found: ${name} / user ${user}\n`, code: NO_PACKAGE };
  const job = phone.jobs.find(app, { id: Number(id), ...(namespace === undefined ? {} : { namespace }) });
  if (job === undefined) return { err: `Could not find job ${id} in package ${name}${where}\n`, code: NO_JOB };
  const open = phone.jobs.unsatisfied(job).filter((constraint) => exact || constraint === 'CONNECTIVITY');
  if (!full && open.length > 0) {
    return { err: `Job ${id} in package ${name}${where} has functional constraints but --force not specified\n`, code: CONSTRAINTS };
  }
  job.override = full ? 'full' : exact ? job.override : 'soft';
  await phone.jobs.check();
  return { out: `Running job${full ? ' [FORCED]' : ''}\n` };
}

function stop(phone: Phone, args: readonly string[], usual: number, words: string): Reply {
  const asked = parse(
    args,
    ['-u', '-n', ...(words === 'timeout' ? [] : ['-s', '-i'])].filter((flag) => flag !== '-s' || words !== 'timeout'),
  );
  if (!('flags' in asked)) return asked;
  const [name, id] = asked.words;
  const reason = Number(asked.values.get('-s') ?? usual);
  const matching = phone.jobs.jobs.filter(
    (job) => job.active && (name === undefined || job.app.name === name) && (id === undefined || job.id === Number(id)),
  );
  if (matching.length === 0) return { out: 'No matching executing jobs found.\n' };
  const lines = matching.map((job) => {
    phone.jobs.stop(job, reason, words);
    return `${phone.api >= 34 ? 'Stopping job' : 'Timing out'}: ${keyOf(job)} ${job.app.name}\n`;
  });
  return { out: lines.join('') };
}

export function keyOf(job: Job): string {
  return `${job.namespace === undefined ? '#' : `${job.namespace}:`}${job.app.uidName}/${job.id}`;
}

function reset(phone: Phone, args: readonly string[]): Reply {
  const name = args.at(-1) ?? '';
  phone.jobs.sessionsLeft.delete(name);
  return {};
}

function jobState(phone: Phone, args: readonly string[]): Reply {
  const asked = parse(args, ['-u', '-n']);
  if (!('flags' in asked)) return asked;
  const [name = '', id = ''] = asked.words;
  const app = phone.apps.get(name);
  const job = app === undefined ? undefined : phone.jobs.jobs.find((each) => each.app === app && each.id === Number(id));
  if (job === undefined)
    return {
      out: `unknown(${app?.uidName ?? ''}/jid${id})\n`,
      err: `Could not find job ${id} in package ${name} / user 0\n`,
      code: NO_JOB,
    };
  if (job.active) return { out: 'active\n' };
  return { out: phone.jobs.isReady(job) ? 'ready\n' : 'waiting\n' };
}

function unknown(verb: string): Reply {
  return { out: `Unknown command: ${verb}\n`, code: USAGE };
}
