// The rest of the shell: properties, files, settings, clock, radios, lock screen, log.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reply } from '../device-shell.ts';
import type { Level } from '../log-buffer.ts';
import type { Phone } from '../phone.ts';
import { jobSchedulerCommand } from './job-scheduler.ts';

export async function cmd(phone: Phone, [service = '', ...args]: readonly string[]): Promise<Reply> {
  switch (service) {
    case 'jobscheduler':
      return jobSchedulerCommand(phone, args);
    case 'alarm':
      return alarm(phone, args);
    case 'appops':
      return appops(phone, args);
    case 'connectivity':
      return connectivity(phone, args);
    case 'package':
      return packageCommand(phone, args);
    default:
      return { err: `cmd: Can't find service: ${service}\n`, code: 20 };
  }
}

async function alarm(phone: Phone, [verb, ms = '']: readonly string[]): Promise<Reply> {
  if (phone.api < 29 || verb !== 'set-time' || !/^\d+$/.test(ms)) return { out: 'Alarm manager service (alarm) commands:\n', code: 255 };
  phone.setWall(Number(ms));
  await phone.jobs.check();
  return {};
}

async function appops(phone: Phone, args: readonly string[]): Promise<Reply> {
  const [verb, name = '', op = '', mode = ''] = args.filter((word, i) => word !== '--user' && args[i - 1] !== '--user');
  const app = phone.apps.get(name);
  if (app === undefined) return { err: `Error: No UID for ${name} in user 0\n`, code: 255 };
  if (verb === 'get') return { out: app.restricted ? `${op}: ignore\n` : 'No operations.\nDefault mode: allow\n' };
  app.restricted = mode === 'ignore';
  await phone.jobs.check();
  return {};
}

async function connectivity(phone: Phone, [verb, how]: readonly string[]): Promise<Reply> {
  if (phone.api < 30) return { out: 'No shell command implementation.\n' };
  if (verb !== 'airplane-mode') return { out: 'unknown\n', code: 255 };
  if (how === undefined) return { out: phone.airplane ? 'enabled\n' : 'disabled\n' };
  phone.airplane = how === 'enable';
  await phone.jobs.check();
  return {};
}

function packageCommand(phone: Phone, args: readonly string[]): Reply {
  const name = args.at(-1) ?? '';
  if (args[0] !== 'resolve-activity') return { err: `Unknown command: ${args[0] ?? ''}\n`, code: 255 };
  if (!phone.apps.has(name)) return { out: 'No activity found\n' };
  return { out: `priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false\n${name}/.MainActivity\n` };
}

export async function settings(phone: Phone, args: readonly string[]): Promise<Reply> {
  const [verb, space = '', key = '', value = ''] = args.filter((word, i) => word !== '--user' && args[i - 1] !== '--user');
  const name = `${space} ${key}`;
  if (verb === 'get') return { out: `${phone.settings.get(name) ?? 'null'}\n` };
  if (verb === 'put') phone.settings.set(name, value);
  else if (verb === 'delete') phone.settings.delete(name);
  else return { err: 'Invalid command\n', code: 255 };
  return {};
}

export async function svc(phone: Phone, [what = '', how = '']: readonly string[]): Promise<Reply> {
  const on = how === 'enable';
  if (what === 'wifi') phone.wifi = on;
  if (what === 'data') phone.data = on;
  phone.settings.set(what === 'wifi' ? 'global wifi_on' : 'global mobile_data', on ? '1' : '0');
  await phone.jobs.check();
  return {};
}

export async function locksettings(phone: Phone, [verb = '', ...args]: readonly string[]): Promise<Reply> {
  const old = args.includes('--old') ? args[args.indexOf('--old') + 1] : undefined;
  if (phone.pin !== undefined && phone.pin !== old) return { out: `Old password '${old ?? ''}' didn't match\n`, code: 255 };
  if (verb === 'verify') return { out: 'Lock credential verified successfully\n' };
  if (verb === 'set-pin') {
    phone.pin = args.at(-1);
    return { out: `Pin set to '${phone.pin ?? ''}'\n` };
  }
  if (verb === 'clear') {
    phone.pin = undefined;
    return { out: 'Lock credential cleared\n' };
  }
  return { out: `Unknown command: ${verb}\n`, code: 255 };
}

export function getprop({ options, api }: Phone): Reply {
  const values: Readonly<Record<string, string>> = {
    'ro.build.version.sdk': String(api),
    'ro.build.version.release': String(api === 32 ? 12 : api < 32 ? api - 19 : api - 20),
    'ro.build.type': options.build ?? 'user',
    'ro.product.model': options.model ?? 'Pixel 9',
    'ro.boot.qemu': options.emulator === true ? '1' : '',
    'sys.boot_completed': options.booted === false ? '' : '1',
    'init.svc.bootanim': options.booted === false ? 'running' : 'stopped',
  };
  return {
    out: Object.entries(values)
      .map(([name, value]) => `[${name}]: [${value}]\n`)
      .join(''),
  };
}

export function cat(phone: Phone, path: string): Reply {
  if (path === '/proc/uptime') return { out: `${(phone.elapsed() / 1_000).toFixed(2)} 1000.00\n` };
  if (path === '/proc/sys/kernel/random/boot_id') return { out: `${phone.options.bootId ?? '6f0c9f6e-0000-4000-8000-000000000000'}\n` };
  return { err: `cat: ${path}: No such file or directory\n`, code: 1 };
}

export async function date(phone: Phone, args: readonly string[]): Promise<Reply> {
  const set = args.find((word) => word.startsWith('@'));
  if (set === undefined)
    return {
      out: `${Math.floor(phone.wall() / 1_000)} ${phone.api >= 30 ? `${phone.wall() % 1_000}`.padStart(3, '0').padEnd(9, '0') : 'N'}\n`,
    };
  if (phone.options.root !== true) return { err: 'date: cannot set date: Operation not permitted\n', code: 1 };
  phone.setWall(Number(set.slice(1)) * 1_000);
  await phone.jobs.check();
  return {};
}

export function runAs(phone: Phone, args: readonly string[]): Reply {
  const [name = '', ...rest] = args.filter((word, i) => word !== '--user' && args[i - 1] !== '--user');
  const app = phone.apps.get(name);
  if (app === undefined) return { err: `run-as: unknown package: ${name}\n`, code: 1 };
  if (app.options.debuggable === false) return { err: `run-as: package not debuggable: ${name}\n`, code: 1 };
  const path = join(app.work.folder, rest[1] ?? '');
  if (rest[0] !== 'cat' || !existsSync(path)) return { err: `cat: ${rest[1] ?? ''}: No such file or directory\n`, code: 1 };
  return { out: readFileSync(path) };
}

export function pidof(phone: Phone, name: string): Reply {
  const pid = phone.apps.get(name)?.pid;
  return pid === undefined ? { code: 1 } : { out: `${pid}\n` };
}

export function log(phone: Phone, args: readonly string[]): Reply {
  const level = (args[args.indexOf('-p') + 1] ?? 'i').toUpperCase() as Level;
  const tag = args[args.indexOf('-t') + 1] ?? 'log';
  phone.log.write(1_234, level, tag, args.at(-1) ?? '');
  return {};
}

/** `-s TAG:I TAG:I`: these tags alone. */
export function logcat(phone: Phone, args: readonly string[]): Reply {
  const filters = new Map(args.flatMap((word) => (/^[\w.*-]+:[VDIWEFS]$/.test(word) ? [word.split(':') as [string, string]] : [])));
  if (args.includes('-s')) filters.set('*', 'S');
  return { out: phone.log.print(filters) };
}
