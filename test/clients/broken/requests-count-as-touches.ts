// Broken in one place: every request of the app counts as a touch of its user.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RequestsCountAsTouches extends BaseClient {
  protected override async admitted(ended: Promise<never>): Promise<void> {
    await super.admitted(ended);
    this.touch();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RequestsCountAsTouches(host);
