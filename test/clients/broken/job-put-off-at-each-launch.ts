// Broken in one place: on iOS each launch asks for the background job anew, for a whole interval later.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobPutOffAtEachLaunch extends BaseClient {
  protected override async askForJob(): Promise<void> {
    await (this.isIos ? this.submit(this.every) : this.work());
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobPutOffAtEachLaunch(host);
