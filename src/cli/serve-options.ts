// The options of `tokenwarp serve`, as data: see option-table.ts for what is derived from them.
import { GRACE_POLICIES } from '../core/server-words.ts';
import type { OptionRow, ValuesOf } from './option-table.ts';
import { readDuration, readGrace, readOneOf, readPath, readPort, readSeed, readText, readUrl } from './values.ts';

/** Names of the personas, written out because no command but `serve` should load them; a test holds them to the table. */
export const PERSONA_NAMES = ['rfc', 'fapi2', 'auth0', 'okta', 'cognito', 'supabase', 'hydra', 'keycloak', 'trakt'] as const;

export const SERVE_OPTIONS = {
  port: { flags: '--port <n>', group: 'listen', summary: 'port to listen on; 0 is any free one', read: readPort, otherwise: '7357' },
  host: {
    flags: '--host <address>',
    group: 'listen',
    summary: 'address to listen on; 0.0.0.0 lets phones in your network reach it',
    read: readText,
    otherwise: '127.0.0.1',
  },
  issuer: {
    flags: '--issuer <url>',
    group: 'listen',
    summary: 'the issuer as clients write it, when that is not the address: http://10.0.2.2:7357 for an Android emulator',
    read: readUrl,
    otherwise: 'the address',
  },
  tls: {
    flags: '--tls [mode]',
    group: 'listen',
    summary: 'https with a local authority, and how to trust it; valid, expired or wrong-host',
    read: readOneOf(['valid', 'expired', 'wrong-host']),
    preset: 'valid',
  },
  tlsFolder: {
    flags: '--tls-folder <dir>',
    group: 'listen',
    summary: 'where the authority and its keys are kept',
    read: readText,
    otherwise: '.tokenwarp/tls',
  },
  control: { flags: '--no-control', group: 'listen', summary: 'no control API under /__tokenwarp/' },
  moreIssuers: {
    flags: '--more-issuers <path>',
    group: 'listen',
    summary: 'a further issuer below this path, with tokens and keys of its own; may be repeated',
    read: readPath,
    repeat: true,
  },
  persona: {
    flags: '--persona <name>',
    group: 'policy',
    summary: `behave like a provider: ${PERSONA_NAMES.join(', ')}`,
    read: readOneOf(PERSONA_NAMES),
    otherwise: 'rfc',
  },
  policy: {
    flags: '--policy <file>',
    group: 'policy',
    summary: 'on top of it, the server block of a scenario file, or a file that holds such a block alone',
    read: readText,
  },
  accessTtl: {
    flags: '--access-ttl <duration>',
    group: 'policy',
    summary: 'lifetime of access tokens',
    read: readDuration,
    otherwise: '1h',
  },
  rotation: {
    flags: '--rotation <how>',
    group: 'policy',
    summary: 'rotate, same or omit: the refresh token in a refresh response',
    read: readOneOf(['rotate', 'same', 'omit']),
    otherwise: 'rotate',
  },
  grace: {
    flags: '--grace <policy[:window]>',
    group: 'policy',
    summary: `second use of a refresh token: ${GRACE_POLICIES.join(', ')}`,
    read: readGrace,
    otherwise: 'strict',
  },
  race: {
    flags: '--race <window>',
    group: 'policy',
    summary: 'two refreshes within so long may both pass the check, as on servers without a lock',
    read: readDuration,
  },
  revocationCheck: { flags: '--no-revocation-check', group: 'policy', summary: 'the API accepts a revoked token until it expires' },
  leeway: {
    flags: '--leeway <duration>',
    group: 'policy',
    summary: 'the API accepts a token so long past its expiry',
    read: readDuration,
    otherwise: 'none',
  },
  virtualTime: { flags: '--virtual-time', group: 'decide', summary: 'the clock stands still until the control API or a key advances it' },
  seed: {
    flags: '--seed <n>',
    group: 'decide',
    summary: 'token values and people come from this number',
    read: readSeed,
    otherwise: 'another one at each start',
  },
  view: {
    flags: '--view <how>',
    group: 'show',
    summary: 'live (a view to watch and press) or lines',
    read: readOneOf(['live', 'lines']),
    otherwise: 'live on a terminal, else lines',
  },
  readyFile: {
    flags: '--ready-file <path>',
    group: 'show',
    summary: 'written once it listens, with url, pid and control; removed when it stops',
    read: readText,
  },
} as const satisfies Record<string, OptionRow>;

export type ServeOptions = ValuesOf<typeof SERVE_OPTIONS>;
