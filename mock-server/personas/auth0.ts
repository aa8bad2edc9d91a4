// Auth0 with refresh token rotation switched on, as its mobile and single-page SDKs need it.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { ErrorShape } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { DAY, policyOf } from './persona.ts';

const REFUSED: ErrorShape = { status: 403, description: 'Unknown or invalid refresh token.' };

export const AUTH0: Persona = {
  name: 'auth0',
  summary: 'Auth0: rotation with overlap 0, 24 h access tokens that outlive a revocation, 403 for a dead refresh token',
  policy: policyOf({
    signing: { alg: 'RS256' },
    accessToken: { lifetime: DAY },
    // With an overlap the immediate parent gets a sibling; the default overlap is 0 s, where every reuse is detected.
    refreshToken: { grace: { policy: 'new-sibling', window: 0 }, idle: 15 * DAY, absolute: 30 * DAY, onReuse: 'refresh-tokens' },
    revocation: { refreshKillsAccess: false },
    resource: { checksRevocation: false },
    wire: { ...RFC_SHAPE, errors: { invalid_grant: REFUSED } },
  }),
  client: 'app',
  sources: [
    'facts 1b: leeway 0 is strict, reuse interval knows the immediate parent alone',
    'auth0/nextjs-auth0 #333, auth0/Auth0.swift #819: error text',
    'lifetimes and the 403: vendor documents',
  ],
};
