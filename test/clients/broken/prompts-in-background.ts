// Broken in one place: prompts do not wait until the app is on screen.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PromptsInBackground extends BaseClient {
  protected override isSeen(): boolean {
    return true;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PromptsInBackground(host);
