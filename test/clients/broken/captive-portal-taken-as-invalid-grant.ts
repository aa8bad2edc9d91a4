// Broken in one place: any 4xx of whatever stands between the app and the token endpoint ends the session.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Answer } from '../base/session.ts';

class CaptivePortalTakenAsInvalidGrant extends BaseClient {
  protected override endsSession(answer: Answer): boolean {
    return super.endsSession(answer) || (answer.kind === 'unknown' && answer.status >= 400 && answer.status < 500 && answer.status !== 429);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new CaptivePortalTakenAsInvalidGrant(host);
