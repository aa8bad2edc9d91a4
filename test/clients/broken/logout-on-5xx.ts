// Broken in one place: a server error at the token endpoint ends the session.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Answer } from '../base/session.ts';

class LogoutOn5xx extends BaseClient {
  protected override endsSession(answer: Answer): boolean {
    return super.endsSession(answer) || answer.status >= 500;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new LogoutOn5xx(host);
