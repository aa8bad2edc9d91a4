// Broken in one place: a refresh that pauses does not notice that its session is gone, and goes on.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class RetrySurvivesSignOut extends BaseClient {
  protected override mustBe(): void {
    // Whoever is signed in by now.
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new RetrySurvivesSignOut(host);
