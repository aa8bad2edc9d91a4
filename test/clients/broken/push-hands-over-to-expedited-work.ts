// Broken in one place: on Android a push is not acted on but handed to expedited work, which the system may drop once its quota is used up.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

const WORK = {
  id: 'push-refresh',
  kind: 'one-time',
  network: 'CONNECTED',
  expedited: true,
  outOfQuota: 'DROP_WORK_REQUEST',
  existing: 'REPLACE',
} as const;

class HandsOverToExpeditedWork extends BaseClient {
  constructor(host: Host) {
    super(host);
    if (!this.isIos) host.background.register(WORK.id, (signal) => this.runJob(signal));
  }

  protected override pushed(session: Session): void {
    if (this.isIos) this.renewQuietly(session);
    else void this.host.background.schedule(WORK);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new HandsOverToExpeditedWork(host);
