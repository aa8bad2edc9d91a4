// The options of `tokenwarp ctl`, as data: see option-table.ts for what is derived from them.
import type { OptionRow, ValuesOf } from './option-table.ts';
import { readCount, readText } from './values.ts';

export const CTL_OPTIONS = {
  url: { flags: '--url <url>', group: 'target', summary: 'base URL of the server', read: readText, otherwise: 'http://127.0.0.1:7357' },
  readyFile: {
    flags: '--ready-file <path>',
    group: 'target',
    summary: 'the file that `serve --ready-file` wrote, instead of a URL',
    read: readText,
  },
  key: { flags: '--key <key>', group: 'target', summary: 'bearer key of a server that more than this machine can reach', read: readText },
  issuer: {
    flags: '--issuer <url>',
    group: 'target',
    summary: 'which issuer, by its URL or the end of it',
    read: readText,
    otherwise: 'the main one',
  },
  user: { flags: '--user <name>', group: 'select', summary: 'of this user', read: readText },
  device: { flags: '--device <name>', group: 'select', summary: 'of this device', read: readText },
  session: { flags: '--session <id>', group: 'select', summary: 'of this session: its token family, f1', read: readText },
  token: { flags: '--token <label>', group: 'select', summary: 'this token, by its label (AT-2, RT-1)', read: readText },
  all: { flags: '--all', group: 'select', summary: 'sessions: those that are over, too' },
  type: {
    flags: '--type <types>',
    group: 'select',
    summary: 'journal: entries of these types, token.* or several separated by commas',
    read: readText,
  },
  label: { flags: '--label <label>', group: 'select', summary: 'journal: entries that name this token', read: readText },
  since: { flags: '--since <n>', group: 'select', summary: 'journal: from this number on', read: readText },
  limit: { flags: '--limit <n>', group: 'select', summary: 'journal: at most so many, the newest', read: readCount, otherwise: '1000' },
  count: { flags: '--count <n>', group: 'select', summary: 'wait: for so many', read: readCount, otherwise: '1' },
  timeout: {
    flags: '--timeout <duration>',
    group: 'stop',
    summary: 'wait: at most so long, in real time',
    read: readText,
    otherwise: '10s',
  },
  follow: { flags: '--follow', group: 'show', summary: 'journal: stay and show what comes' },
  what: { flags: '--what <kind>', group: 'decide', summary: 'revoke, expire: session or access-token', read: readText },
  reason: { flags: '--reason <who>', group: 'decide', summary: 'revoke: user, password or admin', read: readText, otherwise: 'admin' },
  endpoint: {
    flags: '--endpoint <name>',
    group: 'decide',
    summary: 'fault, hold: token, resource, revocation, other or any',
    read: readText,
    otherwise: 'token',
  },
  at: { flags: '--at <point>', group: 'decide', summary: 'fault: where it falls: request, one of the phases, response', read: readText },
  path: { flags: '--path <path>', group: 'decide', summary: 'fault: only requests whose path begins so', read: readText },
  from: { flags: '--from <place>', group: 'decide', summary: 'fault, hold: only requests of this device or process', read: readText },
  skip: { flags: '--skip <n>', group: 'decide', summary: 'fault: lets so many pass first', read: readCount },
  times: {
    flags: '--times <n>',
    group: 'decide',
    summary: 'fault, hold: how often',
    read: readCount,
    otherwise: 'a fault always, a hold once',
  },
  for: { flags: '--for <duration>', group: 'decide', summary: 'fault: how long it lasts, in virtual time', read: readText },
  how: { flags: '--how <word>', group: 'decide', summary: 'fault: how a connection breaks: reset, silence ...', read: readText },
  retryAfter: { flags: '--retry-after <duration>', group: 'decide', summary: 'fault reply: a Retry-After header', read: readText },
  name: { flags: '--name <name>', group: 'decide', summary: 'hold: to release it by', read: readText },
  by: { flags: '--by <duration>', group: 'decide', summary: 'mark clock-moved: how far', read: readText },
  note: { flags: '--note <text>', group: 'decide', summary: 'mark: for people', read: readText },
  certain: { flags: '--certain', group: 'decide', summary: 'verify: only findings that the journal proves count' },
  refreshAhead: {
    flags: '--refresh-ahead <duration>',
    group: 'decide',
    summary: 'verify: how long before expiry the client refreshes',
    read: readText,
  },
} as const satisfies Record<string, OptionRow>;

export type CtlOptions = ValuesOf<typeof CTL_OPTIONS>;
