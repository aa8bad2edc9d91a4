// Broken in one place: the new tokens are in use while they are still being written.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class TokenUsedBeforePersisting extends BaseClient {
  protected override async keep(next: Session): Promise<void> {
    this.take(next);
    void this.save(next);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new TokenUsedBeforePersisting(host);
