// Every option once, as data: the parser, the help text, the TOKENWARP_* variables and docs/cli.md are derived from it,
// and so are the types of what a command receives. No parsing here.
import { parseTags } from './tags.ts';
import { GRACE_POLICIES } from '../core/server-words.ts';
import { readCount, readDuration, readGrace, readOneOf, readPath, readPort, readRegex, readReporter, readSeed, readSeeds, readText, readUrl } from './values.ts';

export interface OptionRow {
  /** As commander writes them: `-t, --name <regex>`; `[n]` may stand alone and then means `preset`. */
  flags: string;
  summary: string;
  group: 'select' | 'decide' | 'stop' | 'show' | 'global' | 'listen' | 'policy' | 'target';
  /** Absent for a switch. */
  read?: (text: string) => unknown;
  /** May be given several times; an environment variable separates by commas. */
  repeat?: true;
  preset?: string;
  /** What holds when it is not given, for people. */
  otherwise?: string;
  /** Left out of the help text: for tests and for our own debugging. */
  hidden?: true;
}

/** Accepted by every command, before or after its name. */
export const GLOBAL_OPTIONS = {
  json: { flags: '--json', group: 'global', summary: 'the result as one JSON document on standard output, everything else on standard error' },
  color: { flags: '--color <when>', group: 'global', summary: 'auto, always or never', read: readOneOf(['auto', 'always', 'never']), otherwise: 'auto; NO_COLOR and FORCE_COLOR are respected' },
  quiet: { flags: '--quiet', group: 'global', summary: 'failures and one line of totals' },
  verbose: { flags: '--verbose', group: 'global', summary: 'stacks of errors, and which invariants had nothing to judge in any scenario' },
  cwd: { flags: '--cwd <dir>', group: 'global', summary: 'the folder that paths are relative to', read: readText, otherwise: 'the current folder' },
} as const satisfies Record<string, OptionRow>;

export const SELECT_OPTIONS = {
  name: { flags: '-t, --name <regex>', group: 'select', summary: 'scenarios whose name matches', read: readRegex },
  tag: { flags: '--tag <expression>', group: 'select', summary: 'scenarios whose tags match: smoke, "not slow", "smoke and not slow", expiry,offline', read: parseTags },
} as const satisfies Record<string, OptionRow>;

export const RUN_OPTIONS = {
  ...SELECT_OPTIONS,
  list: { flags: '--list', group: 'select', summary: 'print what would run, and run nothing' },
  passWithNone: { flags: '--pass-with-none', group: 'select', summary: 'exit with 0 when nothing is selected' },
  seed: { flags: '--seed <n>', group: 'decide', summary: 'the number that all randomness comes from', read: readSeed, otherwise: '1' },
  seeds: { flags: '--seeds <n|a..b>', group: 'decide', summary: 'run each scenario with several seeds and report the worst', read: readSeeds },
  client: { flags: '--client <module>', group: 'decide', summary: 'the client under test: a module whose default export is a ClientFactory', read: readText, otherwise: 'the built-in engine' },
  schedule: { flags: '--schedule <s>', group: 'decide', summary: 'replay recorded choices, as a replay line prints them', read: readText },
  verifyDeterminism: { flags: '--verify-determinism', group: 'decide', summary: 'run everything twice and compare the histories' },
  settle: { flags: '--settle <mode>', group: 'decide', summary: 'how the kernel waits for promises: turn or drain', read: readOneOf(['turn', 'drain']), hidden: true },
  bail: { flags: '--bail [n]', group: 'stop', summary: 'stop after n scenarios that did not hold', read: readCount, preset: '1', otherwise: 'run all' },
  timeout: { flags: '--timeout <wall>', group: 'stop', summary: 'real time one run may take', read: readDuration, otherwise: '1m' },
  maxVirtual: { flags: '--max-virtual <duration>', group: 'stop', summary: 'virtual time one run may take', read: readDuration, otherwise: 'what the scenario says' },
  reporter: { flags: '--reporter <name[=file]>', group: 'show', summary: 'lines, quiet, json, ndjson, junit or github; may be repeated, one of them on standard output', read: readReporter, repeat: true, otherwise: 'lines' },
} as const satisfies Record<string, OptionRow>;

