// Fault: an abort listener throws, which Node rethrows from nextTick.
import type { Client } from '../../../src/core/contract.ts';

export default (): Client => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: (_path, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', function onAbort() {
        reject(Object.assign(new Error('aborted'), { reason: 'aborted' }));
        throw new Error('cleanup failed');
      });
    }),
});
