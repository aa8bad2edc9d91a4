// A real keychain for a test: a D-Bus session of its own with GNOME's Secret Service, in a home of its own. Without the programs a test is
// skipped and says so; in CI it fails, where nobody would notice a skip.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { testFolder } from './folder.ts';

/** A bus that starts nothing by itself: a keychain that was left is not brought back by whoever asks for it. */
const busConfig = (address: string): string => `<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
const PROGRAMS = ['dbus-daemon', 'gnome-keyring-daemon'];

export class SecretService {
  /** What its clients need. */
  readonly env: NodeJS.ProcessEnv;
  readonly #running: ChildProcess[] = [];
  #daemon: ChildProcess | undefined;

  constructor(context: TestContext) {
    if (process.platform !== 'linux' || !PROGRAMS.every(isThere)) {
      const advice = `needs Linux with ${PROGRAMS.join(' and ')} (Debian: apt-get install dbus gnome-keyring)`;
      if (process.env['CI'] !== undefined && process.platform === 'linux') throw new Error(advice);
      process.stderr.write(`Skipped: ${advice}\n`);
      context.skip(advice);
    }
    const home = testFolder();
    mkdirSync(join(home, '.local', 'share'), { recursive: true });
    this.env = { HOME: home, XDG_RUNTIME_DIR: home, DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'bus')}` };
    onTestFinished(() => Promise.all(this.#running.map(end)).then(() => undefined));
  }

  async start(): Promise<void> {
    const config = join(String(this.env['HOME']), 'bus.conf');
    writeFileSync(config, busConfig(String(this.env['DBUS_SESSION_BUS_ADDRESS'])));
    const bus = this.#spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--nopidfile', '--print-address']);
    await new Promise((resolve) => void bus.stdout?.once('data', resolve));
  }

  /** Somebody signs in to the desktop: the keychain is there, and open. */
  async unlock(): Promise<void> {
    this.#daemon = this.#spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets']);
    this.#daemon.stdin?.end('password');
    await this.#isAnswering();
  }

  /** Signed out of the desktop. */
  async leave(): Promise<void> {
    if (this.#daemon !== undefined) await end(this.#daemon);
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { env: { ...process.env, ...this.env }, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#running.push(child);
    return child;
  }

  async #isAnswering(): Promise<void> {
    const call = [
      '--session',
      '--print-reply',
      '--dest=org.freedesktop.DBus',
      '/',
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.freedesktop.secrets',
    ];
    for (;;) {
      const reply = execFileSync('dbus-send', call, { env: { ...process.env, ...this.env }, encoding: 'utf8' });
      if (reply.includes('true')) return;
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
