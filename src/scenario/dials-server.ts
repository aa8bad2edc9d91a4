// Dials of the servers: their policy, and what they answer.
import { meets, REFRESH, stale, steps, under, type Row } from './dial-row.ts';

export const SERVER: readonly Row[] = [
  ['rotation off or on', 'server.refreshToken.rotation', under('{ refreshToken: { rotation: same } }')],
  ['reuse: strict', 'server.refreshToken.grace', under('{ refreshToken: { grace: strict } }')],
  ['reuse: leeway with the same successor', 'server.refreshToken.grace', under('{ refreshToken: { grace: same-successor } }')],
  [
    'reuse: leeway with a new successor',
    'server.refreshToken.grace',
    under('{ refreshToken: { grace: { policy: new-sibling, window: 10s } } }'),
  ],
  ['reuse: one step behind', 'server.refreshToken.grace', under('{ refreshToken: { grace: one-step-behind } }')],
  ['reuse: the last replay wins', 'server.refreshToken.grace', under('{ refreshToken: { grace: replace-child } }')],
  ['reuse kills the token alone', 'server.refreshToken.onReuse', under('{ refreshToken: { onReuse: token } }')],
  ['reuse kills the family', 'server.refreshToken.onReuse', under('{ refreshToken: { onReuse: family } }')],
  ['reuse kills all of the user with this client', 'server.refreshToken.onReuse', under('{ refreshToken: { onReuse: client-and-user } }')],
  ['reuse kills all devices', 'server.refreshToken.onReuse', under('{ refreshToken: { onReuse: user } }')],
  ['absolute life', 'server.refreshToken.absolute', under('{ refreshToken: { absolute: 12h } }')],
  ['sliding life', 'server.refreshToken.idle', under('{ refreshToken: { idle: 7d } }')],
  ['lifetimes of access tokens, 60 s to 30 d', 'server.accessToken.ttl', under('{ accessToken: { ttl: 60s } }')],
  [
    'access token lives as long as the refresh token',
    'server.refreshToken.idle',
    under('{ accessToken: { ttl: 1h }, refreshToken: { idle: 1h } }'),
  ],
  [
    'policy or lifetime changed mid-run',
    'server',
    steps(
      '{ request: /feed }',
      '{ server: { accessToken: { ttl: 1m }, refreshToken: { rotation: rotate } } }',
      '{ advance: past-expiry }',
      REFRESH,
    ),
  ],
  ['limit on refreshes', 'server.limits', under('{ limits: [{ of: refresh, limit: 5, per: 15m }] }')],
  ['limit shared with sign-ins', 'server.limits', under('{ limits: [{ of: all, limit: 5, per: 15m }] }', REFRESH, '{ signIn: {} }')],
  ['limit that retries prolong', 'server.limits', under('{ limits: [{ of: refresh, limit: 5, per: 1m, prolongs: true }] }')],
  ['new tokens known late to the API', 'server.resource.issuanceLag', under('{ resource: { issuanceLag: 500ms } }')],
  ['two nodes with a lag', 'server.nodes', under('{ nodes: { lag: 500ms } }')],
  ['two refreshes race through the check', 'server.atomicity', under('{ atomicity: { race: 50ms } }')],
  [
    'sessions per user',
    'server.sessionsPerUser',
    `server: { sessionsPerUser: 1 }\ndevices: { phone: {}, tablet: {} }\n${steps('{ request: /feed }')}`,
  ],
  [
    'what a change of password ends',
    'server.passwordChange',
    `server: { passwordChange: others }\ndevices: { phone: {}, tablet: {} }\n${steps('{ request: { path: /password, method: POST } }')}`,
  ],
  [
    'whether the end of a session is explained',
    'server.explainsEnd',
    `server: { explainsEnd: true }\n${steps('{ revoke: { what: family, reason: password } }', REFRESH)}`,
  ],
];

