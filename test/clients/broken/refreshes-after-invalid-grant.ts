// Broken in one place: a refused refresh token is kept, and presented again by the next request.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected } from '../base/session.ts';

class RefreshesAfterInvalidGrant extends BaseClient {
  protected override endSession(): Promise<never> {
    return Promise.reject(new Rejected('network'));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshesAfterInvalidGrant(host);
