// The architecture as data: which room may import which, which packages and built-in modules a room may use, which globals are
// forbidden where, and each exception with its reason. DESIGN section 3 and the trap list of the simulation facts in one place.

/** Room -> rooms it may import besides itself. `:type` = types only. Imports run one way, so this table has no cycle. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  fixtures: [],
  engine: ['core'],
  host: ['core'],
  os: ['core'],
  verify: ['core'],
  'mock-server': ['core', 'fixtures'],
  sim: ['core', 'engine', 'os', 'verify', 'mock-server', 'fixtures'],
  scenario: ['core', 'engine', 'os', 'verify', 'mock-server', 'fixtures', 'sim'],
  explore: ['core', 'os', 'verify', 'mock-server', 'sim', 'scenario'],
  sandbox: ['core', 'verify', 'mock-server', 'sim', 'scenario'],
  device: ['core'],
  // The third world (DESIGN 1): it joins the words of a plan, a server over sockets and a device, and judges what the server saw.
  live: ['core', 'verify', 'mock-server', 'sim:type', 'device'],
  report: ['core', 'verify:type'],
  bin: ['cli'],
  index: ['core', 'engine', 'verify', 'mock-server', 'sim', 'scenario', 'sandbox', 'explore', 'report'],
  cli: ['core', 'engine', 'os', 'verify', 'mock-server', 'sim', 'scenario', 'sandbox', 'explore', 'device', 'live', 'report'],
};

/** Room -> packages and built-in modules it may import; a room that is not named may import none. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
  core: ['@sinonjs/fake-timers', 'node:crypto'],
  'mock-server': ['node:crypto'],
  sim: ['node:async_hooks', 'node:crypto'],
  scenario: ['yaml', 'zod', 'node:fs', 'node:path', 'node:url'],
  sandbox: [
    'node:worker_threads',
    'node:timers/promises',
    'node:inspector',
    'node:fs',
    'node:path',
    'node:url',
    'node:module',
    'node:async_hooks',
  ],
  explore: ['node:worker_threads', 'node:url'],
  report: ['node:util', 'node:crypto'],
  device: ['node:fs', 'node:path'],
  cli: [
    'commander',
    'node:fs',
    'node:path',
    'node:url',
    'node:process',
    'node:os',
    'node:util',
    'node:child_process',
    'node:events',
    'node:readline',
    'node:http',
    'node:https',
  ],
};

/** Names of node:crypto that give other bytes each time, or answer from another thread. */
export const FORBIDDEN_CRYPTO = /^(\*|default|webcrypto|subtle|random.*|getRandomValues|generate.*|scrypt|pbkdf2|hkdf|argon2)$/;

/** Globals that know real time, real randomness, the real process, or another thread. */
export const FORBIDDEN_GLOBALS: readonly string[] = [
  'process',
  'console',
  'performance',
  'crypto',
  'fetch',
  'globalThis',
  'global',
  'self',
  'window',
  'navigator',
  'localStorage',
  'require',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'scheduler',
  'MessageChannel',
  'BroadcastChannel',
  'Worker',
  'Atomics',
  'SharedArrayBuffer',
  'WeakRef',
  'FinalizationRegistry',
  'WebAssembly',
  'CompressionStream',
  'DecompressionStream',
  'Request',
  'Response',
  'Headers',
  'XMLHttpRequest',
  'WebSocket',
  'EventSource',
];

/** Global -> its members that are forbidden. A use of the bare global that hides which member is meant is forbidden too. */
export const FORBIDDEN_MEMBERS: Readonly<Record<string, RegExp>> = {
  Math: /^(random|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|expm1|log|log2|log10|log1p|cbrt|hypot)$/,
  Promise: /^(race|any)$/,
  AbortSignal: /^timeout$/,
  Error: /^(captureStackTrace|stackTraceLimit|prepareStackTrace)$/,
};

/** Depends on the locale, the ICU version or the process's time zone: forbidden in every room, the command line too. */
export const LOCALE_MEMBERS =
  /^(localeCompare|toLocale.*|to(Date|Time)String|getTimezoneOffset|[gs]et(Hours|Minutes|Seconds|Milliseconds|Date|Day|Month|FullYear|Year))$/;
export const LOCALE_GLOBALS: readonly string[] = ['Intl'];

/** Places where the platform may be touched: the edges. */
export const EDGES: readonly string[] = [
  'src/cli/',
  'src/sandbox/',
  'src/device/exec.ts',
  'src/host/',
  'src/report/screen.ts',
  'mock-server/http.ts',
  'mock-server/tls.ts',
  'bin/',
];

/** Single files that need more modules than their room: sockets and certificates here, the terminal view there, the machine of a Node host, and nowhere else. */
export const FILE_MODULES: Readonly<Record<string, readonly string[]>> = {
  'mock-server/http.ts': ['node:http', 'node:https', 'node:net'],
  'mock-server/http-front.ts': ['node:http', 'node:net'],
  'mock-server/http-request.ts': ['node:http', 'node:net'],
  'mock-server/http-send.ts': ['node:http', 'node:net'],
  'mock-server/folder.ts': ['node:fs', 'node:path'],
  'mock-server/tls.ts': ['@peculiar/x509', 'reflect-metadata', 'node:fs', 'node:path'],
  'src/report/live/': ['ink', 'react'],
  'src/device/exec.ts': ['execa', 'node:os', 'node:timers/promises'],
  'src/device/android/workdb.ts': ['node:sqlite', 'node:os'],
  'src/device/ios/info-plist.ts': ['plist'],
  'src/device/ios/simctl.ts': ['node-simctl'],
  'src/host/node.ts': ['node:os', 'node:path'],
  'src/host/node-clock.ts': ['node:os'],
  'src/host/node-files.ts': ['node:fs', 'node:fs/promises', 'node:path'],
  'src/host/node-keychain.ts': ['@napi-rs/keyring'],
  'src/host/node-keys.ts': ['node:crypto', 'node:path'],
  'src/host/node-lock.ts': ['node:fs', 'node:path', 'node:sqlite'],
  'src/host/node-secure.ts': ['node:crypto', 'node:path'],
};

export interface Exception {
  file: string;
  names: readonly string[];
  why: string;
}

/** Single uses that are right where they stand. The test fails when one is no longer needed. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    file: 'src/sim/settle.ts',
    names: ['process', 'globalThis', 'queueMicrotask'],
    why: 'the one file of the virtual world that lets the real event loop turn, and measures wall limits',
  },
  { file: 'src/core/http.ts', names: ['Date.parse'], why: 'an HTTP-date (RFC 9110 5.6.7) always says GMT' },
  { file: 'src/engine/classify.ts', names: ['Date.parse'], why: 'an HTTP-date (RFC 9110 5.6.7) always says GMT' },
];

/** Longest file and longest function, in lines. */
export const WALL = { file: 300, function: 60 };
/** What the whole must keep to: median and 90th percentile, in lines. */
export const BARS = { functionMedian: 8, functionP90: 25, fileMedian: 120 };
/** Lines a file's opening comment may have. */
export const HEADER = { min: 1, max: 4 };
