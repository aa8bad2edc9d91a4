// Broken in one place: a stream is opened again with the token it was opened with at first.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';
import type { Listening } from '../base/streams.ts';

class StreamOpenedWithItsFirstToken extends BaseClient {
  protected override tokenFor(listening: Listening, session: Session): string {
    return listening.firstToken ?? session.accessToken;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new StreamOpenedWithItsFirstToken(host);
