// Broken in one place: every launch refreshes, however good the stored token is.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RefreshesOnEveryStart extends BaseClient {
  override async start(): Promise<void> {
    await super.start();
    if (this.session !== undefined) await this.refresh(this.session.accessToken, this.session).catch(() => undefined);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshesOnEveryStart(host);
