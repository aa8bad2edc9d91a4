// Broken in one place: the session is also kept in the plain tier, so that it can be read while the phone is locked.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class RefreshTokenInThePlainTier extends BaseClient {
  protected override save(content: Session | { ended: 'expired' } | undefined): Promise<boolean> {
    void this.host.plain.set('session', JSON.stringify(content ?? null));
    return super.save(content);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshTokenInThePlainTier(host);
