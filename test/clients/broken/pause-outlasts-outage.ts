// Broken in one place: after some failures nobody is let through for ten minutes, though the server is back.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PauseOutlastsOutage extends BaseClient {
  protected override pauseAfter(failures: number): number {
    return failures < 5 ? super.pauseAfter(failures) : 600_000;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PauseOutlastsOutage(host);
