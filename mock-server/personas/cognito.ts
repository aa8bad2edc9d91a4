// Amazon Cognito as it comes: no rotation, the refresh response carries no refresh token. With rotation on, the retry grace is 60 s at most.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { DAY, HOUR, policyOf, SECOND } from './persona.ts';

export const COGNITO: Persona = {
  name: 'cognito',
  summary: 'Cognito: one refresh token for 30 days that never comes back in a response, errors without a description',
  policy: policyOf({
    signing: { alg: 'RS256' },
    accessToken: { lifetime: HOUR },
    refreshToken: {
      given: 'always',
      rotation: 'omit',
      grace: { policy: 'new-sibling', window: 60 * SECOND },
      idle: 30 * DAY,
      absolute: 30 * DAY,
    },
    resource: { checksRevocation: false },
    wire: { ...RFC_SHAPE, headers: { 'x-amz-cognito-request-id': 'test-only' }, errors: { invalid_grant: { description: '' } } },
  }),
  client: 'app',
  sources: ['facts 1b: retry grace of 60 s at most', 'lifetimes and the bare error: vendor documents'],
};
