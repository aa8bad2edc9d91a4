// Ory Hydra: opaque tokens, rotation always, a grace period that is off until configured.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { DAY, HOUR, policyOf } from './persona.ts';

/** What fosite says of every grant that does not work. */
const REFUSED =
  'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, ' +
  'does not match the redirection URI used in the authorization request, or was issued to another client.';

export const HYDRA: Persona = {
  name: 'hydra',
  summary: 'Ory Hydra: opaque tokens, reuse ends the whole chain with token_inactive; raise grace.window for its graceful rotation',
  policy: policyOf({
    signing: { alg: 'RS256' },
    accessToken: { lifetime: HOUR, format: 'opaque' },
    refreshToken: { grace: { policy: 'new-sibling', window: 0 }, idle: 30 * DAY, onReuse: 'family' },
    wire: {
      ...RFC_SHAPE,
      tokenType: 'bearer',
      errors: {
        reused: {
          status: 401,
          error: 'token_inactive',
          description: 'Token is inactive because it is malformed, expired or otherwise invalid.',
        },
        invalid_grant: { description: REFUSED },
      },
    },
  }),
  client: 'app',
  sources: [
    'facts 1b: graceful rotation mints siblings for the immediate parent',
    'ory/hydra #2645, #3004; neondatabase/mcp-server-neon #232: token_inactive on reuse',
    'facts 1a: opaque by default',
  ],
};
