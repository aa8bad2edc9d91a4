// Broken in one place: signing out waits until the server has revoked the token, however long that takes.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class SignOutWaitsForTheServer extends BaseClient {
  override async signOut(): Promise<void> {
    const { revocationEndpoint } = this.host.config;
    const body = `token=${encodeURIComponent(this.session?.refreshToken ?? '')}`;
    await this.host.fetch(revocationEndpoint, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
    await super.signOut();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new SignOutWaitsForTheServer(host);
