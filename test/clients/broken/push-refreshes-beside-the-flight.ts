// Broken in one place: a push sends a refresh of its own, beside the one in flight.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class PushRefreshesBesideTheFlight extends BaseClient {
  protected override pushed(session: Session): void {
    super.pushed(session);
    void this.exchange(session.refreshToken ?? '').then((answer) => this.settle(answer, session));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PushRefreshesBesideTheFlight(host);
