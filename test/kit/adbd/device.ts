// An emulated Android device that a real adb connects to: adbd's side of the transport over TCP, a shell, reverse forwards, a console
// where it is an emulator, and faults that fall on chosen commands. Behaviour as measured and read in the facts about Android.
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { am, input } from './commands/am.ts';
import { dumpsys } from './commands/dumpsys.ts';
import { cat, cmd, date, getprop, locksettings, log, logcat, pidof, runAs, settings, svc } from './commands/system.ts';
import { openConsole } from './console.ts';
import { DeviceShell, type Reply } from './device-shell.ts';
import { Link, type Trust } from './link.ts';
import { Phone, type PhoneOptions } from './phone.ts';
import { serviceOf } from './services.ts';
import { socketOf } from './stream-socket.ts';

/** What befalls a command whose line matches: the cable comes out before or after it did its work, it never ends, or `act` comes first. */
export interface Fault {
  when: RegExp;
  kind: 'drop' | 'drop-after' | 'hang' | 'before';
  act?(): unknown;
  /** How often; always when absent. */
  times?: number;
}

export interface DeviceOptions extends PhoneOptions {
  trust?: Trust;
  serial?: string;
}

export interface EmulatedDevice {
  phone: Phone;
  port: number;
  /** Port of the emulator's console; undefined for a phone. */
  consolePort: number | undefined;
  faults: Fault[];
  reverses: Map<string, string>;
  trust: Trust;
  /** How many connections of hosts there were, shaken hands or not. */
  readonly connections: number;
  /** The cable is out; adb may connect again. */
  drop(): void;
  stop(): Promise<void>;
}

export async function startDevice(options: DeviceOptions = {}): Promise<EmulatedDevice> {
  const phone = new Phone({ bootId: randomUUID(), ...options });
  const shell = new DeviceShell();
  const links = new Set<Link>();
  const reverses = new Map<string, string>();
  const server = createServer();
  let connections = 0;
  const device: EmulatedDevice = {
    phone,
    port: 0,
    consolePort: undefined,
    faults: [],
    reverses,
    trust: options.trust ?? 'open',
    get connections() {
      return connections;
    },
    drop: () => {
      for (const link of links) link.drop();
    },
    async stop() {
      device.drop();
      shell.stop();
      for (const app of [...phone.apps.values()]) app.uninstall();
      await Promise.all([closed(server), console_?.stop()]);
    },
  };
  const console_ = options.emulator === true ? await openConsole(phone) : undefined;
  device.consolePort = console_?.port;
  const answer = (argv: readonly string[]): Promise<Reply> => underFaults(device, argv, () => execute(phone, argv));
  server.on('connection', (socket: Socket) => {
    const link = new Link(socket, {
      banner: bannerOf(phone),
      trust: () => device.trust,
      serve: (service) => serviceOf(service, { shell, answer, reverses }),
    });
    links.add(link);
    connections++;
    socket.on('close', () => {
      links.delete(link);
      // Reverse forwards live in the connection.
      if (links.size === 0) reverses.clear();
    });
  });
  phone.connect = async (port) => {
    const target = reverses.get(`tcp:${port}`);
    const link = [...links].find(({ ready }) => ready);
    if (target === undefined || link === undefined || !phone.online) throw new Error(`connect ECONNREFUSED localhost:${port}`);
    return socketOf(await link.open(target));
  };
  await listening(server);
  device.port = (server.address() as AddressInfo).port;
  return device;
}

async function execute(phone: Phone, argv: readonly string[]): Promise<Reply> {
  const [name = '', ...args] = argv;
  phone.calls.push(argv);
  switch (name) {
    case 'am':
      return am(phone, args);
    case 'cat':
      return cat(phone, args[0] ?? '');
    case 'cmd':
      return cmd(phone, args);
    case 'date':
      return date(phone, args);
    case 'dumpsys':
      return dumpsys(phone, args);
    case 'getprop':
      return getprop(phone);
    case 'id':
      return { out: phone.options.root === true ? '0\n' : '2000\n' };
    case 'input':
      return input(phone, args);
    case 'locksettings':
      return locksettings(phone, args);
    case 'log':
      return log(phone, args);
    case 'logcat':
      return logcat(phone, args);
    case 'pidof':
      return pidof(phone, args[0] ?? '');
    case 'run-as':
      return runAs(phone, args);
    case 'settings':
      return settings(phone, args);
    case 'svc':
      return svc(phone, args);
    default:
      return { err: `${name}: not emulated\n`, code: 1 };
  }
}

async function underFaults(device: EmulatedDevice, argv: readonly string[], act: () => Promise<Reply>): Promise<Reply> {
  const line = argv.join(' ');
  const fault = device.faults.find(({ when, times }) => when.test(line) && times !== 0);
  if (fault === undefined) return act();
  if (fault.times !== undefined) fault.times--;
  if (fault.kind === 'before') {
    fault.act?.();
    return act();
  }
  if (fault.kind === 'drop-after') await act();
  if (fault.kind !== 'hang') device.drop();
  return new Promise(() => undefined);
}

function bannerOf({ options }: Phone): string {
  const model = (options.model ?? 'Pixel 9').replaceAll(' ', '_');
  return `device::ro.product.name=tokenwarp;ro.product.model=${model};ro.product.device=emu;features=shell_v2,cmd`;
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
