// Okta with rotation: a grace period of 30 s, and a reuse that takes everything since the sign-in along.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { DAY, HOUR, NEVER, policyOf, SECOND } from './persona.ts';

export const OKTA: Persona = {
  name: 'okta',
  summary: 'Okta: 30 s grace after a rotation, unused for 7 days means signed out, reuse ends access tokens too',
  policy: policyOf({
    signing: { alg: 'RS256' },
    accessToken: { lifetime: HOUR },
    refreshToken: { grace: { policy: 'new-sibling', window: 30 * SECOND }, idle: 7 * DAY, absolute: NEVER, onReuse: 'family' },
    wire: {
      ...RFC_SHAPE,
      headers: { 'x-okta-request-id': 'test-only' },
      errors: { invalid_grant: { description: 'The refresh token is invalid or expired.' } },
    },
  }),
  client: 'app',
  sources: [
    'facts 1b: leeway default 30 s; reuse kills the newest refresh token and all access tokens since the login',
    'support.okta.com: error text',
    'lifetimes: vendor documents',
  ],
};
