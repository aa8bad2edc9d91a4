// Broken in one place: callers that find a refresh under way are rejected instead of replayed.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected, type Session } from '../base/session.ts';

class WaitersRejected extends BaseClient {
  protected override join(): Promise<Session> {
    return Promise.reject(new Rejected('network'));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new WaitersRejected(host);
