// Broken in one place: on Android existing work is kept as it is, also by a version of the app that wants it more often.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobKeepsItsFirstInterval extends BaseClient {
  protected override async work(): Promise<void> {
    const { every } = this;
    const request = { id: this.job, kind: 'periodic', every, initialDelay: every, network: 'CONNECTED' } as const;
    await this.host.background.schedule({ ...request, existing: 'KEEP' });
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobKeepsItsFirstInterval(host);
