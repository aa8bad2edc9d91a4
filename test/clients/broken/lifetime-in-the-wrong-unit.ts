// Broken in one place: the lifetime is told in seconds and read as milliseconds.
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class LifetimeInTheWrongUnit extends BaseClient {
  protected override successor(body: TokenResponse, sentAt: number, presented?: Session): Session {
    const session = super.successor(body, sentAt, presented);
    return session.lifetime === undefined ? session : { ...session, lifetime: session.lifetime / 1_000 };
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new LifetimeInTheWrongUnit(host);
