// Broken in one place: a background job hears nothing of the end of its time, and completes when its work does.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { JobEnd } from '../base/jobs.ts';

class JobNeverCompletes extends BaseClient {
  protected override untilStopped(_signal: AbortSignal, work: Promise<JobEnd>): Promise<JobEnd> {
    return work;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobNeverCompletes(host);
