// Broken in one place: a background job renews only what expires within the hour, whatever the interval.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class JobRenewsInTheLastHour extends BaseClient {
  protected override lasts(session: Session): boolean {
    return this.remaining(session) > 3_600_000;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobRenewsInTheLastHour(host);
