// Broken in one place: what another server's session left in the store is overlooked, and an answer that comes late is written over it.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Stored } from '../base/session.ts';

class WritesOverAnotherServersSession extends BaseClient {
  protected override onForeign(): Stored {
    return this.session === undefined ? {} : { session: this.session };
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new WritesOverAnotherServersSession(host);
