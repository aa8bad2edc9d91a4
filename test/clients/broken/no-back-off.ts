// Broken in one place: a failed refresh is tried again at once, again and again.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class NoBackOff extends BaseClient {
  protected override pauseAfter(): number {
    return 0;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NoBackOff(host);
