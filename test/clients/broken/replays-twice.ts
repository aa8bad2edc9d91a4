// Broken in one place: a request refused twice is sent a third time.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class ReplaysTwice extends BaseClient {
  protected override readonly replays: number = 2;
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ReplaysTwice(host);
