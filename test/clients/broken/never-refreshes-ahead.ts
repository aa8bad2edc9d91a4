// Broken in one place: claims refresh-ahead, yet looks at no expiry and waits for the 401.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class NeverRefreshesAhead extends BaseClient {
  protected override fresh(session: Session): Session {
    return session;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NeverRefreshesAhead(host);
