// Broken in one place: after a failed refresh the first retry waits a minute and more, longer than servers keep a lost answer.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PausesBeforeFirstRetry extends BaseClient {
  protected override pauseAfter(_failures: number): number {
    return 60_000 + 30_000 * this.host.random();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PausesBeforeFirstRetry(host);
