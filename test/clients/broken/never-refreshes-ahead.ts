// Broken in one place: claims refresh-ahead, yet refreshes only when the token has expired.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class NeverRefreshesAhead extends BaseClient {
  protected override aheadOf(): number {
    return 0;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NeverRefreshesAhead(host);
