// Broken in one place: a token that is told to live for 0 seconds counts as over at once, so every request refreshes first.
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class ZeroLifetimeMeansExpired extends BaseClient {
  protected override successor(body: TokenResponse, sentAt: number, presented?: Session): Session {
    const next = super.successor(body, sentAt, presented);
    return body.expires_in === 0 ? { ...next, lifetime: 0 } : next;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ZeroLifetimeMeansExpired(host);
