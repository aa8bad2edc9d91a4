// Broken in one place: after a sign-in by prompt everything is carried out again, also what may have been done already.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';
import { Rejected } from '../base/session.ts';

class CarriesOutTwiceAfterAPrompt extends BaseClient {
  protected override goesOn(error: unknown): error is Rejected {
    return error instanceof Rejected && error.reason === 'reauthentication-required';
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new CarriesOutTwiceAfterAPrompt(host);
