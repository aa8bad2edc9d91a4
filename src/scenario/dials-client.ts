// Dials of the client's side: who acts, what happens to them, their storage, their clocks, their system.
import { REFRESH, stale, steps, under, type Row } from './dial-row.ts';

export const ACTORS: readonly Row[] = [
  ['so many callers', 'request.count', stale('{ request: { path: /feed, count: 50 } }')],
  ['so many instances in one process', 'app', steps('{ app: mount }', REFRESH), 'Each has a memory of its own; the newest is asked.'],
  [
    'so many processes, tabs, extensions over one store',
    'devices.*.processes',
    `devices: { host: { platform: node, processes: 10, session: stale } }\n${steps('{ on: host/*, request: /feed }')}`,
  ],
  [
    'holder frozen',
    'app',
    stale(
      '{ request: /feed, wait: false }',
      '{ advance: { until: token.sent } }',
      '{ app: suspend }',
      '{ advance: 1m }',
      '{ app: resume }',
    ),
  ],
  ['holder killed', 'app', stale('{ request: /feed, wait: false }', '{ advance: { until: token.committed } }', '{ app: kill }')],
  ['holder slow', 'store.delay', stale('{ store: { delay: 3s } }', REFRESH)],
  ['no locks', 'devices.*.locks', `devices: { host: { locks: unavailable, session: stale } }\n${steps(REFRESH)}`],
  ['locks that always time out', 'devices.*.locks', `devices: { host: { locks: stuck, session: stale } }\n${steps(REFRESH)}`],
  ['lock left behind by a kill', 'devices.*.locks', `devices: { host: { locks: left-behind, session: stale } }\n${steps(REFRESH)}`],
  [
    'foreign writer',
    'store.restore',
    `devices: { phone: { user: ada }, tablet: { user: bob } }\n${steps('{ on: tablet, store: { save: bobs } }', '{ on: phone, store: { restore: bobs } }', REFRESH)}`,
  ],
  [
    'web view beside the native app',
    'devices',
    `devices: { phone: {}, web-view: { platform: web } }\n${steps('{ on: [phone, web-view], request: /feed }')}`,
    'A device of its own: same user, another store.',
  ],
  ['mount, unmount, mount', 'app', stale('{ request: /feed, wait: false }', '{ app: unmount }', '{ app: mount }', '{ request: /profile }')],
];

export const EVENTS: readonly Row[] = [
  ['caller aborts', 'request.abortAfter', stale('{ request: { path: /feed, abortAfter: 30ms } }')],
  ['sign-out', 'signOut', stale('{ request: /feed, wait: false }', '{ after: 20ms, signOut: {} }')],
  ['sign-in as somebody else', 'signIn', stale('{ request: /feed, wait: false }', '{ after: 20ms, signIn: bob }')],
  ['account switch', 'signIn', steps('{ signIn: bob }', REFRESH)],
  [
    'server switch',
    'app',
    `otherServer: {}\n${stale('{ request: /feed, wait: false }', '{ after: 20ms, app: switch-server }', '{ signIn: {} }', REFRESH)}`,
    'With the app closed it takes effect at the next launch.',
  ],
  ['kill', 'app', stale('{ request: /feed, wait: false }', '{ after: 50ms, app: kill }')],
  [
    'update with an old store schema',
    'store.overwrite',
    steps('{ app: update }', `{ store: { overwrite: '{"v":0,"token":"{refresh-token}"}' } }`),
  ],
  [
    'update to a version that behaves otherwise',
    'phone.update',
    `client: { refreshEvery: 10d }\ndevices: { phone: { os: android 14 } }\n${steps('{ phone: { update: { client: { refreshEvery: 6h } } } }', '{ phone: open }')}`,
  ],
  ['reinstall', 'app', steps('{ app: reinstall }', '{ app: launch }')],
  [
    'backup restored',
    'store.restore',
    steps(
      '{ store: { save: monday } }',
      '{ advance: past-expiry }',
      REFRESH,
      '{ app: kill }',
      '{ store: { restore: monday } }',
      '{ app: launch }',
      REFRESH,
    ),
  ],
  [
    'backup restored on another device',
    'store.restore',
    `devices: { old: {}, new: { session: signed-out } }\n${steps('{ on: old, store: { save: monday } }', '{ on: new, store: { restore: monday } }', '{ on: new, app: relaunch }')}`,
  ],
];

