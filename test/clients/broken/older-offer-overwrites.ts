// Broken in one place: a token offered beside an answer is taken whatever it was offered for, so a late one overwrites a newer one.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class OlderOfferOverwrites extends BaseClient {
  protected override isNews(accessToken: string): boolean {
    return accessToken !== this.session?.accessToken;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new OlderOfferOverwrites(host);
