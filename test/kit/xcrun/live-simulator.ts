// An app on the double's simulator that does real HTTP: it watches what was asked of the simulator, and lives, dies and answers its debug
// hook as that says. What it would be told by iOS it reads from the record of calls.
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DebugClient, type Flaws } from '../adbd/debug-client.ts';
import { BUNDLE, infoPlist, UDID, XcrunDouble } from './double.ts';

export const SCHEME = `tokenwarp.${BUNDLE}`;
const GLANCE = 15;

export interface LiveSimulator {
  double: XcrunDouble;
  client: DebugClient;
  /** Where the app expects its server. */
  port: number;
}

export async function liveSimulator(flaws: Flaws = {}, { scheme = SCHEME } = {}): Promise<LiveSimulator> {
  const double = new XcrunDouble({ simulators: [{ schemes: [scheme] }] });
  const types = `<key>CFBundleURLTypes</key><array><dict><key>CFBundleURLSchemes</key><array><string>${scheme}</string></array></dict></array>`;
  writeFileSync(join(double.simulator.apps[0]?.folder ?? '', 'Info.plist'), infoPlist({ more: types }));
  const port = await freePort();
  const client = new DebugClient(port, flaws);
  watch(double, client);
  return { double, client, port };
}

function watch(double: XcrunDouble, client: DebugClient): void {
  let seen = 0;
  let runs = false;
  const timer = setInterval(() => {
    const calls = double.calls();
    for (const { argv, stdin } of calls.slice(seen)) runs = follow(client, argv, { stdin, runs });
    seen = calls.length;
  }, GLANCE);
  onTestFinished(() => {
    clearInterval(timer);
    client.died();
  });
}

/** What the call does to the app; whether it runs afterwards. */
function follow(client: DebugClient, argv: readonly string[], { stdin, runs }: { stdin: string; runs: boolean }): boolean {
  const [tool, verb] = argv;
  if (tool !== 'simctl' || !argv.includes(UDID)) return runs;
  if (verb === 'terminate' && argv.at(-1) === BUNDLE) {
    if (runs) client.died();
    return false;
  }
  const isAsked = (verb === 'launch' && argv.at(-1) === BUNDLE) || verb === 'openurl' || verb === 'push';
  if (!isAsked) return runs;
  if (!runs) client.started({ phone: { connect: async (port) => connect(port, '127.0.0.1') } });
  if (verb === 'openurl') {
    const url = new URL(argv.at(-1) ?? '');
    client.receive(`dev.tokenwarp.${url.host.toUpperCase().replaceAll('-', '_')}`, new Map(url.searchParams));
  }
  if (verb === 'push')
    client.receive(
      'dev.tokenwarp.PUSH',
      new Map(Object.entries((JSON.parse(stdin) as { tokenwarp: object }).tokenwarp).map(([key, value]) => [key, String(value)])),
    );
  return true;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}