export const STORAGE: readonly Row[] = [
  ['read fails', 'store.failReads', steps('{ store: { failReads: 1 } }', '{ request: /feed }')],
  ['write fails', 'store.failWrites', stale('{ store: { failWrites: 1, code: io-error } }', '{ signIn: {} }')],
  ['slow', 'store.delay', stale('{ store: { delay: 800ms } }', REFRESH)],
  [
    'locked until unlock, without the unlock event',
    'store',
    stale('{ store: lock }', '{ request: /feed, wait: false }', '{ advance: 1m }', '{ store: unlock }'),
  ],
  [
    'locked until unlock, with the unlock event',
    'app',
    stale('{ store: lock }', '{ request: /feed, wait: false }', '{ advance: 1m }', '{ store: unlock }', '{ app: foreground }'),
  ],
  ['quota 0', 'store.quota', stale('{ store: { quota: 0 } }', REFRESH)],
  ['torn between keys', 'advance.until', stale('{ request: /feed, wait: false }', '{ advance: { until: store.end } }', '{ app: kill }')],
  [
    'torn within a value',
    'store.writes',
    stale('{ store: { writes: torn } }', '{ request: /feed, wait: false }', '{ advance: { until: store.begin } }', '{ app: kill }'),
  ],
  ['truncated', 'store.truncate', steps('{ store: { truncate: 40 } }', REFRESH)],
  ['corrupted', 'store', steps('{ app: kill }', '{ store: corrupt }')],
  ['cleared', 'store.clear', steps('{ store: { clear: both } }', REFRESH)],
  ['cleared, then written', 'store.writes', stale('{ store: { writes: clear-first } }', REFRESH)],
  [
    'unreadable in background',
    'store',
    steps('{ app: background }', '{ store: lock }', '{ advance: 10m }', '{ store: unlock }', '{ app: foreground }'),
  ],
];

export const CLOCK: readonly Row[] = [
  ['skew', 'devices.*.clockSkew', `devices: { phone: { clockSkew: -10m } }\n${steps(REFRESH)}`],
  ['jump back mid-flight', 'clock', stale('{ request: /feed, wait: false }', '{ advance: { until: token.sent } }', '{ clock: -1h }')],
  ['jump forward mid-flight', 'clock', stale('{ request: /feed, wait: false }', '{ advance: { until: token.sent } }', '{ clock: +1h }')],
  [
    'zone change',
    'clock',
    steps('{ clock: +9h }', REFRESH),
    'A client is lent Unix time, which no zone moves; what remains is a person who sets the clock instead of the zone.',
  ],
  ['sleep with timers stopped', 'sleep', steps('{ request: /feed }', '{ sleep: 8h }', REFRESH)],
  ['monotonic clock that stops', 'sleep.monotonic', steps('{ request: /feed }', '{ sleep: { for: 8h, monotonic: stops } }', REFRESH)],
  ['throttled timers', 'app', steps('{ app: hide }', '{ advance: 30m }', '{ app: show }')],
  ['clock of the server', 'server.clockOffset', under('{ clockOffset: +2m }')],
];

export const SYSTEM: readonly Row[] = [
  [
    'cold start offline',
    'network',
    `devices: { phone: { session: stale, launched: false } }\n${steps('{ network: offline }', '{ app: launch }', '{ advance: 1m }', '{ network: online }')}`,
  ],
  [
    'prewarm',
    'app',
    `devices: { phone: { launched: false } }\n${steps('{ store: lock }', '{ app: prewarm }', '{ advance: 1m }', '{ store: unlock }', '{ app: foreground }')}`,
  ],
  [
    'suspended between send and receive',
    'advance.until',
    stale(
      '{ request: /feed, wait: false }',
      '{ advance: { until: token.committed } }',
      '{ app: suspend }',
      '{ advance: 10m }',
      '{ app: resume }',
    ),
  ],
  [
    'resumed before the network',
    'network',
    stale('{ app: suspend }', '{ network: offline }', '{ advance: 8h }', '{ app: resume }', '{ after: 5s, network: online }'),
  ],
  ['hidden tab', 'app', `devices: { web: { platform: web } }\n${steps('{ app: hide }', '{ advance: 2h }', '{ app: show }', REFRESH)}`],
  [
    'background time over',
    'app',
    stale('{ app: background }', '{ after: 30s, app: suspend }', '{ advance: 1h }', '{ app: resume }', '{ app: foreground }'),
  ],
];

export const JOBS: readonly Row[] = [
  ['job at once', 'job', steps('{ job: refresh }')],
  ['job late', 'after', steps('{ app: background }', '{ app: suspend }', '{ after: 3d, job: refresh }')],
  ['job twice', 'parallel', stale('{ parallel: [{ job: refresh }, { job: refresh }] }')],
  ['job cancelled', 'job.expireAfter', stale('{ job: { id: refresh, expireAfter: 1s } }')],
  [
    'job when the system says so, or never',
    'devices.*.os',
    `devices: { phone: { os: android 14 } }\n${steps('{ phone: leave }', '{ phone: force-stop }', '{ advance: 3d }', '{ phone: open }')}`,
    'What holds it, the models of Android and iOS say.',
  ],
];

export const TIMING: readonly Row[] = [
  [
    'right after an event',
    'advance.until',
    stale('{ request: /feed, wait: false }', '{ advance: { until: token.delivered, by: phone/app, within: 30s } }', '{ app: relaunch }'),
  ],
  ['so long after a step', 'after', stale('{ request: /feed, wait: false }', '{ after: 35ms, app: relaunch }')],
];
