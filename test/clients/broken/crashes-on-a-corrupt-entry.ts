// Broken in one place: an entry that cannot be read is thrown at the caller, at every start.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class CrashesOnACorruptEntry extends BaseClient {
  protected override onCorrupt(): void {
    throw new SyntaxError('unexpected end of data');
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new CrashesOnACorruptEntry(host);
