// The server block: what this authorization server does differently from the default (RFC 9700, public client).
// The same shape is a whole policy at the top of a file and a patch in a `server` step.
import { z } from 'zod';
import { GRACE_POLICIES } from '../core/server-words.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { defined } from '../core/defined.ts';
import { LONGEST, duration, kebab, ms, positiveDuration, signedDuration } from './values.ts';

/** Grace window of a policy that names none: what Okta, WorkOS and FusionAuth ship. */
const USUAL_WINDOW = 30_000;

const orNever = z.union([z.literal('never'), positiveDuration]);

const streams = z.strictObject({
  interval: positiveDuration.optional().describe('Time between two messages. Default 30s.'),
  ids: z.boolean().optional().describe('Whether messages carry ids, so that Last-Event-ID brings what was missed. Default true.'),
  endsAtExpiry: z.boolean().optional().describe('Whether a stream ends when its access token expires. Default true.'),
  checks: z
    .enum(['message', 'opening'])
    .optional()
    .describe('When a revoked token is noticed: before each message (default), or at the opening alone.'),
  renewal: z.boolean().optional().describe('Whether a client may tell the open stream a new token. Default false.'),
});

export const serverPatch = z
  .strictObject({
    accessToken: z
      .strictObject({
        ttl: positiveDuration.optional().describe('Lifetime. Default 1h.'),
        format: z.enum(['jwt', 'opaque']).optional().describe('Default jwt (RFC 9068).'),
      })
      .optional()
      .describe('Access tokens.'),
    refreshToken: z
      .strictObject({
        rotation: z
          .enum(['rotate', 'same', 'omit', 'reissue'])
          .optional()
          .describe(
            'rotate: a new one per use (default); same: the presented one comes back; omit: the response carries none (RFC 6749 6); reissue: a new one per use, and those before stay good.',
          ),
        grace: z
          .union([
            z.enum(GRACE_POLICIES),
            z.strictObject({
              policy: z.enum(GRACE_POLICIES).describe('What a second use of the just-rotated refresh token leads to.'),
              window: positiveDuration.optional().describe('For how long. Default 30s.'),
            }),
          ])
          .optional()
          .describe('Second use of the just-rotated refresh token. Default strict: refused, and the family dies (RFC 9700 4.14.2).'),
        idle: orNever.optional().describe('Dies when unused for so long. Default 30d.'),
        absolute: orNever.optional().describe('Dies so long after the sign-in, however active. Default never.'),
        onReuse: z
          .enum(['token', 'refresh-tokens', 'family', 'client-and-user', 'user'])
          .optional()
          .describe(
            'What dies when a spent token comes back: nothing else; the refresh tokens of the session; its access tokens too (default); all its user has with this client; all its user has.',
          ),
      })
      .optional()
      .describe('Refresh tokens.'),
    revocation: z
      .strictObject({
        refreshKillsAccess: z
          .boolean()
          .optional()
          .describe('Revoking a refresh token kills its access tokens (RFC 7009 2.1). Default true.'),
        accessKillsRefresh: z.boolean().optional().describe('Revoking an access token kills its refresh token. Default false.'),
      })
      .optional()
      .describe('What a revocation takes with it.'),
    resource: z
      .strictObject({
        checksRevocation: z.boolean().optional().describe('False: a revoked access token is accepted until it expires. Default true.'),
        leeway: duration.optional().describe('Accepts an access token this long past its expiry. Default 0s.'),
        issuanceLag: duration.optional().describe('A new access token is unknown here for so long. Default 0s.'),
        revocationLag: duration.optional().describe('A revocation becomes known here so much later. Default 0s.'),
        challenge: z
          .enum(['rfc', 'lower-case', 'several', 'absent', 'html', 'forbidden', 'ok'])
          .optional()
          .describe(
            'How a refusal is told: as RFC 6750 3 says (default); with a scheme in lower case; behind other challenges; without any; as a page; with 403; with 200 and an error body.',
          ),
        silentRefresh: z
          .union([
            z.literal('off'),
            z.strictObject({
              header: kebab.describe('Response header that carries the token; its name with -expires-in tells the life.'),
              window: positiveDuration.describe('Offered when at most so much of the old one is left.'),
            }),
          ])
          .optional()
          .describe('A good answer brings a new access token near the end of the old one, unasked. Default off.'),
        streams: streams.optional().describe('Event streams.'),
      })
      .optional()
      .describe('The resource server.'),
    atomicity: z
      .union([
        z.literal('serialize'),
        z.strictObject({
          race: positiveDuration.describe('Two refreshes within this long may both pass the check (keycloak CVE-2026-1035).'),
        }),
      ])
      .optional()
      .describe('serialize: check and commit are one step (default).'),
    nodes: z
      .strictObject({ lag: duration.describe('What one node did to a refresh token, the other learns so much later.') })
      .optional()
      .describe('The authorization server has two nodes, which take turns. Default: one.'),
    limits: z
      .array(
        z.strictObject({
          of: z.enum(['refresh', 'sign-in', 'all']).describe('What counts; all: one budget for both.'),
          limit: z.int().min(1).describe('Requests per user.'),
          per: positiveDuration.describe('In what time.'),
          prolongs: z.boolean().optional().describe('Whoever asks too early waits the whole time again. Default false.'),
        }),
      )
      .optional()
      .describe('The token endpoint answers 429 with Retry-After beyond. Default: no limit.'),
    passwordChange: z
      .enum(['all', 'others', 'none'])
      .optional()
      .describe('Which sessions a change of password (POST /password) ends. Default all (RFC 9700 4.14.2).'),
    explainsEnd: z
      .boolean()
      .optional()
      .describe(
        'True: beside invalid_grant, session_end tells the holder of a refresh token why the session is over. Default false: one answer for all.',
      ),
    sessionsPerUser: z.int().min(1).optional().describe('Newest sessions kept per user. Default: no limit.'),
    clockOffset: signedDuration.optional().describe("The server's clock minus true time. Default 0s."),
    response: z
      .strictObject({
        expiresIn: z.enum(['number', 'string', 'absent']).optional().describe('How expires_in is told. Default number.'),
        scope: z.boolean().optional().describe('Whether the response repeats the scope (RFC 6749 5.1 allows to omit it). Default true.'),
      })
      .optional()
      .describe('Shape of the token response.'),
  })
  .meta({ id: 'server' });

