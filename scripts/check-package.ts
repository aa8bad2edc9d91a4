// Proves the published shape: packs the package, installs the tarball without network into an empty folder that has no
// TypeScript, and uses it there as a stranger would. Needs `npm`; builds dist/ on the way (the prepack script).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { ROOT, plainEnvironment, run, type Ran } from './corpus.ts';
import { createTally } from './tally.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
/** This Node first: the npm on the machine may belong to an older one. */
const env = { ...plainEnvironment(), PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
const scratch = mkdtempSync(join(tmpdir(), 'tokenwarp-package-'));
const app = join(scratch, 'app');
const installed = join(app, 'node_modules/tokenwarp');
const SCENARIO = 'two-requests-at-expiry.scenario.yaml';
/** What a user's compiler must accept, and what it must refuse. */
const TYPES = `import { INVARIANTS, judge, runScenario, type ClientFactory, type EngineOptions, type Host, type RunResult } from 'tokenwarp';
import { startMockServer } from 'tokenwarp';
import { createEngine } from 'tokenwarp/engine';
import { keepFresh } from 'tokenwarp/engine/background';
import { engineFetch } from 'tokenwarp/engine/fetch';
import { createNodeHost, type NodeHostOptions } from 'tokenwarp/engine/node';
import { createReactNativeHost } from 'tokenwarp/engine/react-native';
import { createSessions, type SessionInfo } from 'tokenwarp/engine/sessions';
import { createWebHost, followPage } from 'tokenwarp/engine/web';
const options: EngineOptions = { refreshAhead: 60_000 };
export const factory: ClientFactory = (host: Host) => createEngine(host, options);
export const names: readonly string[] = INVARIANTS.map(({ name }) => name);
export const findings = (result: RunResult): number => judge(result.events).findings.length;
export const serve = async (): Promise<string> => {
  await using server = await startMockServer({ policy: { accessToken: { lifetime: 30_000 } } });
  return server.url;
};
export const hosts = (parts: NodeHostOptions, phone: Parameters<typeof createReactNativeHost>[0]): readonly Host[] => [
  createNodeHost(parts),
  createWebHost({ app: 'app', config: parts.config }),
  createReactNativeHost(phone),
];
export const others = (host: Host): Promise<readonly SessionInfo[]> => createSessions(createEngine(host), '/devices').list();
export const follow = (host: Host): (() => void) => followPage(createEngine(host));
export const keep = (host: Host): (() => void) => keepFresh(createEngine(host), host, { every: 21_600_000 });
export const api = (host: Host): Promise<Response> => engineFetch(createEngine(host), host.config)(new URL('https://api.example/me'));
// @ts-expect-error: a host needs to know its app
export const nameless = (parts: NodeHostOptions): Host => createNodeHost({ config: parts.config });
// @ts-expect-error: a client without request is none
export const none: ClientFactory = () => ({ start: async () => undefined, signIn: async () => undefined });
// @ts-expect-error: a plan is needed
export const run = () => runScenario();
`;
/** Programs it must accept: what needs no package but ours. */
const TYPED = ['engine-background.ts', 'engine-browser.ts', 'engine-node.ts', 'replay.ts', 'types.ts'];
const tally = createTally();

try {
  await tally.check('npm pack builds a tarball', pack);
  await tally.check('it installs offline, alone, into a folder without TypeScript', install);
  await tally.check('it holds what it must and nothing else', checkFiles);
  await tally.check('npx tokenwarp --version says the version', () => expectRun(tokenwarp('--version'), { code: 0, stdout: version }));
  await tally.check('npx tokenwarp --help explains itself', () => expectRun(tokenwarp('--help'), { code: 0, stdout: 'Usage' }));
  await tally.check('npx tokenwarp run passes the built-in corpus', () => expectRun(tokenwarp('run'), { code: 0, stdout: 'passed' }));
  await tally.check('npx tokenwarp list --coverage finds the catalogue', () =>
    expectRun(tokenwarp('list', 'late-401', '--coverage'), { code: 0, stdout: 'class of bug' }),
  );
  await tally.check('npx tokenwarp doctor looks for adb and says that it is not there', () =>
    expectRun(run('npx', ['--no-install', 'tokenwarp', 'doctor'], { cwd: app, env: { ...env, TOKENWARP_ADB: join(scratch, 'nowhere') } }), {
      code: 6,
      stdout: 'is not at',
    }),
  );
  await tally.check('the engine and what runs in browsers and phones import nothing: no Node, no package', checkPortable);
  await tally.check('the Node host works from the tarball, without the packages it may use', useTheNodeHost);
  await tally.check("import 'tokenwarp' and 'tokenwarp/engine' work", useTheApi);
  await tally.check('their types serve a strict TypeScript project', useTheTypes);
  await tally.check('startMockServer serves, over TLS too', useTheServer);
  await tally.check('a scenario file of the user runs, a mistake in it is shown', useOwnScenario);
  await tally.check('--client takes a .ts file and shows its bug', () => useClient('my-client.ts'));
  await tally.check('--client takes a .mjs file and shows the same', () => useClient('my-client.mjs'));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
tally.finish();

function pack(): void {
  execFileSync('npm', ['pack', '--pack-destination', scratch, '--loglevel=error'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function install(): void {
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('there is no tarball');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
  const ran = run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(scratch, tarball)], {
    cwd: app,
    env,
  });
  if (ran.code !== 0) throw new Error(ran.stderr);
  const packages = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'));
  if (packages.join() !== 'tokenwarp') throw new Error(`node_modules holds ${packages.join(', ')}`);
  copyExamples();
}

function checkFiles(): void {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const needed = [
    'LICENSE',
    'README.md',
    'bin/tokenwarp.js',
    'dist/cli/main.js',
    'dist/index.js',
    'dist/engine/background.js',
    'dist/engine/engine.js',
    'dist/engine/fetch.js',
    'dist/engine/node.js',
    'dist/engine/react-native.js',
    'dist/engine/sessions.js',
    'dist/engine/web.js',
    'dist/sandbox/worker.js',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/types/src/index.d.ts',
    'scenarios/bugs.yaml',
    'dist/types/src/host/node.d.ts',
    'scenarios/scenario.schema.json',
  ];
  const missing = needed.filter((name) => !existsSync(join(installed, name)));
  const surplus = files.filter((name) => /\.map$|\.test\.|^src|^test|^bench|(?<!\.d)\.ts$/.test(name));
  const revealing = files.filter((name) => name.endsWith('.js') && readFileSync(join(installed, name), 'utf8').includes(ROOT));
  if (missing.length + surplus.length + revealing.length > 0) {
    throw new Error(`missing: ${missing.join(', ')}; surplus: ${surplus.join(', ')}; with a path of this machine: ${revealing.join(', ')}`);
  }
}

function checkPortable(): void {
  for (const name of ['background', 'engine', 'fetch', 'react-native', 'sessions', 'web']) {
    const code = readFileSync(join(installed, `dist/engine/${name}.js`), 'utf8');
    const imports = parseAst(code).body.filter(({ type }) => /^Import|^ExportAll/.test(type)).length;
    if (imports > 0 || /\bimport\(|\brequire\(/.test(code)) throw new Error(`${name} imports something`);
  }
}

/** Two processes of one program: the second is signed in because the first was. The engine asks nobody, so no server is needed. */
function useTheNodeHost(): void {
  const program = `import { createEngine } from 'tokenwarp/engine';
import { engineFetch } from 'tokenwarp/engine/fetch';
import { createNodeHost } from 'tokenwarp/engine/node';
import { createReactNativeHost } from 'tokenwarp/engine/react-native';
import { createSessions } from 'tokenwarp/engine/sessions';
import { createWebHost } from 'tokenwarp/engine/web';
const url = 'http://127.0.0.1:9';
const config = { issuer: url, clientId: 'app', tokenEndpoint: url, revocationEndpoint: url, resourceBaseUrl: url, scope: '' };
const host = createNodeHost({ app: 'app', config, folder: 'session' });
const engine = createEngine(host);
await engine.start();
if (engine.state() !== 'active') await engine.signIn({ access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 3600 });
else console.log('still signed in', await host.lock('x', async () => 1), [engineFetch, createSessions, createWebHost, createReactNativeHost].map((each) => typeof each).join());
await engine.stop();
`;
  writeFileSync(join(app, 'node-host.mjs'), program);
  const first = run(process.execPath, ['node-host.mjs'], { cwd: app, env });
  expectRun(first, { code: 0, stdout: '' });
  if (!first.stderr.includes('TW_KEY_IN_FILE')) throw new Error(`no warning of a key in a file\n${first.stderr}`);
  expectRun(run(process.execPath, ['node-host.mjs'], { cwd: app, env }), {
    code: 0,
    stdout: 'still signed in 1 function,function,function,function',
  });
}

/** The program of examples/, with its types stripped: it must find the bug of the example client. */
function useTheApi(): void {
  expectRun(run(process.execPath, ['replay.mjs'], { cwd: app, env }), { code: 0, stdout: 'no-duplicate-refresh' });
  writeFileSync(join(app, 'engine.mjs'), "import { createEngine } from 'tokenwarp/engine';\nconsole.log(typeof createEngine);\n");
  expectRun(run(process.execPath, ['engine.mjs'], { cwd: app, env }), { code: 0, stdout: 'function' });
}

/** What the server loads on demand (certificates, the control API) is in the bundle too. */
function useTheServer(): void {
  const program = `import { startMockServer } from 'tokenwarp';
await using server = await startMockServer({ tls: { folder: 'certificates' } });
console.log(server.url, Object.keys(server.control ?? {}).join(), server.caFile);
`;
  writeFileSync(join(app, 'serve.mjs'), program);
  expectRun(run(process.execPath, ['serve.mjs'], { cwd: app, env }), { code: 0, stdout: 'https://127.0.0.1:' });
}

/** Checked by the compiler of this repository from outside the folder, with the settings a strict project has. */
function useTheTypes(): void {
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    const settings = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--allowImportingTsExtensions',
      '--target',
      'es2024',
      '--lib',
      'es2024,dom',
      '--types',
      '',
    ];
    const ran = run(join(ROOT, 'node_modules/.bin/tsc'), [...settings, '--module', module, '--moduleResolution', resolution, ...TYPED], {
      cwd: app,
      env,
    });
    if (ran.code !== 0) throw new Error(`${resolution}: ${ran.stdout.slice(0, 2_000)}`);
  }
}

function useClient(file: string): void {
  expectRun(tokenwarp('run', SCENARIO, '--client', file), { code: 1, stdout: 'no-duplicate-refresh' });
}

function useOwnScenario(): void {
  expectRun(tokenwarp('run', SCENARIO), { code: 0, stdout: 'two-requests-at-expiry' });
  writeFileSync(join(app, 'mistaken.scenario.yaml'), example(SCENARIO).replace('steps:', 'stesp:'));
  expectRun(tokenwarp('run', 'mistaken.scenario.yaml'), { code: 3, stdout: '' });
}

/** What examples/ shows, laid out as a user would have it: sources, and a client without types. */
function copyExamples(): void {
  for (const name of readdirSync(join(ROOT, 'examples'))) writeFileSync(join(app, name), example(name));
  for (const name of readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.ts'))) {
    writeFileSync(
      join(app, name.replace(/ts$/, 'mjs')),
      stripTypeScriptTypes(example(name)).replaceAll(/(?<=from '\.\/[\w-]+\.)ts(?=')/g, 'mjs'),
    );
  }
  writeFileSync(join(app, 'types.ts'), TYPES);
}

function example(name: string): string {
  return readFileSync(join(ROOT, 'examples', name), 'utf8');
}

function tokenwarp(...args: readonly string[]): Ran {
  return run('npx', ['--no-install', 'tokenwarp', ...args], { cwd: app, env });
}

function expectRun(ran: Ran, wanted: { code: number; stdout: string }): void {
  if (ran.code === wanted.code && ran.stdout.includes(wanted.stdout)) return;
  throw new Error(
    `exit code ${ran.code}, expected ${wanted.code} and "${wanted.stdout}" on stdout\n${ran.stdout.slice(-1_500)}\n${ran.stderr.slice(-1_500)}`,
  );
}
