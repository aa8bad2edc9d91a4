// Broken in one place: a body that was a stream is sent again, drained.
import type { Body, Host, RequestInit } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class ReplaysDrainedStream extends BaseClient {
  protected override bodyForReplay({ body }: RequestInit): Body | undefined {
    return body;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ReplaysDrainedStream(host);
