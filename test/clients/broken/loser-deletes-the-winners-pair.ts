// Broken in one place: whoever is refused clears the store, without a look at what a sibling has put there.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class LoserDeletesTheWinnersPair extends BaseClient {
  protected override refused(): Promise<Session> {
    return this.endSession();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new LoserDeletesTheWinnersPair(host);
