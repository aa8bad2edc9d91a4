// Broken in one place: a refresh_expires_in of 0, which means "no end", is read as "over".
import type { Host, TokenResponse } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class ZeroRefreshLifeMeansOver extends BaseClient {
  protected override async granted(body: TokenResponse, sentAt: number, presented: Session): Promise<Session> {
    const next = await super.granted(body, sentAt, presented);
    return body['refresh_expires_in'] === 0 ? this.endSession() : next;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ZeroRefreshLifeMeansOver(host);