/** Names of the personas, written out because no command but `serve` should load them; a test holds them to the table. */
export const PERSONA_NAMES = ['rfc', 'fapi2', 'auth0', 'okta', 'cognito', 'supabase', 'hydra', 'keycloak', 'trakt'] as const;

export const SERVE_OPTIONS = {
  port: { flags: '--port <n>', group: 'listen', summary: 'port to listen on; 0 is any free one', read: readPort, otherwise: '7357' },
  host: { flags: '--host <address>', group: 'listen', summary: 'address to listen on; 0.0.0.0 lets phones in your network reach it', read: readText, otherwise: '127.0.0.1' },
  issuer: { flags: '--issuer <url>', group: 'listen', summary: 'the issuer as clients write it, when that is not the address: http://10.0.2.2:7357 for an Android emulator', read: readUrl, otherwise: 'the address' },
  tls: { flags: '--tls [mode]', group: 'listen', summary: 'https with a local authority, and how to trust it; valid, expired or wrong-host', read: readOneOf(['valid', 'expired', 'wrong-host']), preset: 'valid' },
  tlsFolder: { flags: '--tls-folder <dir>', group: 'listen', summary: 'where the authority and its keys are kept', read: readText, otherwise: '.tokenwarp/tls' },
  control: { flags: '--no-control', group: 'listen', summary: 'no control API under /__tokenwarp/' },
  moreIssuers: { flags: '--more-issuers <path>', group: 'listen', summary: 'a further issuer below this path, with tokens and keys of its own; may be repeated', read: readPath, repeat: true },
  persona: { flags: '--persona <name>', group: 'policy', summary: `behave like a provider: ${PERSONA_NAMES.join(', ')}`, read: readOneOf(PERSONA_NAMES), otherwise: 'rfc' },
  policy: { flags: '--policy <file>', group: 'policy', summary: 'on top of it, the server block of a scenario file, or a file that holds such a block alone', read: readText },
  accessTtl: { flags: '--access-ttl <duration>', group: 'policy', summary: 'lifetime of access tokens', read: readDuration, otherwise: '1h' },
  rotation: { flags: '--rotation <how>', group: 'policy', summary: 'rotate, same or omit: the refresh token in a refresh response', read: readOneOf(['rotate', 'same', 'omit']), otherwise: 'rotate' },
  grace: { flags: '--grace <policy[:window]>', group: 'policy', summary: `second use of a refresh token: ${GRACE_POLICIES.join(', ')}`, read: readGrace, otherwise: 'strict' },
  race: { flags: '--race <window>', group: 'policy', summary: 'two refreshes within so long may both pass the check, as on servers without a lock', read: readDuration },
  revocationCheck: { flags: '--no-revocation-check', group: 'policy', summary: 'the API accepts a revoked token until it expires' },
  leeway: { flags: '--leeway <duration>', group: 'policy', summary: 'the API accepts a token so long past its expiry', read: readDuration, otherwise: 'none' },
  virtualTime: { flags: '--virtual-time', group: 'decide', summary: 'the clock stands still until the control API or a key advances it' },
  seed: { flags: '--seed <n>', group: 'decide', summary: 'token values and people come from this number', read: readSeed, otherwise: 'another one at each start' },
  view: { flags: '--view <how>', group: 'show', summary: 'live (a view to watch and press) or lines', read: readOneOf(['live', 'lines']), otherwise: 'live on a terminal, else lines' },
  readyFile: { flags: '--ready-file <path>', group: 'show', summary: 'written once it listens, with url, pid and control; removed when it stops', read: readText },
} as const satisfies Record<string, OptionRow>;

