// Broken in one place: one refresh in flight for everybody, whoever is signed in by then.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class FlightSharedBetweenUsers extends BaseClient {
  protected override flightKey(): string {
    return 'the refresh';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new FlightSharedBetweenUsers(host);
