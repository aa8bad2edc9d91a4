// Broken in one place: a 403 is taken for a refusal of the token.
import type { Host, HostResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class ForbiddenTakenAsExpired extends BaseClient {
  protected override isRefusal(response: HostResponse): boolean {
    return response.status === 403 || super.isRefusal(response);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ForbiddenTakenAsExpired(host);
