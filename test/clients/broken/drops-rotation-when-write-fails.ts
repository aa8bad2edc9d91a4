// Broken in one place: a rotation that cannot be written is dropped.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class DropsRotationWhenWriteFails extends BaseClient {
  protected override async keep(next: Session): Promise<void> {
    if (await this.save(next)) this.take(next);
    else this.unsaved = undefined;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new DropsRotationWhenWriteFails(host);
