// Broken in one place: a request is replayed as long as it is answered 401.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class Endless401Loop extends BaseClient {
  protected override readonly replays: number = Number.POSITIVE_INFINITY;
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new Endless401Loop(host);
