// Broken in one place: the idle timer runs on in background.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class IdleTimerRunsInBackground extends BaseClient {
  protected override pauseIdle(): void {
    // Nothing stops it.
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new IdleTimerRunsInBackground(host);