export type ServerInput = z.infer<typeof serverPatch>;

/** The policy patch that a server block means; all durations in ms. `never` is 100 years. */
export function policyPatch(input: ServerInput): PolicyPatch {
  const { accessToken, refreshToken, resource } = input;
  return defined({
    accessToken: accessToken && defined({ lifetime: maybe(accessToken.ttl), format: accessToken.format }),
    refreshToken:
      refreshToken &&
      defined({
        rotation: refreshToken.rotation,
        grace: refreshToken.grace === undefined ? undefined : graceOf(refreshToken.grace),
        idle: maybe(refreshToken.idle),
        absolute: maybe(refreshToken.absolute),
        onReuse: refreshToken.onReuse,
      }),
    revocation: input.revocation && defined(input.revocation),
    resource: resource && resourcePatch(resource),
    nodes: input.nodes && { lag: ms(input.nodes.lag) },
    tokenLimits: input.limits?.map(({ of, limit, per, prolongs = false }) => ({ of, limit, period: ms(per), prolongs })),
    passwordChange: input.passwordChange,
    explainsEnd: input.explainsEnd,
    atomicity: input.atomicity === undefined || input.atomicity === 'serialize' ? input.atomicity : { race: ms(input.atomicity.race) },
    sessionsPerUser: input.sessionsPerUser,
    clockOffset: maybe(input.clockOffset),
    response: input.response && defined(input.response),
  });
}

function resourcePatch(input: NonNullable<ServerInput['resource']>): PolicyPatch['resource'] {
  const { silentRefresh, streams: events } = input;
  return defined({
    checksRevocation: input.checksRevocation,
    leeway: maybe(input.leeway),
    issuanceLag: maybe(input.issuanceLag),
    revocationLag: maybe(input.revocationLag),
    challenge: input.challenge,
    silentRefresh: typeof silentRefresh === 'object' ? { header: silentRefresh.header, window: ms(silentRefresh.window) } : silentRefresh,
    streams: events && defined({ ...events, interval: maybe(events.interval) }),
  });
}

function graceOf(grace: NonNullable<NonNullable<ServerInput['refreshToken']>['grace']>): {
  policy: (typeof GRACE_POLICIES)[number];
  window: number;
} {
  const { policy, window } = typeof grace === 'string' ? { policy: grace, window: undefined } : grace;
  return { policy, window: policy === 'strict' ? 0 : window === undefined ? USUAL_WINDOW : ms(window) };
}

function maybe(value: string | undefined): number | undefined {
  return value === undefined ? undefined : value === 'never' ? LONGEST : ms(value);
}
