// Broken in one place: the refresh token of the sign-in is presented for ever.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class NeverAdoptsRotation extends BaseClient {
  protected override nextRefreshToken(returned: string | undefined, presented: string | undefined): string | undefined {
    return presented ?? returned;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NeverAdoptsRotation(host);
