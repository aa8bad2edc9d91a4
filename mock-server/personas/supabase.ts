// Supabase Auth: the parent of the active token is good at any age (fail-to-save), and errors have codes of their own.
// Its own request shape (grant type in the query, JSON body) is not played; clients that speak RFC 6749 are.
import { RFC_SHAPE } from '../wire-shape.ts';
import type { ErrorShape } from '../wire-shape.ts';
import type { Persona } from './persona.ts';
import { HOUR, NEVER, policyOf, SECOND } from './persona.ts';

const NOT_FOUND = told('refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');

export const SUPABASE: Persona = {
  name: 'supabase',
  summary: 'Supabase Auth: the previous refresh token gives the active one again, sessions without end, errors with codes of their own',
  policy: policyOf({
    signing: { alg: 'ES256' },
    accessToken: { lifetime: HOUR },
    refreshToken: { given: 'always', grace: { policy: 'one-step-behind', window: 10 * SECOND }, idle: NEVER, onReuse: 'refresh-tokens' },
    revocation: { refreshKillsAccess: false },
    resource: { checksRevocation: false },
    passwordChange: 'others',
    wire: {
      ...RFC_SHAPE,
      tokenType: 'bearer',
      members: ['expires_at', 'user'],
      errors: {
        reused: told('refresh_token_already_used', 'Invalid Refresh Token: Already Used'),
        'idle-expired': told('session_expired', 'Invalid Refresh Token: Session Expired (Inactivity)'),
        'absolute-expired': told('session_expired', 'Invalid Refresh Token: Session Expired'),
        invalid_grant: NOT_FOUND,
      },
    },
  }),
  client: 'app',
  sources: [
    'facts 1b: fail-to-save rule at any age, both token formats; hosted reuse interval 10 s (grandparents inside it are refused here)',
    'supabase/auth #2136, #1290: error texts; the code also comes in x-sb-error-code',
    'facts 1a: a password change ends all other sessions',
  ],
};

function told(code: string, msg: string): ErrorShape {
  return { status: 400, body: { code: 400, error_code: code, msg }, headers: { 'x-sb-error-code': code } };
}
