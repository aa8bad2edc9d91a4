// `am`, `input`, `monkey`: starting, stopping, standby buckets, broadcasts. Most of it is silent, whatever happens.
import type { Reply } from '../device-shell.ts';
import type { Phone } from '../phone.ts';

const BUCKETS: Readonly<Record<string, number>> = { ac: 10, wo: 20, fr: 30, ra: 40, re: 45, ne: 50 };
const DIAGNOSTICS = 'androidx.work.diagnostics.REQUEST_DIAGNOSTICS';

export async function am(phone: Phone, [verb = '', ...args]: readonly string[]): Promise<Reply> {
  const app = phone.apps.get(args.at(-1) ?? '');
  switch (verb) {
    case 'get-current-user':
      return { out: '0\n' };
    case 'get-started-user-state':
      return { out: `${phone.userUnlocked ? 'RUNNING_UNLOCKED' : 'RUNNING_LOCKED'}\n` };
    case 'force-stop':
      app?.forceStop();
      return {};
    case 'kill':
      if (app?.foreground === false) app.kill();
      return {};
    case 'crash':
      app?.kill();
      return {};
    case 'start':
      return start(phone, args);
    case 'broadcast':
      return broadcast(phone, args);
    case 'set-standby-bucket':
      return setBucket(phone, args);
    case 'get-standby-bucket':
      return getBucket(phone, args);
    default:
      return { out: `Unknown command: ${verb}\n`, code: 255 };
  }
}

export async function input(phone: Phone, args: readonly string[]): Promise<Reply> {
  if (args.includes('HOME') || args.includes('KEYCODE_HOME') || args.includes('3'))
    for (const app of phone.apps.values()) app.foreground = false;
  if (args.includes('WAKEUP') || args.includes('KEYCODE_WAKEUP')) phone.screen = 'on';
  return {};
}

async function start(phone: Phone, args: readonly string[]): Promise<Reply> {
  const component = args[args.indexOf('-n') + 1] ?? '';
  const app = phone.apps.get(component.replace(/\/.*$/, ''));
  const title = `Starting: Intent { cmp=${component} }\n`;
  if (app === undefined)
    return { out: `${title}Error type 3\nError: Activity class {${component}} does not exist.\n`, code: phone.api >= 33 ? 1 : 0 };
  const cold = app.pid === undefined;
  await app.launch();
  return {
    out: `${title}Status: ok\nLaunchState: ${cold ? 'COLD' : 'HOT'}\nActivity: ${component}\nTotalTime: 312\nWaitTime: 315\nComplete\n`,
  };
}

async function broadcast(phone: Phone, args: readonly string[]): Promise<Reply> {
  const action = args[args.indexOf('-a') + 1] ?? '';
  const name = args[args.indexOf('-p') + 1] ?? '';
  const app = phone.apps.get(name);
  const reaches = app !== undefined && (!app.stopped || args.includes('--include-stopped-packages'));
  if (action === DIAGNOSTICS && reaches) await app.work.diagnose();
  return { out: `Broadcasting: Intent { act=${action} flg=0x400000 pkg=${name} }\nBroadcast completed: result=0\n` };
}

function setBucket(phone: Phone, args: readonly string[]): Reply {
  const [name = '', value = ''] = args.slice(-2);
  const app = phone.apps.get(name);
  const bucket = /^\d+$/.test(value) ? Number(value) : BUCKETS[value.slice(0, 2)];
  if (app !== undefined && bucket !== undefined) app.bucket = bucket;
  return {};
}

function getBucket(phone: Phone, args: readonly string[]): Reply {
  const app = phone.apps.get(args.at(-1) ?? '');
  return { out: `${app?.bucket ?? 50}\n` };
}
