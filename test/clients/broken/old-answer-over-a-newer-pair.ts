// Broken in one place: an answer that was overtaken while the process slept is written over what a sibling has stored.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class OldAnswerOverANewerPair extends BaseClient {
  protected override wasOvertaken(): boolean {
    return false;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new OldAnswerOverANewerPair(host);
