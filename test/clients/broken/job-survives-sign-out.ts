// Broken in one place: the background job is not cancelled when nobody is signed in any more.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class SurvivesSignOut extends BaseClient {
  protected override cancelJob(): void {}
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SurvivesSignOut(host);
