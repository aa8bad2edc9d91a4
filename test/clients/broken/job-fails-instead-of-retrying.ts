// Broken in one place: a background job that could not refresh answers failure, which periodic work takes for a success.
import type { Host, JobOutcome } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { JobEnd } from '../base/jobs.ts';

class JobFailsInsteadOfRetrying extends BaseClient {
  protected override outcomeOf(end: JobEnd): JobOutcome {
    return end === 'open' ? 'failure' : 'success';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobFailsInsteadOfRetrying(host);
