// G4 mended: states, timers and server events as in the article.
//
// Mends:
// - Background time is measured on the monotonic clock: no date that somebody sets locks the app or keeps it open.
// - An app that must lock itself begins every launch locked, so that swiping it away does not open it.
// - Only invalid_grant ends the session: a 401 of the refresh without it comes from a gateway or a wrong client, and is tried again.
import type { Host, SessionState } from '../../../src/core/contract.ts';
import { G4 } from './g4.ts';
import type { RefreshAnswer } from './parts/platform.ts';

export class G4Mended extends G4 {
  protected override clock(): number {
    return this.host.clock.monotonic();
  }

  protected override restored(): SessionState {
    const { idle, background } = this.host.config.lock ?? {};
    return idle === undefined && background === undefined ? 'active' : 'locked';
  }

  protected override isOver({ status, members }: RefreshAnswer): boolean {
    return (status === 400 || status === 401) && members['error'] === 'invalid_grant';
  }
}

export default (host: Host): G4Mended => new G4Mended(host);
