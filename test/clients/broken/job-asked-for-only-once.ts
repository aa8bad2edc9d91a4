// Broken in one place: the background job is asked for once and never again; what the system has dropped never comes back.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class AskedForOnlyOnce extends BaseClient {
  protected override async askForJob(launches: boolean): Promise<void> {
    if ((await this.host.plain.get('asked')) !== undefined) return;
    await this.host.plain.set('asked', 'yes');
    await super.askForJob(launches);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new AskedForOnlyOnce(host);
