// Broken in one place: a file that looks empty before the first unlock is taken for an app that was installed anew.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class SealedFilesReadAsReinstall extends BaseClient {
  protected override lookAgain(): void {}
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SealedFilesReadAsReinstall(host);
