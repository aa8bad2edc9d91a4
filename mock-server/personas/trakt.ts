// Trakt: not RFC 8628 and not quite RFC 6749. JSON both ways, own paths, a secret in every call, 7-day access tokens (facts 1c).
import { RFC_SHAPE } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { DAY, MINUTE, NEVER, policyOf, SECOND } from './persona.ts';

export const TRAKT: Persona = {
  name: 'trakt',
  summary: 'Trakt: JSON bodies, device polls told by status code, single-use refresh tokens, 7-day access tokens, rate limits',
  policy: policyOf({
    accessToken: { lifetime: 7 * DAY, format: 'opaque' },
    // Single use; nothing published says that a reuse harms the successor.
    refreshToken: { given: 'always', grace: { policy: 'replace-child', window: 0 }, idle: NEVER },
    device: { lifetime: 10 * MINUTE, interval: 5 * SECOND, tellsInterval: true },
    authorization: { pkce: 'optional' },
    resource: {
      rateLimits: [
        { name: 'AUTHED_API_POST_LIMIT', methods: ['POST', 'PUT', 'DELETE'], period: SECOND, limit: 1 },
        { name: 'AUTHED_API_GET_LIMIT', methods: ['GET'], period: 5 * MINUTE, limit: 1_000 },
      ],
    },
    wire: { ...RFC_SHAPE, dialect: 'trakt', tokenType: 'bearer', members: ['created_at'] },
  }),
  client: 'tv',
  sources: [
    'trakt-api contracts and docs.trakt.tv (facts 1c)',
    '600 s and 5 s for device codes are common values, not published ones',
    'trakt/trakt-api #48, #471: one 400 for every stale token',
  ],
};
