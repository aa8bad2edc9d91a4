// Broken in one place: what lies in the store is a session, whichever server the app is pointed at.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Stored } from '../base/session.ts';

class SessionWithoutItsIssuer extends BaseClient {
  protected override onForeign(stored: Stored): Stored {
    return stored;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SessionWithoutItsIssuer(host);
