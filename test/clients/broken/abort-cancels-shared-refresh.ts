// Broken in one place: the abort of the caller who began the refresh cancels it for everybody.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class AbortCancelsSharedRefresh extends BaseClient {
  protected override cancelOf(caller: AbortSignal | undefined): AbortSignal | undefined {
    return caller;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new AbortCancelsSharedRefresh(host);
