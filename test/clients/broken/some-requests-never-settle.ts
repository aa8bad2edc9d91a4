// Broken in one place: every third caller that joins a refresh is forgotten.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class SomeRequestsNeverSettle extends BaseClient {
  #joined = 0;

  protected override join(flight: Promise<Session>): Promise<Session> {
    this.#joined += 1;
    return this.#joined % 3 === 0 ? new Promise(() => undefined) : flight;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SomeRequestsNeverSettle(host);
