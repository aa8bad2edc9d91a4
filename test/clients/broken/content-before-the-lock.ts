// Broken in one place: the lock comes a moment after the app is back on screen.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class ContentBeforeTheLock extends BaseClient {
  protected override returned(away: number): void {
    void Promise.resolve().then(() => super.returned(away));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ContentBeforeTheLock(host);
