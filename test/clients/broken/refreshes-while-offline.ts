// Broken in one place: a refresh does not ask whether the device is online.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RefreshesWhileOffline extends BaseClient {
  protected override onlineForRefresh(): boolean {
    return true;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshesWhileOffline(host);
