// Broken in one place: the password is asked for first, biometrics when it fails.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PasswordBeforeBiometrics extends BaseClient {
  protected override rungs(): readonly ('biometric' | 'password')[] {
    return ['password', 'biometric'];
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PasswordBeforeBiometrics(host);
