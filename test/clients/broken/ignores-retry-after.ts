// Broken in one place: Retry-After is not read.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class IgnoresRetryAfter extends BaseClient {
  protected override retryAfter(): number {
    return 0;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new IgnoresRetryAfter(host);
