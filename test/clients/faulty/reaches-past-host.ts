// Fault: uses the platform's timers, clock and randomness, and prints the access token.
import type { Client, TokenResponse } from '../../../src/core/contract.ts';

export default (): Client => {
  let tokens: TokenResponse | undefined;
  return {
    start: async () => undefined,
    signIn: async (granted) => void (tokens = granted),
    request: async () => {
      console.log('using', tokens?.access_token);
      const jitter = Math.random() * Date.now();
      await new Promise((resolve) => setTimeout(resolve, jitter % 2));
      return { status: 200 };
    },
  };
};
