// Broken in one place: the end of the new access token is logged "for debugging".
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class TokenInLog extends BaseClient {
  protected override report(next: Session): void {
    this.host.emit({ type: 'session.renewed', token: `...${next.accessToken.slice(-24)}` });
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new TokenInLog(host);