export const CTL_OPTIONS = {
  url: { flags: '--url <url>', group: 'target', summary: 'base URL of the server', read: readText, otherwise: 'http://127.0.0.1:7357' },
  readyFile: { flags: '--ready-file <path>', group: 'target', summary: 'the file that `serve --ready-file` wrote, instead of a URL', read: readText },
  key: { flags: '--key <key>', group: 'target', summary: 'bearer key of a server that more than this machine can reach', read: readText },
  issuer: { flags: '--issuer <url>', group: 'target', summary: 'which issuer, by its URL or the end of it', read: readText, otherwise: 'the main one' },
  user: { flags: '--user <name>', group: 'select', summary: 'of this user', read: readText },
  device: { flags: '--device <name>', group: 'select', summary: 'of this device', read: readText },
  session: { flags: '--session <id>', group: 'select', summary: 'of this session: its token family, f1', read: readText },
  token: { flags: '--token <label>', group: 'select', summary: 'this token, by its label (AT-2, RT-1)', read: readText },
  all: { flags: '--all', group: 'select', summary: 'sessions: those that are over, too' },
  type: { flags: '--type <types>', group: 'select', summary: 'journal: entries of these types, token.* or several separated by commas', read: readText },
  label: { flags: '--label <label>', group: 'select', summary: 'journal: entries that name this token', read: readText },
  since: { flags: '--since <n>', group: 'select', summary: 'journal: from this number on', read: readText },
  limit: { flags: '--limit <n>', group: 'select', summary: 'journal: at most so many, the newest', read: readCount, otherwise: '1000' },
  count: { flags: '--count <n>', group: 'select', summary: 'wait: for so many', read: readCount, otherwise: '1' },
  timeout: { flags: '--timeout <duration>', group: 'stop', summary: 'wait: at most so long, in real time', read: readText, otherwise: '10s' },
  follow: { flags: '--follow', group: 'show', summary: 'journal: stay and show what comes' },
  what: { flags: '--what <kind>', group: 'decide', summary: 'revoke, expire: session or access-token', read: readText },
  reason: { flags: '--reason <who>', group: 'decide', summary: 'revoke: user, password or admin', read: readText, otherwise: 'admin' },
  endpoint: { flags: '--endpoint <name>', group: 'decide', summary: 'fault, hold: token, resource, revocation, other or any', read: readText, otherwise: 'token' },
  at: { flags: '--at <point>', group: 'decide', summary: 'fault: where it falls: request, one of the phases, response', read: readText },
  path: { flags: '--path <path>', group: 'decide', summary: 'fault: only requests whose path begins so', read: readText },
  from: { flags: '--from <place>', group: 'decide', summary: 'fault, hold: only requests of this device or process', read: readText },
  skip: { flags: '--skip <n>', group: 'decide', summary: 'fault: lets so many pass first', read: readCount },
  times: { flags: '--times <n>', group: 'decide', summary: 'fault, hold: how often', read: readCount, otherwise: 'a fault always, a hold once' },
  for: { flags: '--for <duration>', group: 'decide', summary: 'fault: how long it lasts, in virtual time', read: readText },
  how: { flags: '--how <word>', group: 'decide', summary: 'fault: how a connection breaks: reset, silence ...', read: readText },
  retryAfter: { flags: '--retry-after <duration>', group: 'decide', summary: 'fault reply: a Retry-After header', read: readText },
  name: { flags: '--name <name>', group: 'decide', summary: 'hold: to release it by', read: readText },
  by: { flags: '--by <duration>', group: 'decide', summary: 'mark clock-moved: how far', read: readText },
  note: { flags: '--note <text>', group: 'decide', summary: 'mark: for people', read: readText },
  certain: { flags: '--certain', group: 'decide', summary: 'verify: only findings that the journal proves count' },
  refreshAhead: { flags: '--refresh-ahead <duration>', group: 'decide', summary: 'verify: how long before expiry the client refreshes', read: readText },
} as const satisfies Record<string, OptionRow>;

/** The type of the values of a table of options. */
export type ValuesOf<T extends Record<string, OptionRow>> = {
  -readonly [K in keyof T]?: T[K] extends { read: (text: string) => infer V } ? (T[K] extends { repeat: true } ? readonly V[] : V) : boolean;
};

export type GlobalOptions = ValuesOf<typeof GLOBAL_OPTIONS>;
export type SelectOptions = ValuesOf<typeof SELECT_OPTIONS>;
export type RunOptions = ValuesOf<typeof RUN_OPTIONS>;
export type ServeOptions = ValuesOf<typeof SERVE_OPTIONS>;
export type CtlOptions = ValuesOf<typeof CTL_OPTIONS>;

/** `maxVirtual` -> `TOKENWARP_MAX_VIRTUAL`. */
export function variableOf(key: string): string {
  return `TOKENWARP_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
