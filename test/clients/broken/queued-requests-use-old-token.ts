// Broken in one place: requests that waited for the refresh are replayed with the token they had before.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class QueuedRequestsUseOldToken extends BaseClient {
  protected override sessionForReplay(sentWith: Session): Session {
    return sentWith;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new QueuedRequestsUseOldToken(host);
