// Broken in one place: a background job asks to be tried again also when the server has ended the session.
import type { Host, JobOutcome } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { JobEnd } from '../base/jobs.ts';

class JobRetriesForADeadSession extends BaseClient {
  protected override outcomeOf(end: JobEnd): JobOutcome {
    return end === 'kept' ? 'success' : 'retry';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobRetriesForADeadSession(host);
