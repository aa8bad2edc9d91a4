// A Mac's `xcrun` for a test: a program of that name in a folder of its own, played by main.ts over a state that the test sets and reads.
// Hand its path to tokenwarp as TOKENWARP_XCRUN.
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { change, logOf, read, write } from './state.ts';
import type { App, Fault, Phone, Simulator, State } from './state.ts';

export const UDID = '0B2C0A30-5A5D-4E53-8F0A-3D9A7B4C1E11';
export const PHONE = '5B4C4E0B-0000-4000-8000-00000000A001';
export const BUNDLE = 'com.example.demo';
export const REFRESH = 'com.example.demo.refresh';
export const PROCESSING = 'com.example.demo.processing';

export interface Call {
  argv: string[];
  env: Record<string, string>;
  stdin: string;
  stdinHash: string;
  cwd: string;
  pid: number;
  t: number;
}

type Setup<T extends { apps: App[] }> = Partial<Omit<T, 'apps'>> & { apps?: readonly Partial<App>[] };
export interface DoubleSetup extends Partial<Omit<State, 'simulators' | 'phones'>> {
  simulators?: readonly Setup<Simulator>[];
  phones?: readonly Setup<Phone>[];
}

/** The usual one: iOS 26.4, booted, with the app installed and not running. */
export class XcrunDouble {
  readonly folder: string;
  readonly path: string;

  constructor(setup: DoubleSetup = { simulators: [{}] }) {
    this.folder = mkdtempSync(join(tmpdir(), 'tokenwarp-xcrun-'));
    this.path = join(this.folder, 'xcrun');
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    writeFileSync(
      this.path,
      `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${main}' '${this.folder}' "$@"\n`,
    );
    chmodSync(this.path, 0o755);
    write(this.folder, {
      xcode: 'Xcode 26.4.1\nBuild version 17E202\n',
      lldb: null,
      developerTools: true,
      bootTime: Date.now(),
      faults: [],
      nextPid: 4242,
      ...setup,
      simulators: (setup.simulators ?? []).map((one, at) => this.#simulator(one, at)),
      phones: (setup.phones ?? []).map((one) => this.#phone(one)),
    });
    onTestFinished(() => this.dispose());
  }

  /** For the environment of tokenwarp. */
  get env(): Record<string, string> {
    return { TOKENWARP_XCRUN: this.path };
  }

  get state(): State {
    return read(this.folder);
  }

  get simulator(): Simulator {
    const [first] = this.state.simulators;
    if (first === undefined) throw new Error('this double has no simulator');
    return first;
  }

  /** What it was asked, in order. */
  calls(): Call[] {
    const file = join(this.folder, 'calls.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Call);
  }

  /** The same, one line each: `simctl launch <udid> com.example.demo`. */
  lines(): string[] {
    return this.calls().map(({ argv }) => argv.join(' ').replaceAll(UDID, '<udid>').replaceAll(PHONE, '<phone>'));
  }

  change<T>(act: (state: State) => T): T {
    return change(this.folder, act);
  }

  fault(fault: Fault): void {
    this.change(({ faults }) => faults.push(fault));
  }

  /** One more line of the log of the system. */
  append(line: object, id: string = UDID): void {
    appendFileSync(logOf(this.folder, id), `${JSON.stringify(line)}\n`);
  }

  log(id: string = UDID): string {
    const file = logOf(this.folder, id);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  dispose(): void {
    for (const { pid, executable } of this.state.simulators.flatMap(({ apps }) => apps)) {
      if (pid !== undefined && executable !== undefined) end(pid);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #simulator(one: Setup<Simulator>, at: number): Simulator {
    return {
      udid: at === 0 ? UDID : UDID.replace(/..$/, String(at).padStart(2, '0')),
      name: at === 0 ? 'iPhone 17' : `iPhone 17 number ${at}`,
      runtime: 'com.apple.CoreSimulator.SimRuntime.iOS-26-4',
      state: 'Booted',
      happened: [],
      schemes: ['demo'],
      ...one,
      apps: (one.apps ?? [{}]).map((app) => this.#app(app)),
    };
  }

  #phone(one: Setup<Phone>): Phone {
    return {
      identifier: PHONE,
      udid: '00008130-001234560E12001C',
      name: 'Ada’s iPhone',
      os: '26.4',
      developerMode: 'enabled',
      transport: 'wired',
      tunnel: 'connected',
      happened: [],
      ...one,
      apps: (one.apps ?? [{}]).map((app) => this.#app({ pending: [REFRESH], ...app })),
    };
  }

  #app(app: Partial<App>): App {
    const bundle = app.bundle ?? BUNDLE;
    const folder = join(this.folder, 'containers', bundle, 'Demo.app');
    if (app.folder === undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'Info.plist'), infoPlist({}, bundle));
    }
    return { bundle, folder, registered: [REFRESH, PROCESSING], runsFor: 60, ...app };
  }
}

export interface InfoPlistSetup {
  identifiers?: readonly string[];
  modes?: readonly string[];
  ats?: string;
  more?: string;
}

/** An Info.plist as Xcode writes one in XML. */
export function infoPlist(setup: InfoPlistSetup = {}, bundle: string = BUNDLE): string {
  const strings = (texts: readonly string[]): string => `<array>${texts.map((text) => `<string>${text}</string>`).join('')}</array>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleIdentifier</key>
	<string>${bundle}</string>
	<key>BGTaskSchedulerPermittedIdentifiers</key>
	${strings(setup.identifiers ?? [REFRESH, PROCESSING])}
	<key>UIBackgroundModes</key>
	${strings(setup.modes ?? ['fetch', 'processing', 'remote-notification'])}
	${setup.ats ?? '<key>NSAppTransportSecurity</key><dict><key>NSAllowsLocalNetworking</key><true/></dict>'}
	${setup.more ?? ''}
</dict>
</plist>
`;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
