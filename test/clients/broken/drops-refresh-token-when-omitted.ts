// Broken in one place: a token response without a refresh token erases the one that is still good.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class DropsRefreshTokenWhenOmitted extends BaseClient {
  protected override nextRefreshToken(returned: string | undefined): string | undefined {
    return returned;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new DropsRefreshTokenWhenOmitted(host);
