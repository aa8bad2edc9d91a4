// Broken in one place: a good access token is cached, whoever signs in meanwhile.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import type { Session } from '../base/session.ts';

class CacheOutlivesItsUser extends BaseClient {
  #cached: Session | undefined;

  protected override async current(): Promise<Session> {
    if (this.#cached !== undefined && this.remaining(this.#cached) > 0) return this.#cached;
    this.#cached = await super.current();
    return this.#cached;
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new CacheOutlivesItsUser(host);
