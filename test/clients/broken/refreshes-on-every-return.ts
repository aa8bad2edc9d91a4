// Broken in one place: every return to the screen refreshes, however good the token is.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RefreshesOnEveryReturn extends BaseClient {
  override foreground(): void {
    super.foreground();
    if (this.session !== undefined) this.renewQuietly(this.session);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshesOnEveryReturn(host);
