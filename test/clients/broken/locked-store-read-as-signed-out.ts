// Broken in one place: a store that cannot be read is taken for an empty one.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class LockedStoreReadAsSignedOut extends BaseClient {
  protected override onUnreadable(): void {
    this.accept(undefined);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new LockedStoreReadAsSignedOut(host);
