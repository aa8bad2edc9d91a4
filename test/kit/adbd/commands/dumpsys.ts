// `dumpsys`: jobscheduler, deviceidle with its sub-commands, battery, package.
import type { Reply } from '../device-shell.ts';
import { dumpJobs } from '../dump-jobs.ts';
import type { Phone } from '../phone.ts';

export async function dumpsys(phone: Phone, args: readonly string[]): Promise<Reply> {
  const [service = '', ...rest] = args[0] === '-t' ? args.slice(2) : args;
  switch (service) {
    case 'jobscheduler':
      return { out: dumpJobs(phone, rest[0]) };
    case 'deviceidle':
      return deviceIdle(phone, rest);
    case 'battery':
      return battery(phone, rest);
    case 'package':
      return { out: packageDump(phone, rest[0] ?? '') };
    default:
      return { err: `Can't find service: ${service}\n` };
  }
}

async function deviceIdle(phone: Phone, [verb, which = 'deep']: readonly string[]): Promise<Reply> {
  const { doze } = phone;
  switch (verb) {
    case undefined:
      return { out: idleDump(phone) };
    case 'get':
      return {
        out: `${{ deep: doze.deep, light: doze.light, force: String(doze.forced), screen: String(phone.screen === 'on'), charging: String(phone.battery.plugged), network: String(phone.online) }[which] ?? 'Unknown get option'}\n`,
      };
    case 'force-idle':
      return forceIdle(phone, which);
    case 'step':
      return step(phone, which);
    case 'unforce':
      Object.assign(doze, { deep: 'ACTIVE', light: 'ACTIVE', forced: false });
      await phone.jobs.check();
      return { out: `Light state: ${doze.light}, deep state: ${doze.deep}\n` };
    case 'whitelist':
      return allow(phone, which);
    default:
      return { out: `Unknown option: ${verb}\n`, code: 255 };
  }
}

async function forceIdle(phone: Phone, which: string): Promise<Reply> {
  if (which === 'light') {
    Object.assign(phone.doze, { light: 'IDLE', forced: true });
    return { out: 'Now forced in to light idle mode\n' };
  }
  if (phone.options.motionSensor === false) return { out: 'Unable to go deep idle; not enabled\n', code: 255 };
  Object.assign(phone.doze, { deep: 'IDLE', light: 'OVERRIDE', forced: true });
  return { out: 'Now forced in to deep idle mode\n' };
}

async function step(phone: Phone, which: string): Promise<Reply> {
  const key = which === 'light' ? 'light' : 'deep';
  const order =
    key === 'light'
      ? ['ACTIVE', 'INACTIVE', 'IDLE', 'IDLE_MAINTENANCE']
      : ['ACTIVE', 'INACTIVE', 'IDLE_PENDING', 'SENSING', 'LOCATING', 'IDLE', 'IDLE_MAINTENANCE'];
  const at = order.indexOf(phone.doze[key]);
  phone.doze[key] = phone.doze[key] === 'IDLE_MAINTENANCE' ? 'IDLE' : (order[at + 1] ?? 'IDLE');
  await phone.jobs.check();
  return { out: `Stepped to ${key}: ${phone.doze[key]}\n` };
}

function allow(phone: Phone, change: string): Reply {
  const app = phone.apps.get(change.slice(1));
  if (app === undefined) return { out: `Unknown package: ${change.slice(1)}\n` };
  app.dozeExempt = change.startsWith('+');
  return { out: `${app.dozeExempt ? 'Added' : 'Removed'}: ${app.name}\n` };
}

function idleDump(phone: Phone): string {
  const allowed = [...phone.apps.values()].filter(({ dozeExempt }) => dozeExempt).map(({ name }) => `    ${name}`);
  return [
    '  Settings:',
    '    inactive_to=+30m0s0ms',
    '    idle_factor=2.0',
    '  Whitelist (except idle) system apps:',
    '    com.android.vending',
    '  Whitelist user apps:',
    ...allowed,
    `  mLightEnabled=true  mDeepEnabled=${phone.options.motionSensor !== false}`,
    `  mForceIdle=${phone.doze.forced}`,
    `  mScreenOn=${phone.screen === 'on'}`,
    `  mNetworkConnected=${phone.online}`,
    `  mCharging=${phone.battery.plugged}`,
    `  mState=${phone.doze.deep} mLightState=${phone.doze.light}`,
    '  mInactiveTimeout=+30m0s0ms',
    '',
  ].join('\n');
}

async function battery(phone: Phone, [verb, key, value]: readonly string[]): Promise<Reply> {
  const { battery: state } = phone;
  if (verb === 'unplug') Object.assign(state, { plugged: false, frozen: true });
  else if (verb === 'set') {
    if (key === 'level') state.level = Number(value);
    state.frozen = true;
  } else if (verb === 'reset') Object.assign(state, { plugged: true, level: 80, frozen: false });
  else if (verb === undefined) {
    const title = 'Current Battery Service state:\n';
    const note = state.frozen ? "  (UPDATES STOPPED -- use 'reset' to restart)\n" : '';
    return {
      out: `${title}${note}  AC powered: false\n  USB powered: ${state.plugged}\n  Wireless powered: false\n  status: ${state.plugged ? 2 : 3}\n  level: ${state.level}\n  scale: 100\n`,
    };
  }
  await phone.jobs.check();
  return {};
}

function packageDump(phone: Phone, name: string): string {
  const app = phone.apps.get(name);
  if (app === undefined) return `Unable to find package: ${name}\n`;
  const { debuggable = true, targetSdk = 34 } = app.options;
  return [
    'Activity Resolver Table:',
    '  Non-Data Actions:',
    '      android.intent.action.MAIN:',
    `        9a1 ${name}/.MainActivity filter b2c`,
    '',
    'Packages:',
    `  Package [${name}] (d8d5f8a):`,
    phone.api >= 34 ? `    appId=${app.uid}` : `    userId=${app.uid}`,
    `    versionCode=7 minSdk=24 targetSdk=${targetSdk}`,
    '    versionName=1.2.3',
    `    flags=[ ${debuggable ? 'DEBUGGABLE ' : ''}HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP ]`,
    `    User ${app.user}: ceDataInode=12345 installed=true hidden=false suspended=false stopped=${app.stopped} notLaunched=false enabled=0 instant=false virtual=false`,
    '',
    'Hidden system packages:',
    '  Package [com.android.chrome] (aaa):',
    '',
  ].join('\n');
}
