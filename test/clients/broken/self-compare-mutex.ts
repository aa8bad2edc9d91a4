// Broken in one place: the mutex of the blog posts: inside the lock the token is compared with itself, so callers refresh one after another.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class SelfCompareMutex extends BaseClient {
  #turn: Promise<unknown> = Promise.resolve();

  protected override refresh(_stale: string, session: Session, caller?: AbortSignal): Promise<Session> {
    const turn = this.#turn.then(() => {
      const before = this.session ?? session;
      const now = this.session ?? session;
      return now.accessToken === before.accessToken ? this.fly(now.accessToken, now, caller) : now;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SelfCompareMutex(host);
