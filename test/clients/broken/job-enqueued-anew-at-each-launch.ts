// Broken in one place: on Android each launch cancels the periodic work and enqueues it anew.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobEnqueuedAnewAtEachLaunch extends BaseClient {
  protected override async work(): Promise<void> {
    const { every } = this;
    const request = { id: this.job, kind: 'periodic', every, initialDelay: every, network: 'CONNECTED' } as const;
    await this.host.background.schedule({ ...request, existing: 'CANCEL_AND_REENQUEUE' });
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobEnqueuedAnewAtEachLaunch(host);
