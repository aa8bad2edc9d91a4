// Broken in one place: every caller sends its own refresh request at once.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected, type Session } from '../base/session.ts';

class NoSingleFlight extends BaseClient {
  protected override async refresh(stale: string, session: Session): Promise<Session> {
    if (this.session !== undefined && this.session.accessToken !== stale) return this.session;
    const next = await this.settle(await this.exchange(session.refreshToken ?? ''), session);
    if (next === undefined) throw new Rejected('network');
    return next;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NoSingleFlight(host);
