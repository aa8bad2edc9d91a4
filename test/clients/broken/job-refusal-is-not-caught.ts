// Broken in one place: that iOS may turn a request down has been thought of by nobody.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobRefusalIsNotCaught extends BaseClient {
  protected override async submit(after: number): Promise<void> {
    await this.host.background.schedule({ id: this.job, kind: 'app-refresh', earliestBegin: after });
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobRefusalIsNotCaught(host);
