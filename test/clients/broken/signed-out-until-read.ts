// Broken in one place: until the store has been read nobody is signed in.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected, type Session } from '../base/session.ts';

class SignedOutUntilRead extends BaseClient {
  protected override current(): Promise<Session> {
    return this.phase === 'loading' ? Promise.reject(new Rejected('signed-out')) : super.current();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SignedOutUntilRead(host);