export const GRANT: readonly Row[] = [
  ['lost before the commit', 'fault.cut', meets('{ cut: validated, times: 1 }')],
  ['lost after the commit', 'fault.drop', meets('{ drop: response, times: 1 }')],
  ['late, beyond the time-out of the client', 'fault.delay', meets('{ delay: 2m, times: 1 }')],
  ['5xx without an OAuth body', 'fault.reply', meets('{ reply: 502, times: 1 }')],
  ['5xx with an OAuth body', 'fault.reply', meets('{ reply: server-error-json, times: 1 }')],
  ['429 with Retry-After', 'fault.retryAfter', meets('{ reply: 429, retryAfter: 60s, times: 1 }')],
  ['200 with HTML', 'fault.reply', meets('{ reply: captive-portal, times: 1 }')],
  ['200 with an error', 'fault.reply', meets('{ reply: error-in-200, times: 1 }')],
  ['200 empty', 'fault.reply', meets('{ reply: empty, times: 1 }')],
  ['401 empty', 'fault.reply', meets('{ reply: 401, times: 1 }')],
  ['refresh_token absent', 'fault.remove', meets('{ remove: refresh_token, times: 1 }')],
  ['refresh_token null', 'fault.rewrite', meets('{ rewrite: { refresh_token: null }, times: 1 }')],
  ['refresh_token empty', 'fault.rewrite', meets('{ rewrite: { refresh_token: "" }, times: 1 }')],
  ['refresh_token the same', 'server.refreshToken.rotation', under('{ refreshToken: { rotation: same } }')],
  ['expires_in absent', 'server.response.expiresIn', under('{ response: { expiresIn: absent } }')],
  ['expires_in a string', 'server.response.expiresIn', under('{ response: { expiresIn: string } }')],
  ['expires_in 0', 'fault.rewrite', meets('{ rewrite: { expires_in: 0 }, times: 1 }')],
  ['id_token absent', 'fault.remove', meets('{ remove: id_token }'), 'The virtual server issues none, as nobody signed in at its page.'],
  ['id_token without a nonce', 'fault.rewrite', meets('{ rewrite: { id_token: eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ. }, times: 1 }')],
  ['id_token bad', 'fault.rewrite', meets('{ rewrite: { id_token: not-a-jwt }, times: 1 }')],
  ['redirect', 'fault.location', meets('{ reply: 302, location: "https://login.example/", times: 1 }')],
  ['never', 'fault.how', meets('{ drop: response, how: silence, times: 1 }')],
];

export const RESOURCE: readonly Row[] = [
  ['401 late by so much', 'request.latency', stale('{ request: { path: /export, latency: 900ms } }')],
  [
    '401 after the commit',
    'fault.at',
    steps('{ fault: { reply: 401, of: resource, at: committed, times: 1 } }', '{ request: { path: /orders, method: POST, body: one } }'),
  ],
  [
    '401 that means forbidden',
    'fault.headers',
    steps(
      `{ fault: { reply: 401, path: /admin, headers: { www-authenticate: 'Bearer error="insufficient_scope"' } } }`,
      '{ request: /admin }',
    ),
  ],
  [
    '401 from another origin, with new metadata',
    'fault.headers',
    steps(
      '{ fault: { reply: 307, path: /feed, location: "https://api.example:8443/feed" } }',
      `{ fault: { reply: 401, of: other, headers: { www-authenticate: 'Bearer resource_metadata="https://other.example/m"' } } }`,
      REFRESH,
    ),
  ],
  ['how a refusal is told', 'server.resource.challenge', under('{ resource: { challenge: absent } }')],
  [
    'token accepted after its revocation',
    'server.resource.checksRevocation',
    `server: { resource: { checksRevocation: false } }\n${steps('{ revoke: family }', REFRESH)}`,
  ],
  [
    'revocation known late to the API',
    'server.resource.revocationLag',
    `server: { resource: { revocationLag: 30s } }\n${steps('{ revoke: family }', REFRESH)}`,
  ],
  [
    'token pushed in a header',
    'server.resource.silentRefresh',
    `server: { accessToken: { ttl: 10m }, resource: { silentRefresh: { header: x-new-token, window: 5m } } }\n${steps('{ advance: 6m }', REFRESH)}`,
  ],
  [
    'header-pushed tokens reordered',
    'fault.delay',
    `server: { accessToken: { ttl: 10m }, resource: { silentRefresh: { header: x-new-token, window: 8m } } }\n${steps('{ advance: 3m }', '{ fault: { delay: 4m, of: resource, times: 1 } }', '{ request: { path: /slow, deadline: 10m }, wait: false }', '{ after: 3s, request: /feed }', '{ advance: 3m }', REFRESH, '{ advance: 2m }')}`,
  ],
  [
    'how an open stream treats its token',
    'server.resource.streams',
    `server: { resource: { streams: { interval: 20s, endsAtExpiry: false, checks: opening } } }\n${steps('{ stream: /events }', '{ revoke: family }', '{ advance: 1m }')}`,
  ],
];
