// Broken in one place: a refresh request may hang for ever, and everybody with it.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RefreshHasNoTimeout extends BaseClient {
  protected override readonly exchangeLimit: number = Number.POSITIVE_INFINITY;
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RefreshHasNoTimeout(host);
