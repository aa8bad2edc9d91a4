// Broken in one place: the background job answers success whatever came of it.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobClaimsSuccessInAnOutage extends BaseClient {
  protected override outcomeOf(): 'success' {
    return 'success';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobClaimsSuccessInAnOutage(host);
