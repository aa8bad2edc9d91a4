// Broken in one place: streams stay open when their session ends.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class StreamOutlivesSignOut extends BaseClient {
  protected override endStreams(): void {
    // They go on.
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new StreamOutlivesSignOut(host);
