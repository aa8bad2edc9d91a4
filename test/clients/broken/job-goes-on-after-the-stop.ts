// Broken in one place: a refresh goes on to its next try after the system has stopped the job it ran for.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobGoesOnAfterTheStop extends BaseClient {
  protected override givesUp(): boolean {
    return false;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobGoesOnAfterTheStop(host);
