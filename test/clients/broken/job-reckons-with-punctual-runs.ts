// Broken in one place: a token that lasts until the next run is due is left alone, as if runs came on time.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class ReckonsWithPunctualRuns extends BaseClient {
  protected override lasts(session: Session): boolean {
    return !this.mayBeSpent && this.remaining(session) > this.every;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ReckonsWithPunctualRuns(host);
