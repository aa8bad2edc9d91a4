// Broken in one place: a stream that has ended is not opened again.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class StreamForgottenAtItsEnd extends BaseClient {
  protected override dialsAgain(): boolean {
    return false;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new StreamForgottenAtItsEnd(host);
