// Broken in one place: a session that another server left behind is tidied up, and its refresh token sent to this one to be revoked.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Stored } from '../base/session.ts';

class RevokesAtTheWrongServer extends BaseClient {
  protected override onForeign({ session }: Stored): Stored {
    void this.save(undefined);
    void this.revoke(session?.refreshToken);
    return {};
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RevokesAtTheWrongServer(host);
