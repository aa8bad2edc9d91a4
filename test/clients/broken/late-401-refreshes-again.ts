// Broken in one place: a 401 is taken to be about the token in hand, not about the one the request was sent with.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class Late401RefreshesAgain extends BaseClient {
  protected override refusedToken(sentWith: Session): string {
    return (this.session ?? sentWith).accessToken;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new Late401RefreshesAgain(host);
