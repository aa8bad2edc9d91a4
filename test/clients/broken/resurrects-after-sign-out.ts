// Broken in one place: a refresh that ends after the sign-out brings the session back.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class ResurrectsAfterSignOut extends BaseClient {
  protected override stillMine(presented: Session): boolean {
    return this.phase === 'signed-out' || super.stillMine(presented);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ResurrectsAfterSignOut(host);
