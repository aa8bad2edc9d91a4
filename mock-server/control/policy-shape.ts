// The policy as the control API takes it: the members of ServerPolicy with what each may be. Durations as ms or as text (`5m`).
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import type { PolicyPatch } from '../policy.ts';
import { SIGNING_ALGS } from '../policy.ts';
import { duration, either, flag, json, listOf, mapOf, needed, only, optional, record, text, whole, word } from './shape.ts';
import type { Members, RecordOf, Shape } from './shape.ts';

const some = <M extends Members>(members: M, about: string) => optional(record(members), about);
const NEVER = 36_500 * 86_400_000;
/** A lifetime, or `never`: 100 years. */
const orNever: Shape<number> = {
  schema: { oneOf: [{ const: 'never' }, ...(duration(1).schema['oneOf'] as object[])] },
  read: (value, at) => (value === 'never' ? NEVER : duration(1).read(value, at)),
};

const MEMBERS = {
  accessToken: some(
    { lifetime: optional(duration(1), 'From issue.'), format: optional(word(['jwt', 'opaque']), 'RFC 9068, or a random value.') },
    'Access tokens issued from now on.',
  ),
  refreshToken: some(
    {
      given: optional(word(['with-offline-access', 'always']), 'Who gets one: whoever asked for offline_access, or everybody.'),
      rotation: optional(
        word(['rotate', 'same', 'omit', 'reissue']),
        'A new one per use; the presented one comes back; none comes; a new one while those before stay good.',
      ),
      grace: some(
        {
          policy: optional(word(GRACE_POLICIES), 'What a second use of the just-rotated token leads to.'),
          window: optional(duration(0), 'For how long.'),
        },
        'Second use of the just-rotated refresh token.',
      ),
      idle: optional(orNever, 'Dies when unused for so long.'),
      absolute: optional(orNever, 'Dies so long after the sign-in.'),
      onReuse: optional(word(['token', 'refresh-tokens', 'family', 'client-and-user', 'user']), 'What dies when a spent token comes back.'),
    },
    'Refresh tokens.',
  ),
  nodes: optional(
    record({ lag: needed(duration(0), 'What one node did to a refresh token the other learns so much later.') }),
    'Two nodes that take turns; absent = one.',
  ),
  tokenLimits: optional(
    listOf(
      record({
        of: needed(word(['refresh', 'sign-in', 'all']), 'What counts.'),
        period: needed(duration(1), 'Window.'),
        limit: needed(whole(1), 'Requests per period and user.'),
        prolongs: needed(flag, 'Asking too early begins the window anew.'),
      }),
    ),
    '429 with Retry-After from the token endpoint beyond.',
  ),
  revocation: some(
    {
      refreshKillsAccess: optional(flag, 'RFC 7009 2.1.'),
      accessKillsRefresh: optional(flag, 'RFC 7009 2.1.'),
    },
    'What a revocation takes with it.',
  ),
  resource: some(
    {
      checksRevocation: optional(flag, 'False: a revoked access token is accepted until it expires.'),
      leeway: optional(duration(0), 'Accepts a token this long past its expiry.'),
      issuanceLag: optional(duration(0), 'A new access token is unknown to the API for so long.'),
      revocationLag: optional(duration(0), 'A revocation reaches the API this much later.'),
      challenge: optional(
        word(['rfc', 'lower-case', 'several', 'absent', 'html', 'forbidden', 'ok']),
        'How a refusal is told (RFC 6750 3, and ways seen in the wild).',
      ),
      silentRefresh: optional(
        either(
          only('off'),
          record({
            header: needed(text({ like: /^[\w-]{1,60}$/, what: 'the name of a header' }), 'Response header.'),
            window: needed(duration(1), 'Offered when at most so much is left.'),
          }),
        ),
        'A new access token in a response header.',
      ),
      streams: some(
        {
          interval: optional(duration(1), 'Between two messages.'),
          ids: optional(flag, 'Messages carry ids; Last-Event-ID brings what was missed.'),
          endsAtExpiry: optional(flag, 'The stream ends when its token expires.'),
          checks: optional(word(['message', 'opening']), 'When a revoked token is noticed.'),
          renewal: optional(flag, 'A client may tell the open stream a new token.'),
        },
        'Event streams: a GET that accepts text/event-stream.',
      ),
      rateLimits: optional(
        listOf(
          record({
            name: needed(text(), 'Told in X-Ratelimit.'),
            methods: needed(listOf(text(), 1), 'GET, POST ...'),
            period: needed(duration(1), 'Window.'),
            limit: needed(whole(1), 'Requests per period and user.'),
          }),
        ),
        '429 with Retry-After beyond.',
      ),
    },
    'The protected API.',
  ),
  device: some(
    {
      lifetime: optional(duration(1), 'Of a device code.'),
      interval: optional(duration(1), 'Least time between polls.'),
      tellsInterval: optional(flag, 'Whether the answer says so.'),
    },
    'RFC 8628.',
  ),
  dpop: some(
    {
      use: optional(word(['allowed', 'required']), 'RFC 9449.'),
      nonce: optional(word(['none', 'as', 'rs', 'both']), 'Who asks for a nonce.'),
      nonceLifetime: optional(duration(1), 'Of a nonce.'),
      window: optional(duration(1), 'How far `iat` may be off.'),
    },
    'Proof of possession.',
  ),
  clientAuth: some(
    { bodyStatus: optional(either(whole(400, 400), whole(401, 401)) as Shape<400 | 401>, 'Status of bad client credentials in the body.') },
    'Client authentication.',
  ),
  codeLifetime: optional(duration(1), 'Of an authorization code.'),
  passwordChange: optional(word(['all', 'others', 'none']), 'Which sessions of the user a password change ends.'),
  explainsEnd: optional(flag, 'Beside invalid_grant, session_end tells the holder of a token why its session is over. Default off.'),
  atomicity: optional(
    either(only('serialize'), record({ race: needed(duration(1), 'Two refreshes within so long may both pass the check.') })),
    'Whether check and commit are one step.',
  ),
  sessionsPerUser: optional(whole(1), 'Newest sessions kept per user.'),
  clockOffset: optional(duration(Number.MIN_SAFE_INTEGER), "The server's clock minus true time."),
  response: some(
    {
      expiresIn: optional(word(['number', 'string', 'absent']), 'How expires_in is told.'),
      scope: optional(flag, 'Whether the answer repeats the scope.'),
    },
    'Shape of the token response.',
  ),
  signing: some(
    {
      alg: optional(word(SIGNING_ALGS), 'What signs from now on.'),
      kid: optional(word(['present', 'absent', 'unknown']), 'What the JWT header says about the key.'),
    },
    'Signatures.',
  ),
  idToken: some({ lifetime: optional(duration(1), 'From issue.'), onRefresh: optional(flag, 'A refresh gives a new one.') }, 'ID tokens.'),
  authorization: some(
    {
      pkce: optional(word(['all', 'public', 'optional']), 'Who must send a challenge.'),
      challengeMethods: optional(listOf(word(['S256', 'plain']), 1), 'RFC 7636 4.3.'),
      par: optional(word(['required', 'optional', 'off']), 'RFC 9126.'),
      parLifetime: optional(duration(1), 'Of a pushed request.'),
      iss: optional(flag, 'RFC 9207.'),
      singleSignOn: optional(flag, 'A browser that signed in is not asked again.'),
      browserSession: optional(orNever, 'How long after the sign-in a browser counts as signed in.'),
    },
    'The authorization endpoint.',
  ),
  endSession: some({ endsGrant: optional(flag, "A sign-out ends the grant besides the browser's session.") }, 'The end session endpoint.'),
  wire: some(
    {
      dialect: optional(word(['rfc', 'trakt']), 'Paths, bodies and codes.'),
      tokenType: optional(text(), '`token_type` as written.'),
      headers: optional(mapOf(text()), 'On every answer of the token endpoint.'),
      errors: optional(mapOf(json), 'How refusals are told, by reason or error code.'),
      members: optional(listOf(text()), 'Further members of the token response.'),
    },
    'What a provider says differently on the wire.',
  ),
} as const;

type PolicyBody = RecordOf<typeof MEMBERS>;
const SHAPE = record(MEMBERS);

/** A whole policy or a part of one. */
export const POLICY = {
  members: MEMBERS,
  schema: SHAPE.schema,
  read: (value: unknown, at: string): PolicyPatch => POLICY.patch(SHAPE.read(value, at)),
  /** What was read, as the patch it is. The shapes above allow what ServerPolicy does and no more; `wire` is passed on as it stands. */
  patch: (body: PolicyBody): PolicyPatch => body as PolicyPatch,
};
