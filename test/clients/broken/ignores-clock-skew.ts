// Broken in one place: expiry is the `exp` of the token compared with the wall clock of the device.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { claimsOf, type Session } from '../base/session.ts';

class IgnoresClockSkew extends BaseClient {
  protected override remaining(session: Session): number {
    const { exp } = claimsOf(session.accessToken);
    return exp === undefined ? super.remaining(session) : exp * 1_000 - this.host.clock.now();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new IgnoresClockSkew(host);
