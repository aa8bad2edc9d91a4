// Broken in one place: tokens whose times do not fit the clock of the device are rejected, and the rotation with them.
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { claimsOf, Rejected, type Session } from '../base/session.ts';

class DiscardsRotationAfterCommit extends BaseClient {
  protected override granted(body: TokenResponse, sentAt: number, presented: Session): Promise<Session> {
    const { iat = 0, exp = Number.POSITIVE_INFINITY } = claimsOf(body.access_token);
    const now = this.host.clock.now() / 1_000;
    return now < iat - 300 || now > exp ? Promise.reject(new Rejected('network')) : super.granted(body, sentAt, presented);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new DiscardsRotationAfterCommit(host);
