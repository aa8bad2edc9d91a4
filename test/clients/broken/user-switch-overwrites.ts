// Broken in one place: a refresh for the previous user that ends late overwrites the session of the user who signed in meanwhile.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class UserSwitchOverwrites extends BaseClient {
  protected override stillMine(presented: Session): boolean {
    return this.session !== undefined || super.stillMine(presented);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new UserSwitchOverwrites(host);
