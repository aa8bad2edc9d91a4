// FAPI 2.0 Security Profile: sender-constrained tokens, pushed requests, no rotation. Client certificates are not played.
import type { Persona } from './persona.ts';
import { MINUTE, NEVER, policyOf } from './persona.ts';

export const FAPI2: Persona = {
  name: 'fapi2',
  summary: 'FAPI 2.0: DPoP and pushed requests required, codes for 60 s, refresh tokens do not rotate',
  policy: policyOf({
    accessToken: { lifetime: 5 * MINUTE },
    // Rotation only where a retry with the previous token works (openid/fapi #567, #676): the suite flags it as an error.
    refreshToken: { rotation: 'omit', idle: NEVER },
    dpop: { use: 'required', nonce: 'both' },
    codeLifetime: MINUTE,
    authorization: { pkce: 'all', par: 'required', challengeMethods: ['S256'], iss: true },
  }),
  client: 'app',
  sources: [
    'openid/fapi #567, #676',
    'conformance suite ValidateRefreshTokenNotRotated',
    'the access token lifetime is ours: the profile names none',
  ],
};
