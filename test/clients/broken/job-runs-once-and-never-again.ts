// Broken in one place: on iOS, where a request is good for one run, the background job does not ask for the next.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobRunsOnceAndNeverAgain extends BaseClient {
  protected override next(): void {
    // Nothing: it is taken for work that repeats itself.
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobRunsOnceAndNeverAgain(host);
