// Broken in one place: a token response without the optional `scope` or `refresh_token` is rejected.
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected, type Session } from '../base/session.ts';

class OptionalFieldRequired extends BaseClient {
  protected override granted(body: TokenResponse, sentAt: number, presented: Session): Promise<Session> {
    const whole = body.scope !== undefined && body.refresh_token !== undefined;
    return whole ? super.granted(body, sentAt, presented) : Promise.reject(new Rejected('network'));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new OptionalFieldRequired(host);
