// Broken in one place: the refresh-ahead buffer is not clamped: a short-lived token is near its end from birth.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class AheadBufferLargerThanLifetime extends BaseClient {
  protected override aheadOf(session: Session): number {
    return 270_000 + 25_000 * session.early;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new AheadBufferLargerThanLifetime(host);
