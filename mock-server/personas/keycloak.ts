// Keycloak with Revoke Refresh Token off, as it comes: every refresh gives a new refresh token and the old ones stay good.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { HOUR, MINUTE, policyOf } from './persona.ts';

export const KEYCLOAK: Persona = {
  name: 'keycloak',
  summary: 'Keycloak: 5 min access tokens, signed out after 30 min unused or 10 h, old refresh tokens stay good',
  policy: policyOf({
    signing: { alg: 'RS256' },
    accessToken: { lifetime: 5 * MINUTE },
    refreshToken: { given: 'always', rotation: 'reissue', idle: 30 * MINUTE, absolute: 10 * HOUR },
    resource: { checksRevocation: false },
    wire: {
      ...RFC_SHAPE,
      members: ['refresh_expires_in', 'not-before-policy', 'session_state'],
      errors: {
        reused: { description: 'Stale token' },
        'family-dead': { description: 'Session not active' },
        'absolute-expired': { description: 'Session not active' },
        'idle-expired': { description: 'Token is not active' },
        invalid_grant: { description: 'Invalid refresh token' },
      },
    },
  }),
  client: 'app',
  sources: [
    'keycloak #37961, #37900; mauriciovigolo/keycloak-angular #564: error texts',
    'facts 1b: max reuse with a reuse period',
    'lifetimes: vendor documents',
  ],
};
