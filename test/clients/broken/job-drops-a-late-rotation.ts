// Broken in one place: an answer that comes after the job was stopped is thrown away.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class JobDropsALateRotation extends BaseClient {
  protected override async keep(next: Session): Promise<void> {
    if (!this.jobOver) await super.keep(next);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobDropsALateRotation(host);
