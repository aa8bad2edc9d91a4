// Broken in one place: every caller that meets the dead session opens a prompt of its own.
import type { Host, PromptPurpose } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PromptForEveryCaller extends BaseClient {
  protected override async ask(purpose: PromptPurpose): Promise<boolean> {
    return this.mayAsk(purpose) && (await this.host.reauthenticate.biometric(purpose)) === 'ok';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PromptForEveryCaller(host);
